"""LiteRT files (`.tflite`): images of any size to maps of their size, on phones and small machines.

The file has one image at a time and its operations are LiteRT's own, without those of TensorFlow.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from salzoo.export import parity
from salzoo.export.litert_quantising import SIGNATURE, quantise
from salzoo.export.target import Predict, Target, whole_function
from salzoo.utils.errors import InputError

if TYPE_CHECKING:
    from salzoo.prediction.opening import Opened

FILE = "model.tflite"
# Scenes of the measurement that chooses between the forms of int8. On fewer, NSS changes by chance:
# the same file of msinet_lite has -2.9 % on eight scenes, +1.2 % on others, and -0.2 % on 20.
SCENES = 20


def write(
    opened: Opened, folder: str, precision: str, images: Sequence[np.ndarray]
) -> dict[str, Any]:
    """Write `model.tflite`.

    int8 has three forms, all with the weights in int8. Convolutions are computed in int8, with
    ranges found on the images ("static") or anew in each image ("dynamic"), or in float32
    ("weights"). Softmax, output and resizing are in float32. Which form is the fastest depends on
    the network: it is measured, and the fastest of those that keep the tolerance is written.

    Args:
        opened: a model with its network.
        folder: to write to.
        precision: "float32"; "float16", of the stored weights; or "int8".
        images: to calibrate with, uint8 (rows, columns, 3).

    Returns:
        The form of int8.
    """
    from salzoo.prediction.litert_conversion import convert_to_litert

    function = whole_function(opened, batch=1)
    if precision != "int8":
        _save(_with_signature(convert_to_litert(function, precision)), folder)
        return {}
    plain = _with_signature(convert_to_litert(function))
    forms = {
        "static": quantise(plain, images),
        "dynamic": _with_signature(convert_to_litert(function, "int8")),
        "weights": quantise(plain),
    }
    chosen = _choose(forms, plain)
    _save(forms[chosen], folder)
    return {"int8": chosen}


def _save(content: bytes, folder: str) -> None:
    with open(os.path.join(folder, FILE), "wb") as file:
        file.write(content)


def _choose(forms: dict[str, bytes], plain: bytes) -> str:
    """Return the name of the fastest form that keeps the tolerance of int8, else the nearest."""
    scenes = parity.draw_scenes(SCENES)
    model = _open(plain)
    measured = {
        name: parity.measure_parity("litert", "int8", _open(content), model, scenes, len(content))
        for name, content in forms.items()
    }
    kept = [name for name, found in measured.items() if found.kept]
    if not kept:
        return min(measured, key=lambda name: abs(measured[name].nss_change))
    # Relative to float32 in the same turns: the machine may become busier.
    return min(
        kept, key=lambda name: measured[name].milliseconds / measured[name].tensorflow_milliseconds
    )


def _with_signature(content: bytes) -> bytes:
    """Return a file whose input and output have names, which conversion leaves out."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    def named(name: str, tensor: int) -> Any:
        entry = schema.TensorMapT()
        entry.name, entry.tensorIndex = name.encode(), int(tensor)
        return entry

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))
    [input_], [output] = model.subgraphs[0].inputs, model.subgraphs[0].outputs
    signature = schema.SignatureDefT()
    signature.signatureKey, signature.subgraphIndex = SIGNATURE.encode(), 0
    signature.inputs, signature.outputs = [named("images", input_)], [named("saliency", output)]
    model.signatureDefs = [signature]
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


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
