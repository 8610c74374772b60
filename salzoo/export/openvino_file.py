"""OpenVINO files: images of any size to maps of their size, on processors of Intel and others."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from salzoo.export.target import Predict, Target, whole_function
from salzoo.prediction.opening import Opened

FILE = "model.xml"


def write(
    opened: Opened, folder: str, precision: str, images: Sequence[np.ndarray]
) -> dict[str, Any]:
    """Write `model.xml` and `model.bin`.

    Args:
        opened: a model with its network.
        folder: to write to.
        precision: "float32"; "bfloat16", of the computation, by a hint when the file is opened;
            "float16", of the stored weights; or "int8" of the convolutions.
        images: to calibrate with, uint8 (rows, columns, 3).

    Returns:
        The hint.
    """
    import openvino

    model = openvino.convert_model(whole_function(opened).get_concrete_function())
    model.inputs[0].get_tensor().set_names({"images"})
    model.outputs[0].get_tensor().set_names({"saliency"})
    if precision == "int8":
        import nncf

        dataset = nncf.Dataset(list(images), lambda image: image[None].astype("float32"))
        # The products that resize stay in float32, as do softmax and output.
        ignored = nncf.IgnoredScope(types=["MatMul"], validate=False)
        model = nncf.quantize(
            model,
            dataset,
            subset_size=len(images),
            ignored_scope=ignored,
            fast_bias_correction=True,
        )
    path = os.path.join(folder, FILE)
    openvino.save_model(model, path, compress_to_fp16=precision == "float16")
    return {"inference_precision_hint": _hint(precision)}


def _hint(precision: str) -> str:
    # Without a hint OpenVINO chooses by the processor.
    return "bf16" if precision == "bfloat16" else "f32"


def open_file(folder: str, precision: str) -> Predict:
    """Open `model.xml` with OpenVINO on the processor.

    Args:
        folder: of the export.
        precision: that it was written with.
    """
    import openvino

    settings = {"INFERENCE_PRECISION_HINT": _hint(precision)}
    model = openvino.Core().compile_model(os.path.join(folder, FILE), "CPU", settings)

    def predict(image: np.ndarray) -> np.ndarray:
        return np.asarray(model([np.asarray(image, "float32")[None]])[0])[0, ..., 0]

    return predict


TARGET = Target(
    name="openvino",
    extra="openvino",
    packages={"": ("openvino",), "int8": ("nncf",)},
    precisions=("float32", "bfloat16", "float16", "int8"),
    write=write,
    open=open_file,
)
