"""Share of attention of boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from salzoo.prediction.attention.boxes import Box
from salzoo.prediction.attention.shares import shares


class Region(NamedTuple):
    """Attention of a box.

    Attributes:
        box: the part inside the image.
        share: share of the attention, 0..1.
        density: that share divided by the box's share of the image's area; 1 for uniform
            attention.
        clipped: whether a part of the box is outside the image.
    """

    box: Box
    share: float
    density: float
    clipped: bool


def region_shares(map_: np.ndarray, boxes: Sequence[Box]) -> list[Region]:
    """Return the share of attention of each box; boxes may overlap.

    Pixels on a border are weighted by the part of their area inside the box.

    Args:
        map_: (rows, columns), see `salzoo.prediction.attention.shares.shares`.
        boxes: in pixels of the map.

    Returns:
        One region per box.

    Raises:
        ValueError: a box has no area inside the image.
    """
    attention = shares(map_)
    return [_region(attention, box) for box in boxes]


def _region(attention: np.ndarray, box: Box) -> Region:
    rows, columns = attention.shape
    inside = box.inside(rows, columns)
    if inside is None:
        raise ValueError(f"The box {box.name} has no area inside the image ({columns}x{rows}).")
    covered_rows, down = _covered(inside.y, inside.height, rows)
    covered_columns, across = _covered(inside.x, inside.width, columns)
    share = float(down @ attention[covered_rows, covered_columns] @ across)
    area = inside.width * inside.height / attention.size
    return Region(inside, share, share / area, inside != box)


def _covered(start: float, length: float, size: int) -> tuple[slice, np.ndarray]:
    """Return the pixels of an axis in start..start+length, and the covered part of each."""
    first, end = int(np.floor(start)), min(int(np.ceil(start + length)), size)
    pixels = np.arange(first, end)
    parts = np.minimum(pixels + 1, start + length) - np.maximum(pixels, start)
    return slice(first, end), np.maximum(parts, 0.0)
