"""Networks of inverted residuals (Sandler et al., CVPR 2018): MobileNetV2 and its kin.

Their batch normalizations are folded into the convolutions. A convolution with a bias computes
the same function, trains with any batch size and is the same in training and inference.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from keras import KerasTensor, layers

# Of the batch normalizations of MobileNetV2 and of EfficientNet.
EPSILON = 1e-3
NORMALIZATION_WEIGHTS = ("gamma", "beta", "moving_mean", "moving_variance")
STEM_FILTERS = 32


class Group(NamedTuple):
    """Blocks of the same width.

    Attributes:
        expansion: Factor of the channels within a block.
        filters: Of its output.
        blocks: Their number.
        stride: Of the first block.
        side: Of the depthwise kernels.
    """

    expansion: int
    filters: int
    blocks: int
    stride: int
    side: int


def inverted_residuals(
    images: KerasTensor, groups: Sequence[Group], last_filters: int | None = None
) -> dict[int, KerasTensor]:
    """Apply a convolution with stride 2 and groups of inverted residuals.

    Args:
        images: float32 RGB, -1..1, (batch, rows, columns, 3).
        groups: In their order.
        last_filters: Filters of a last 1x1 convolution; None: there is none.

    Returns:
        Feature maps by stride, the last before each stride (the expanded maps of a block, after
        ReLU6) and the output; sizes are rounded up. Layer names are those of
        keras.applications.MobileNetV2.
    """
    maps = _relu(_convolution(images, "Conv1", STEM_FILTERS, 3, strides=2), "Conv1_relu")
    levels, total, channels, block = {}, 2, STEM_FILTERS, 0
    for expansion, filters, blocks, first_stride, side in groups:
        for number in range(blocks):
            name = _block_name(block)
            stride = first_stride if number == 0 else 1
            entry = maps
            if expansion > 1:
                maps = _convolution(maps, f"{name}_expand", expansion * channels, 1)
                maps = _relu(maps, f"{name}_expand_relu")
            if stride > 1:
                levels[total] = maps
                total *= stride
            maps = layers.DepthwiseConv2D(
                side, strides=stride, padding="same", name=f"{name}_depthwise"
            )(maps)
            maps = _relu(maps, f"{name}_depthwise_relu")
            maps = _convolution(maps, f"{name}_project", filters, 1)
            if stride == 1 and channels == filters:
                maps = layers.Add(name=f"{name}_add")([entry, maps])
            channels, block = filters, block + 1
    if last_filters:
        maps = _relu(_convolution(maps, "Conv_1", last_filters, 1), "out_relu")
    levels[total] = maps
    return levels


def convolution_names(groups: Sequence[Group], last: bool) -> tuple[str, ...]:
    """Return the names of the convolutions in their order.

    Args:
        groups: Of the network.
        last: Whether there is a last 1x1 convolution.
    """
    names, block = ["Conv1"], 0
    for group in groups:
        parts = ("expand", "depthwise", "project")[group.expansion == 1 :]
        for _ in range(group.blocks):
            names += [f"{_block_name(block)}_{part}" for part in parts]
            block += 1
    return (*names, *["Conv_1"] * last)


def fold_normalization(
    kernel: np.ndarray, normalization: Sequence[np.ndarray], depthwise: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Fold a batch normalization into the convolution before it.

    Args:
        kernel: (rows, columns, inputs, filters), or of a depthwise convolution (rows, columns,
            inputs, 1).
        normalization: gamma, beta, moving mean and moving variance, each (filters,), or of a
            depthwise convolution (inputs,).
        depthwise: Whether the convolution is depthwise.

    Returns:
        Kernel and bias.
    """
    gamma, beta, mean, variance = normalization
    factor = gamma / np.sqrt(variance + EPSILON)
    return kernel * (factor[:, None] if depthwise else factor), beta - mean * factor


def _block_name(number: int) -> str:
    return f"block_{number}" if number else "expanded_conv"


def _convolution(
    maps: KerasTensor, name: str, filters: int, side: int, **options: Any
) -> KerasTensor:
    return layers.Conv2D(filters, side, padding="same", name=name, **options)(maps)


def _relu(maps: KerasTensor, name: str) -> KerasTensor:
    return layers.ReLU(6.0, name=name)(maps)
