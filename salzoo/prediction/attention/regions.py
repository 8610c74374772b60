"""How much attention boxes get."""

from typing import NamedTuple

import numpy as np

from salzoo.prediction.attention.boxes import Box
from salzoo.prediction.attention.shares import shares


class Region(NamedTuple):
    """What a box gets.

    box: the part of it inside the image. share: of the attention, 0..1.
    density: share over the box's share of the image's area: 1 is what attention
    spread evenly would give it. clipped: whether a part lay outside.
    """

    box: Box
    share: float
    density: float
    clipped: bool


def region_shares(map_, boxes):
    """Return the share of attention that each box gets; boxes may overlap.

    Pixels that a border cuts count by the part of their area inside, exactly.

    Args:
        map_: (rows, columns), see `salzoo.prediction.attention.shares.shares`.
        boxes: list of `Box`.

    Returns:
        list of `Region`, one a box.

    Raises:
        ValueError: a box has no area inside the image.
    """
    attention = shares(map_)
    return [_region(attention, box) for box in boxes]


def _region(attention, box):
    rows, columns = attention.shape
    inside = box.inside(rows, columns)
    if inside is None:
        raise ValueError(f"The box {box.name} has no area inside the image ({columns}x{rows}).")
    covered_rows, down = _covered(inside.y, inside.height, rows)
    covered_columns, across = _covered(inside.x, inside.width, columns)
    share = float(down @ attention[covered_rows, covered_columns] @ across)
    area = inside.width * inside.height / attention.size
    return Region(inside, share, share / area, inside != box)


def _covered(start, length, size):
    """Return the pixels of an axis that start..start+length touches, and how much of each."""
    first, end = int(np.floor(start)), min(int(np.ceil(start + length)), size)
    pixels = np.arange(first, end)
    parts = np.minimum(pixels + 1, start + length) - np.maximum(pixels, start)
    return slice(first, end), np.maximum(parts, 0.0)
