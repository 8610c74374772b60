"""VGG-16 trained on ImageNet and Places2, the encoder that MSI-Net's training starts from.

A checkpoint of TensorFlow 1, whose variables are called conv1/conv1_1/weights and so on. Images are
RGB minus ImageNet's means in the order blue, green, red, as in MSI-Net.
"""

from __future__ import annotations

import os

import numpy as np

from salzoo.models.backbones.vgg16 import VGG16_BLOCKS
from salzoo.models.importers import Arrays, check_shape
from salzoo.models.importers.packed_files import FILE_LIMIT, read_packed
from salzoo.models.importers.tensorflow_checkpoints import Variable, read_variables
from salzoo.models.released import ReleasedFile
from salzoo.utils.errors import InputError
from salzoo.utils.regular_files import read_bytes

FILE = ReleasedFile(
    "vgg16_hybrid.zip", "https://drive.google.com/uc?id=1ff0va472Xs1bvidCwRlW3Ctf7Hbyyn7p"
)
ENDINGS = (".index", ".data-00000-of-00001")
PARTS = {"kernel": ("weights", "kernel"), "bias": ("biases", "bias")}


def read(path: str) -> Arrays:
    """Read the convolutions of the checkpoint.

    Args:
        path: Of an archive or a folder with the checkpoint, of one of its two files, or what their
            names begin with.

    Returns:
        "block1_conv1/kernel" and so on to values, float32.

    Raises:
        InputError: The file is damaged or of another network.
    """
    index, data = _contents(path)
    variables = read_variables(index, data, path)
    arrays, channels = {}, 3
    for block, (count, filters) in enumerate(VGG16_BLOCKS, start=1):
        for number in range(1, count + 1):
            for part, shape in (("kernel", (3, 3, channels, filters)), ("bias", (filters,))):
                variable = _find(variables, f"conv{block}_{number}", part, path)
                check_shape(path, variable.name, variable.shape, shape)
                values = variable.values()
                if not np.isfinite(values).all():
                    raise InputError(f"{path}: {variable.name} has values that are not finite.")
                arrays[f"block{block}_conv{number}/{part}"] = values
            channels = filters
    return arrays


def _contents(path: str) -> list[bytes]:
    """Return the content of the index and of the data file."""
    for ending in (*ENDINGS, ""):
        stem = path.removesuffix(ending)
        if path.endswith(ending) and os.path.isfile(stem + ENDINGS[0]):
            return [read_bytes(stem + one, FILE_LIMIT) for one in ENDINGS]
    return [read_packed(path, (ending,)) for ending in ENDINGS]


def _find(variables: list[Variable], layer: str, part: str, path: str) -> Variable:
    """Return the variable of a layer, below any names of scopes."""
    endings = [f"/{layer}/{name}" for name in PARTS[part]]
    found = [one for one in variables if f"/{one.name}".endswith(tuple(endings))]
    if len(found) != 1:
        what = "several variables" if found else "no variable"
        raise InputError(
            f"{path} holds another network than VGG-16: it has {what} {endings[0][1:]}."
        )
    return found[0]
