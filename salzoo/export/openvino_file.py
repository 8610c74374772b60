"""OpenVINO files: images of any size to maps of their size, on processors of Intel and others."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from salzoo.export.target import Predict, Target, whole_function

if TYPE_CHECKING:
    from salzoo.prediction.opening import Opened

FILE = "model.xml"
# The precisions of the file are those of the computation: OpenVINO would choose by the processor.
SETTINGS = {"EXECUTION_MODE_HINT": "ACCURACY"}
# Operations whose output has a type of its own, and the softmax of attention.
FLOAT32 = ("Convert", "Range", "Softmax")


def write(
    opened: Opened, folder: str, precision: str, images: Sequence[np.ndarray]
) -> dict[str, Any]:
    """Write `model.xml` and `model.bin`.

    Args:
        opened: a model with its network.
        folder: to write to.
        precision: "float32"; "bfloat16", of the network; "float16", of the stored weights; or
            "int8" of the convolutions.
        images: to calibrate with, uint8 (rows, columns, 3).

    Returns:
        The settings to open it with.
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
    if precision == "bfloat16":
        _compute_in_bfloat16(model)
    path = os.path.join(folder, FILE)
    openvino.save_model(model, path, compress_to_fp16=precision == "float16")
    return {name.lower(): value for name, value in SETTINGS.items()}


def _compute_in_bfloat16(model: Any) -> None:
    """Let all from the first to the last convolution be computed in bfloat16.

    What resizes, the softmax at the end and the postprocessing stay in float32: places of pixels
    need more than the 8 bits of bfloat16. OpenVINO's hint would convert them as well.

    Args:
        model: openvino.Model, which is changed.
    """
    from openvino import Type, opset13

    ops = model.get_ordered_ops()
    inside = _between_convolutions(ops)
    converted: dict[tuple[str, int, bool], Any] = {}
    for node in ops:
        is_inside = node.get_name() in inside
        for taken in node.inputs():
            source = taken.get_source_output()
            origin = source.get_node()
            if source.get_element_type() != Type.f32 or is_inside == (origin.get_name() in inside):
                continue
            key = (origin.get_name(), source.get_index(), is_inside)
            if key not in converted and is_inside and origin.get_type_name() == "Constant":
                converted[key] = opset13.constant(_round_to_bfloat16(origin.data), Type.bf16)
            elif key not in converted:
                converted[key] = opset13.convert(source, "bf16" if is_inside else "f32")
            taken.replace_source_output(converted[key].output(0))
    model.validate_nodes_and_infer_types()


def _between_convolutions(ops: Sequence[Any]) -> set[str]:
    """Return the names of convolutions and of what is computed from one for another."""
    after: set[str] = set()
    before: set[str] = set()
    takes_float32: set[str] = set()
    parents = {
        node.get_name(): [taken.get_source_output() for taken in node.inputs()] for node in ops
    }
    kinds = {node.get_name(): node.get_type_name() for node in ops}
    for name, sources in parents.items():
        names = [source.get_node().get_name() for source in sources]
        if kinds[name].endswith("Convolution") or after.intersection(names):
            after.add(name)
        if any(source.get_element_type().get_type_name() == "f32" for source in sources):
            takes_float32.add(name)
    for name, sources in reversed(parents.items()):
        if kinds[name].endswith("Convolution") or name in before:
            before.add(name)
            before.update(source.get_node().get_name() for source in sources)
    return {name for name in after & before & takes_float32 if kinds[name] not in FLOAT32}


def _round_to_bfloat16(values: np.ndarray) -> np.ndarray:
    """Return float32 values of 8 bits precision; OpenVINO would cut the other bits off."""
    bits = np.array(values, "float32").view("uint32")
    bits += np.uint32(0x7FFF) + ((bits >> 16) & 1)  # halves to even
    return (bits & np.uint32(0xFFFF0000)).view("float32")


def open_file(folder: str, precision: str) -> Predict:
    """Open `model.xml` with OpenVINO on the processor.

    Args:
        folder: of the export.
        precision: not used; the file has it.
    """
    import openvino

    model = openvino.Core().compile_model(os.path.join(folder, FILE), "CPU", SETTINGS)

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
