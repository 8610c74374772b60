"""Share of attention of boxes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from salzoo.prediction.attention.boxes import Box
from salzoo.prediction.attention.calibration import ShareCalibration
from salzoo.prediction.attention.shares import shares


class Region(NamedTuple):
    """Attention of a box.

    Attributes:
        box: the part inside the image.
        share: share of the attention, 0..1.
        density: that share divided by the box's share of the image's area; 1 for uniform
            attention.
        clipped: whether a part of the box is outside the image.
        low: lower end of the 90 % interval of the share, see `ShareCalibration`; None without
            a calibration.
        high: upper end of the interval.
    """

    box: Box
    share: float
    density: float
    clipped: bool
    low: float | None = None
    high: float | None = None


def region_shares(
    map_: np.ndarray, boxes: Sequence[Box], calibration: ShareCalibration | None = None
) -> list[Region]:
    """Return the share of attention of each box; boxes may overlap.

    Pixels on a border are weighted by the part of their area inside the box.

    Args:
        map_: (rows, columns), see `salzoo.prediction.attention.shares.shares`.
        boxes: in pixels of the map.
        calibration: of the model that predicted the map, `Predictor.calibration`. None: the
            shares are those of the map itself, without intervals.

    Returns:
        One region per box.

    Raises:
        ValueError: a box has no area inside the image.

    Examples:
        >>> model = salzoo.load_model("msinet_lite")
        >>> box = Box("logo", 20, 30, 80, 40)
        >>> (region,) = region_shares(model(image), [box], model.calibration)
        >>> region.low, region.share, region.high
    """
    attention = shares(calibration.correct(map_) if calibration else map_)
    regions = [_region(attention, box) for box in boxes]
    if calibration is None:
        return regions
    ends = [calibration.interval(region.share) for region in regions]
    return [
        region._replace(low=low, high=high)
        for region, (low, high) in zip(regions, ends, strict=True)
    ]


def _region(attention: np.ndarray, box: Box) -> Region:
    rows, columns = attention.shape
    inside = box.inside(rows, columns)
    if inside is None:
        raise ValueError(f"The box {box.name} has no area inside the image ({columns}x{rows}).")
    covered_rows, down = _covered(inside.y, inside.height, rows)
    covered_columns, across = _covered(inside.x, inside.width, columns)
    share = min(float(down @ attention[covered_rows, covered_columns] @ across), 1.0)
    area = inside.width * inside.height / attention.size
    return Region(inside, share, share / area, inside != box)


def _covered(start: float, length: float, size: int) -> tuple[slice, np.ndarray]:
    """Return the pixels of an axis in start..start+length, and the covered part of each."""
    first, end = int(np.floor(start)), min(int(np.ceil(start + length)), size)
    pixels = np.arange(first, end)
    parts = np.minimum(pixels + 1, start + length) - np.maximum(pixels, start)
    return slice(first, end), np.maximum(parts, 0.0)
