"""ONNX files: images of any size to maps of their size, for ONNX Runtime."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from salzoo.export.target import Predict, Target, whole_function
from salzoo.prediction.opening import Opened

FILE = "model.onnx"
OPSET = 18


def write(
    opened: Opened, folder: str, precision: str, images: Sequence[np.ndarray]
) -> dict[str, Any]:
    """Write `model.onnx`.

    Args:
        opened: a model with its network.
        folder: to write to.
        precision: "float32", or "int8": weights and activations of all convolutions but the last.
        images: to calibrate with, uint8 (rows, columns, 3).

    Returns:
        The operations' version.
    """
    import tf2onnx

    path = os.path.join(folder, FILE)
    signature = [tf.TensorSpec([None, None, None, 3], tf.float32, "images")]
    tf2onnx.convert.from_function(
        whole_function(opened), input_signature=signature, opset=OPSET, output_path=path
    )
    if precision == "int8":
        _quantise(path, images)
    return {"opset": OPSET}


def _quantise(path: str, images: Sequence[np.ndarray]) -> None:
    """Replace a file by one whose convolutions are int8; the last stays as it is."""
    import onnx
    from onnxruntime import quantization

    class Images(quantization.CalibrationDataReader):
        def __init__(self) -> None:
            self._left: Iterator[np.ndarray] = iter(images)

        def get_next(self) -> dict[str, np.ndarray] | None:
            image = next(self._left, None)
            return None if image is None else {"images": image[None].astype("float32")}

    convolutions = [node.name for node in onnx.load(path).graph.node if node.op_type == "Conv"]
    draft = f"{path}.int8"
    quantization.quantize_static(
        path,
        draft,
        Images(),
        op_types_to_quantize=["Conv"],
        nodes_to_exclude=convolutions[-1:],
        per_channel=True,
    )
    os.replace(draft, path)


def open_file(folder: str, precision: str) -> Predict:
    """Open `model.onnx` with ONNX Runtime on the processor.

    Args:
        folder: of the export.
        precision: not used; the file has it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        os.path.join(folder, FILE), options, providers=["CPUExecutionProvider"]
    )

    def predict(image: np.ndarray) -> np.ndarray:
        [maps] = session.run(["saliency"], {"images": np.asarray(image, "float32")[None]})
        return np.asarray(maps)[0, ..., 0]

    return predict


TARGET = Target(
    name="onnx",
    extra="onnx",
    packages={"": ("onnx", "tf2onnx", "onnxruntime")},
    precisions=("float32", "int8"),
    write=write,
    open=open_file,
)
