"""Importers of the weights that the authors of models released, one module a source.

A module of this package reads one published format as data: nothing in a file is executed. It has

- `RECORDS`, a tuple of `ReleasedWeights`, one for each file that it reads, and
- `read(path, model)`, which returns the arrays of a file by the paths of the model's weights.

`read` checks names, shapes and counts before it takes memory, and raises `InputError` that names
the file. `assign` then puts the arrays into the model.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from salzoo.utils.errors import InputError, shorten

if TYPE_CHECKING:
    import keras

# Path of a weight of our model, such as "block1_conv1/kernel", to its values.
Arrays = dict[str, np.ndarray]


def weight_shapes(model: keras.Model) -> dict[str, tuple[int, ...]]:
    """Return {path: shape} of all weights of a model, in their order.

    Args:
        model: Of the zoo.
    """
    return {weight.path: tuple(weight.shape) for weight in model.weights}


def check_shape(path: str, name: str, found: tuple[int, ...], needed: tuple[int, ...]) -> None:
    """Check the shape of an array before its values are read.

    Args:
        path: Of the file, for the message.
        name: Of the array in the file.
        found: Its shape there, in the order of axes of `needed`.
        needed: Shape of the model's weight.

    Raises:
        InputError: They differ.
    """
    if tuple(found) != tuple(needed):
        raise InputError(
            f"{path} holds another model's weights: {shorten(name)} has the shape "
            f"{shorten(tuple(found))}, not {tuple(needed)}."
        )


def assign(model: keras.Model, arrays: Arrays, path: str | os.PathLike[str]) -> None:
    """Put the arrays of a file into a model, every weight exactly once.

    Args:
        model: Built with the options of the released weights.
        arrays: By the paths of its weights.
        path: Of the file, for the message.

    Raises:
        InputError: Arrays are missing, additional, of another shape, of another kind than numbers
            or not finite: the file is damaged or of another model.
    """
    where = os.fspath(path)
    shapes = weight_shapes(model)
    for found, needed, what in ((arrays, shapes, "lacks"), (shapes, arrays, "has besides")):
        missing = [name for name in needed if name not in found]
        if missing:
            raise InputError(
                f"{where} holds another model's weights than those of {model.name}: it {what} "
                f"{shorten(', '.join(missing))}."
            )
    for name, array in arrays.items():
        check_shape(where, name, array.shape, shapes[name])
        if array.dtype.kind != "f" or not np.isfinite(array).all():
            raise InputError(f"{where}: {name} has values that are no finite numbers.")
    for weight in model.weights:
        weight.assign(arrays[weight.path].astype("float32"))
