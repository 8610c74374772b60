"""ONNX files: images of any size to maps of their size, for ONNX Runtime."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from salzoo.export.target import Predict, Target

if TYPE_CHECKING:
    from salzoo.prediction.opening import Opened

FILE = "model.onnx"
OPSET = 18
# Numbers of a matrix that the converter does not see.
LARGE = 2**20


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
    path = os.path.join(folder, FILE)
    _convert(opened, path)
    if precision == "int8":
        _quantise(path, images)
    return {"opset": OPSET}


def _convert(opened: Opened, path: str) -> None:
    """Convert a model.

    The converter copies weights ten times over: 10 GB for the 64 million of shallow_convnet. Large
    matrices are therefore inputs while it works, and are put in their places afterwards.
    """
    import keras
    import onnx
    import tensorflow as tf
    import tf2onnx

    assert opened.model is not None
    matrices = [v for v in opened.model.variables if len(v.shape) == 2 and np.prod(v.shape) > LARGE]
    names = [f"matrix_{number}" for number in range(len(matrices))]
    saliency = opened.saliency.python_function  # type: ignore[attr-defined]
    signature = [
        tf.TensorSpec([None, None, None, 3], tf.float32, "images"),
        *(tf.TensorSpec(v.shape, tf.float32, n) for v, n in zip(matrices, names, strict=True)),
    ]

    @tf.function(input_signature=signature, autograph=False)
    def whole(images: tf.Tensor, *values: tf.Tensor) -> dict[str, tf.Tensor]:
        with keras.StatelessScope(state_mapping=list(zip(matrices, values, strict=True))):
            return {"saliency": tf.identity(saliency(images), "saliency")}

    model, _ = tf2onnx.convert.from_function(whole, input_signature=signature, opset=OPSET)
    graph = model.graph
    for name, matrix in zip(names, matrices, strict=True):
        graph.input.remove(next(entry for entry in graph.input if entry.name == name))
        graph.initializer.append(onnx.numpy_helper.from_array(matrix.numpy(), name))
    onnx.save(model, path)


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
