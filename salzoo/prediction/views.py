"""The views of an image that are averaged in test-time augmentation."""

import math
from dataclasses import replace

from salzoo.data.geometry import Geometry

# Input scales besides 1, relative to the input size of training.
SCALES = (0.8, 1.2)


def views(geometry: Geometry, tta: bool, fixed_size: bool) -> list[tuple[Geometry, bool]]:
    """Return how an image is fitted, once or several times.

    Args:
        geometry: between images and the model's input.
        tta: test-time augmentation: three scales of the image and of its mirror image.
        fixed_size: whether the model takes only the size of the geometry, so that there is one
            scale.

    Returns:
        (geometry, whether the image is mirrored) of each view, the usual one first.
    """
    if not tta:
        return [(geometry, False)]
    scales = [geometry, *(() if fixed_size else (_scaled(geometry, scale) for scale in SCALES))]
    return [(scale, mirrored) for scale in scales for mirrored in (False, True)]


def _scaled(geometry: Geometry, scale: float) -> Geometry:
    multiple = geometry.size_multiple

    def scaled(size: tuple[int, int]) -> tuple[int, int]:
        rows, columns = (multiple * math.ceil(side * scale / multiple) for side in size)
        return rows, columns

    others = tuple(scaled(size) for size in geometry.other_sizes)
    return replace(geometry, size=scaled(geometry.size), other_sizes=others)
