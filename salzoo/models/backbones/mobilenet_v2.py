"""MobileNetV2 (Sandler et al., CVPR 2018) at width 1.0, without its dense layer.

Its batch normalizations are folded into the convolutions. A convolution with a bias computes
the same function, trains with any batch size and is the same in training and inference.
"""

from typing import Any

import numpy as np
from keras import KerasTensor, layers

from salzoo.models.backbones.pretrained import Backbone

# Of the batch normalizations of keras.applications.MobileNetV2.
EPSILON = 1e-3
NORMALIZATION_WEIGHTS = ("gamma", "beta", "moving_mean", "moving_variance")
# Of each group of blocks: expansion, output filters, blocks, stride of the first.
GROUPS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def mobilenet_v2(images: KerasTensor) -> dict[int, KerasTensor]:
    """Apply the convolutions of MobileNetV2.

    Args:
        images: float32 RGB, -1..1, (batch, rows, columns, 3).

    Returns:
        Feature maps by stride: 2, 4, 8 and 16 (the expanded maps before the next stride, of
        96, 144, 192 and 576 channels) and 32 (the last 1,280); sizes are rounded up. Layer
        names are those of keras.applications.MobileNetV2.
    """
    maps = _relu(_convolution(images, "Conv1", 32, 3, strides=2), "Conv1_relu")
    levels, total, channels, block = {}, 2, 32, 0
    for expansion, filters, blocks, first_stride in GROUPS:
        for number in range(blocks):
            name = f"block_{block}" if block else "expanded_conv"
            stride = first_stride if number == 0 else 1
            entry = maps
            if expansion > 1:
                maps = _convolution(maps, f"{name}_expand", expansion * channels, 1)
                maps = _relu(maps, f"{name}_expand_relu")
            if stride > 1:
                levels[total] = maps
                total *= stride
            maps = layers.DepthwiseConv2D(
                3, strides=stride, padding="same", name=f"{name}_depthwise"
            )(maps)
            maps = _relu(maps, f"{name}_depthwise_relu")
            maps = _convolution(maps, f"{name}_project", filters, 1)
            if stride == 1 and channels == filters:
                maps = layers.Add(name=f"{name}_add")([entry, maps])
            channels, block = filters, block + 1
    levels[total] = _relu(_convolution(maps, "Conv_1", 1280, 1), "out_relu")
    return levels


def _convolution(
    maps: KerasTensor, name: str, filters: int, side: int, **options: Any
) -> KerasTensor:
    return layers.Conv2D(filters, side, padding="same", name=name, **options)(maps)


def _relu(maps: KerasTensor, name: str) -> KerasTensor:
    return layers.ReLU(6.0, name=name)(maps)


def _names() -> tuple[str, ...]:
    blocks = ["expanded_conv", *(f"block_{number}" for number in range(1, 17))]
    parts = [f"{block}_{part}" for block in blocks for part in ("expand", "depthwise", "project")]
    return ("Conv1", *(name for name in parts if name != "expanded_conv_expand"), "Conv_1")


MOBILENET_V2_LAYERS = _names()


def fold_normalizations(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Fold batch normalizations into the convolutions before them.

    Args:
        arrays: Weights of keras.applications.MobileNetV2 by `layer/weight`; some may be
            missing.

    Returns:
        Kernels and biases by `layer/weight`, of the convolutions that are complete in
        `arrays`.
    """
    result = {}
    for name in MOBILENET_V2_LAYERS:
        depthwise = name.endswith("_depthwise")
        kernel = arrays.get(f"{name}/kernel", arrays.get(f"{name}/depthwise_kernel"))
        normalization = {"Conv1": "bn_Conv1", "Conv_1": "Conv_1_bn"}.get(name, f"{name}_BN")
        names = [f"{normalization}/{part}" for part in NORMALIZATION_WEIGHTS]
        if kernel is None or any(part not in arrays for part in names):
            continue
        gamma, beta, mean, variance = (arrays[part] for part in names)
        factor = gamma / np.sqrt(variance + EPSILON)
        result[f"{name}/kernel"] = kernel * (factor[:, None] if depthwise else factor)
        result[f"{name}/bias"] = beta - mean * factor
    return result


MOBILENET_V2 = Backbone(
    "MobileNetV2", MOBILENET_V2_LAYERS, application="MobileNetV2", prepare=fold_normalizations
)
