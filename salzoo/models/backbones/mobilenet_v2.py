"""MobileNetV2 (Sandler et al., CVPR 2018) at width 1.0, without its dense layer."""

from functools import partial

import numpy as np
from keras import KerasTensor

from salzoo.models.backbones.inverted_residuals import (
    NORMALIZATION_WEIGHTS,
    Group,
    convolution_names,
    fold_normalization,
    inverted_residuals,
)
from salzoo.models.backbones.pretrained import Backbone, keras_application

# Table 2 of the paper.
GROUPS = (
    Group(1, 16, 1, 1, 3),
    Group(6, 24, 2, 2, 3),
    Group(6, 32, 3, 2, 3),
    Group(6, 64, 4, 2, 3),
    Group(6, 96, 3, 1, 3),
    Group(6, 160, 3, 2, 3),
    Group(6, 320, 1, 1, 3),
)
LAST_FILTERS = 1280
MOBILENET_V2_LAYERS = convolution_names(GROUPS, last=True)


def mobilenet_v2(images: KerasTensor) -> dict[int, KerasTensor]:
    """Apply the convolutions of MobileNetV2.

    Args:
        images: float32 RGB, -1..1, (batch, rows, columns, 3).

    Returns:
        Feature maps by stride, see `inverted_residuals`: 2, 4, 8, 16 and 32, of 96, 144, 192, 576
        and 1,280 channels. Layer names are those of keras.applications.MobileNetV2.
    """
    return inverted_residuals(images, GROUPS, LAST_FILTERS)


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
        kernel = arrays.get(f"{name}/kernel", arrays.get(f"{name}/depthwise_kernel"))
        normalization = {"Conv1": "bn_Conv1", "Conv_1": "Conv_1_bn"}.get(name, f"{name}_BN")
        names = [f"{normalization}/{part}" for part in NORMALIZATION_WEIGHTS]
        if kernel is None or any(part not in arrays for part in names):
            continue
        result[f"{name}/kernel"], result[f"{name}/bias"] = fold_normalization(
            kernel, [arrays[part] for part in names], name.endswith("_depthwise")
        )
    return result


MOBILENET_V2 = Backbone(
    "MobileNetV2",
    MOBILENET_V2_LAYERS,
    imagenet=partial(keras_application, "MobileNetV2"),
    prepare=fold_normalizations,
)
