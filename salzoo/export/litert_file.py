"""LiteRT files (`.tflite`): images of any size to maps of their size, on phones and small machines.

The file has one image at a time and its operations are LiteRT's own, without those of TensorFlow.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from salzoo.export.litert_conversion import convert_to_litert
from salzoo.export.target import Predict, Target, whole_function
from salzoo.prediction.opening import Opened
from salzoo.utils.errors import InputError

FILE = "model.tflite"
# Rounds of the measurement that chooses between two int8 forms.
ROUNDS = 5


def write(
    opened: Opened, folder: str, precision: str, images: Sequence[np.ndarray]
) -> dict[str, Any]:
    """Write `model.tflite`.

    int8 has two forms: weights alone are stored in int8 and the convolutions computed in int8 with
    ranges that are found for each image ("dynamic"), or only stored ("weights"). Which one is
    faster depends on the network: both are measured, and the faster one is written.

    Args:
        opened: a model with its network.
        folder: to write to.
        precision: "float32"; "float16", of the stored weights; or "int8".
        images: to measure with, uint8 (rows, columns, 3).

    Returns:
        The form of int8.
    """
    function = whole_function(opened, batch=1)
    if precision != "int8":
        _save(convert_to_litert(function, precision), folder)
        return {}
    forms = {"dynamic": convert_to_litert(function, "int8")}
    forms["weights"] = _weights_only(convert_to_litert(function))
    chosen = _fastest(forms, images)
    _save(forms[chosen], folder)
    return {"int8": chosen}


def _weights_only(content: bytes) -> bytes:
    """Return a file whose weights are stored in int8 and computed with in float32."""
    import tempfile

    from ai_edge_quantizer import quantizer, recipe

    with tempfile.TemporaryDirectory() as folder:
        path = _save(content, folder)
        quantiser = quantizer.Quantizer(path)
        quantiser.load_quantization_recipe(recipe.weight_only_wi8_afp32())
        return bytes(quantiser.quantize().quantized_model)


def _save(content: bytes, folder: str) -> str:
    path = os.path.join(folder, FILE)
    with open(path, "wb") as file:
        file.write(content)
    return path


def _fastest(forms: dict[str, bytes], images: Sequence[np.ndarray]) -> str:
    """Return the name of the form with the shortest median time."""
    predictors = {name: _open(content) for name, content in forms.items()}
    times: dict[str, list[float]] = {name: [] for name in forms}
    for turn in range(ROUNDS + 1):
        for name, predict in predictors.items():
            start = time.perf_counter()
            predict(images[0])
            if turn:  # the first lays out memory
                times[name].append(time.perf_counter() - start)
    return min(times, key=lambda name: statistics.median(times[name]))


def open_file(folder: str, precision: str) -> Predict:
    """Open `model.tflite` with LiteRT.

    Args:
        folder: of the export.
        precision: not used; the file has it.
    """
    with open(os.path.join(folder, FILE), "rb") as file:
        return _open(file.read())


def _open(content: bytes) -> Predict:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=os.cpu_count())
    [taken], [given] = interpreter.get_input_details(), interpreter.get_output_details()
    size: tuple[int, ...] = ()

    def predict(image: np.ndarray) -> np.ndarray:
        nonlocal size
        images = np.ascontiguousarray(image, "float32")[None]
        if images.shape != size:
            interpreter.resize_tensor_input(taken["index"], images.shape)
            interpreter.allocate_tensors()
            size = images.shape
        interpreter.set_tensor(taken["index"], images)
        try:
            interpreter.invoke()
        except RuntimeError as error:
            raise InputError(f"LiteRT fails on an image of {image.shape[:2]}: {error}") from error
        return interpreter.get_tensor(given["index"])[0, ..., 0]

    return predict


TARGET = Target(
    name="litert",
    extra="litert",
    packages={"": ("ai_edge_litert",), "int8": ("ai_edge_quantizer",)},
    precisions=("float32", "float16", "int8"),
    write=write,
    open=open_file,
)
