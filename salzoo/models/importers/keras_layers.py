"""Weights files of Keras 1 and 2: HDF5 with a group for each layer, read as arrays alone.

The attribute `layer_names` lists the layers in their order, at the root or, in the file of a whole
model, in the group `model_weights`. The attribute `weight_names` of a layer's group lists its
arrays.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import h5py
import numpy as np

from salzoo.models.importers import check_shape
from salzoo.utils.errors import InputError, shorten
from salzoo.utils.hdf5_files import open_hdf5

Shape = tuple[int, ...]
# Layers that tell the models in such files apart, the first that is there decides.
SIGNS = {
    "conv5_lstm1": "ASNet",
    "res2a_branch2a attentiveconvlstm_1": "SAM-ResNet",
    "block1_conv1 attentiveconvlstm_1": "SAM-VGG",
    "res2a_branch2a": "ResNet-50",
    "block1_conv1": "VGG-16",
}


def read_layers(
    path: str | os.PathLike[str],
    expected: Mapping[str, Sequence[Shape]],
    title: str,
    backend: str,
    classes: Iterable[str] = (),
) -> dict[str, list[np.ndarray]]:
    """Read the arrays of all layers with weights.

    Args:
        path: Of the file.
        expected: Shapes of the arrays by layer, in their order in the file.
        title: Of the model, for messages.
        backend: "theano", whose kernels are turned around, or "tensorflow". Keras 2 writes it.
        classes: Of layers without names of their own, see `number_layers`.

    Returns:
        Arrays by layer, float32, in the order and shapes of `expected`.

    Raises:
        InputError: The file is damaged, no weights file of Keras 1 or 2, or of another model.
    """
    where = os.fspath(path)
    with open_hdf5(path) as file:
        root = file
        if "layer_names" not in file.attrs and isinstance(file.get("model_weights"), h5py.Group):
            root = file["model_weights"]
        written = root.attrs.get("backend", backend.encode())
        if written not in (backend, backend.encode()):
            raise InputError(
                f"{where} was written with the backend {shorten(written)} of Keras; the released "
                f"weights of {title} are of {backend}."
            )
        found = number_layers(_stored_layers(root, where), classes)
        _check_layers(where, found, expected, title)
        for name, shapes in expected.items():
            for stored, shape in zip(found[name], shapes, strict=True):
                check_shape(where, stored.name, stored.shape or (), shape)
                if stored.dtype.kind != "f":
                    raise InputError(f"{where}: {shorten(stored.name)} has no decimal numbers.")
        return {name: [_values(stored) for stored in found[name]] for name in expected}


def number_layers(
    layers: Mapping[str, list[h5py.Dataset]], classes: Iterable[str]
) -> dict[str, list[h5py.Dataset]]:
    """Number the layers that Keras has named after their class from 1 in each class.

    The numbers in a file count all layers that its process made: "convolution2d_12" may be the
    first convolution of the model.

    Args:
        layers: By name.
        classes: Such as "convolution2d".
    """
    numbered: dict[str, str] = {}
    for kind in classes:
        # TensorFlow's own Keras gives the first no number.
        own = {name: re.fullmatch(rf"{kind}(?:_(\d{{1,9}}))?", name) for name in layers}
        order = sorted((int(found[1] or 0), name) for name, found in own.items() if found)
        numbered |= {name: f"{kind}_{number}" for number, (_, name) in enumerate(order, start=1)}
    return {numbered.get(name, name): arrays for name, arrays in layers.items()}


def _stored_layers(root: h5py.Group, where: str) -> dict[str, list[h5py.Dataset]]:
    """Return the arrays of the layers that have any, in the order of the file."""
    layers = {}
    for name in _names(root, "layer_names", where):
        group = root.get(name)
        if not isinstance(group, h5py.Group):
            raise InputError(f"{where} is damaged: the layer {shorten(name)} is missing.")
        arrays = [group.get(weight) for weight in _names(group, "weight_names", where)]
        if not all(isinstance(array, h5py.Dataset) for array in arrays):
            raise InputError(f"{where} is damaged: arrays of {shorten(name)} are missing.")
        if arrays:
            layers[name] = arrays
    return layers


def _names(group: h5py.Group, attribute: str, where: str) -> list[str]:
    """Return a list of names, which Keras stores as text of one byte a character."""
    stored = group.attrs.get(attribute)
    known = isinstance(stored, np.ndarray) and stored.ndim == 1
    names: list[Any] = stored.tolist() if known else [None]
    try:
        return [name if isinstance(name, str) else bytes.decode(name) for name in names]
    except (TypeError, UnicodeDecodeError):
        raise InputError(
            f"{where} has no list {attribute}: it is no weights file of Keras 1 or 2."
        ) from None


def _check_layers(
    where: str,
    found: Mapping[str, list[h5py.Dataset]],
    expected: Mapping[str, Sequence[Shape]],
    title: str,
) -> None:
    """Check which layers there are, and how many arrays each has."""
    missing = [name for name in expected if name not in found]
    added = [name for name in found if name not in expected]
    if not (missing or added):
        name = next((name for name in expected if len(found[name]) != len(expected[name])), None)
        if name is None:
            return
        problem = f"{name} has {len(found[name])} arrays, not {len(expected[name])}"
    else:
        problem = f"it lacks {missing[0]}" if missing else f"it has {shorten(added[0])} besides"
    others = (other for sign, other in SIGNS.items() if all(name in found for name in sign.split()))
    other = next(others, title)
    whose = "another model" if other == title else other
    raise InputError(f"{where} holds the weights of {whose}, not of {title}: {problem}.")


def _values(stored: h5py.Dataset) -> np.ndarray:
    values: np.ndarray = np.asarray(stored[()], "float32")
    return values
