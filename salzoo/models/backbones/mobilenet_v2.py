"""MobileNetV2 (Sandler et al. 2018) at width 1.0, without its dense layer.

Its batch normalisations are folded into the convolutions: a convolution with a
bias computes the same, trains with any batch size and gives the same in training
and in use.
"""

import numpy as np
from keras import layers

# Of the batch normalisations of keras.applications.MobileNetV2.
EPSILON = 1e-3
# Of each group of blocks: expansion, output maps, blocks, stride of the first.
GROUPS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def mobilenet_v2(images):
    """Apply MobileNetV2's convolutions.

    Args:
        images: (batch, rows, columns, 3), -1..1.

    Returns:
        dict of maps by their stride: 2, 4, 8 and 16 (the expanded maps before the next
        stride: 96, 144, 192 and 576) and 32 (the last 1,280), sizes rounded up. Layer
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


def _convolution(maps, name, filters, side, **options):
    return layers.Conv2D(filters, side, padding="same", name=name, **options)(maps)


def _relu(maps, name):
    return layers.ReLU(6.0, name=name)(maps)


def _names():
    blocks = ["expanded_conv", *(f"block_{number}" for number in range(1, 17))]
    parts = [f"{block}_{part}" for block in blocks for part in ("expand", "depthwise", "project")]
    return ("Conv1", *(name for name in parts if name != "expanded_conv_expand"), "Conv_1")


MOBILENET_V2_LAYERS = _names()


def folded(arrays):
    """Return `layer/weight` arrays with the batch normalisations folded into the convolutions.

    Args:
        arrays: of keras.applications.MobileNetV2; what is missing stays so.
    """
    result = {}
    for name in MOBILENET_V2_LAYERS:
        depthwise = name.endswith("_depthwise")
        kernel = arrays.get(f"{name}/kernel", arrays.get(f"{name}/depthwise_kernel"))
        normalization = {"Conv1": "bn_Conv1", "Conv_1": "Conv_1_bn"}.get(name, f"{name}_BN")
        parts = [
            arrays.get(f"{normalization}/{part}")
            for part in ("gamma", "beta", "moving_mean", "moving_variance")
        ]
        if kernel is None or any(part is None for part in parts):
            continue
        gamma, beta, mean, variance = parts
        factor = gamma / np.sqrt(variance + EPSILON)
        result[f"{name}/kernel"] = kernel * (factor[:, None] if depthwise else factor)
        result[f"{name}/bias"] = beta - mean * factor
    return result
