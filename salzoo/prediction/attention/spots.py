"""The most salient spots of a map."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from salzoo.prediction.attention.shares import shares


class Spot(NamedTuple):
    """A peak of a map.

    Attributes:
        x: column of its pixel.
        y: row of its pixel.
        share: share of attention around it, 0..1.
    """

    x: int
    y: int
    share: float


def spot_radius(size: tuple[int, ...]) -> int:
    """Return the default radius of a spot in pixels: a tenth of the image's shorter side.

    Args:
        size: (rows, columns) of the image.
    """
    return max(1, round(min(size) / 10))


def find_spots(map_: np.ndarray, count: int, radius: float | None = None) -> list[Spot]:
    """Return the spots with the most attention.

    Spots are local maxima of the map (the middle pixel of a plateau) above its minimum. Of
    maxima within a radius of each other the highest is kept. The share of a spot is the
    attention of the pixels within a radius of it, border included. Pixels within a radius of
    several spots belong to the nearest one only, so the sum of shares is at most 1. `count`
    does not change which spots are found.

    Args:
        map_: (rows, columns), see `shares`.
        count: largest number of spots to return.
        radius: in pixels; None: `spot_radius`.

    Returns:
        Spots by decreasing share, equal ones by row and column. Empty for a uniform map.
    """
    attention = shares(map_)
    radius = spot_radius(attention.shape) if radius is None else radius
    peaks = _separate(*_peaks(np.asarray(map_)), radius)
    held = [_share(attention, peaks, number, radius) for number in range(len(peaks))]
    spots = [Spot(int(x), int(y), share) for (y, x), share in zip(peaks, held, strict=True)]
    return sorted(spots, key=lambda spot: (-spot.share, spot.y, spot.x))[:count]


def _peaks(map_: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels of all local maxima, (n, 2) rows and columns, and their values."""
    is_peak = map_ == _highest_nearby(map_)
    is_peak &= map_ > map_.min()
    names = _label(is_peak)
    number = int(names.max(initial=-1)) + 1
    counts = np.bincount(names, minlength=number)
    middles = [np.bincount(names, axis, number) / counts for axis in np.nonzero(is_peak)]
    heights = np.zeros(number)
    heights[names] = map_[is_peak]  # constant on a plateau
    return np.round(np.stack(middles, axis=-1)).astype("int64"), heights


def _highest_nearby(map_: np.ndarray) -> np.ndarray:
    """Return the maximum over each pixel and its eight neighbours."""
    padded = np.pad(map_, 1, mode="edge")
    columns = np.maximum(np.maximum(padded[:, :-2], padded[:, 1:-1]), padded[:, 2:])
    return np.maximum(np.maximum(columns[:-2], columns[1:-1]), columns[2:])


def _label(mask: np.ndarray) -> np.ndarray:
    """Number the connected groups of pixels that are true, diagonal neighbours included.

    Args:
        mask: (rows, columns).

    Returns:
        For each true pixel, row by row, the number of its group, from 0.
    """
    # Runs of pixels in a row, and which of them touch runs of the row below.
    padded = np.pad(mask, 1)
    begins = padded[:, 1:] & ~padded[:, :-1]
    runs = np.where(padded[:, 1:], np.cumsum(begins).reshape(begins.shape) - 1, -1)[:, :-1]
    above, below = runs[:-1], np.pad(runs[1:], ((0, 0), (1, 1)), constant_values=-1)
    pairs = []
    for left in range(3):
        beside = below[:, left : left + above.shape[1]]
        touching = (above >= 0) & (beside >= 0)
        pairs.append(above[touching] * runs.size + beside[touching])
    first, second = np.divmod(np.unique(np.concatenate(pairs)), runs.size)
    names = np.arange(runs.max(initial=-1) + 1)  # each run's becomes the first of its group
    while (names[first] != names[second]).any():
        lower = np.minimum(names[first], names[second])
        for ends in (first, second):
            np.minimum.at(names, names[ends], lower)
        names = names[names]
    return np.unique(names[runs[1:-1][mask]], return_inverse=True)[1]


def _separate(pixels: np.ndarray, heights: np.ndarray, radius: float) -> np.ndarray:
    """Return the peaks that are more than a radius from every higher peak that is kept."""
    order = np.argsort(-heights, kind="stable")
    left, kept = pixels[order], []
    while len(left):
        kept.append(left[0])
        left = left[((left - left[0]) ** 2).sum(axis=1) > radius**2]
    return np.array(kept).reshape(-1, 2)


def _share(attention: np.ndarray, peaks: np.ndarray, number: int, radius: float) -> float:
    """Return the attention within a radius of a peak on pixels nearest to this peak."""
    distances = np.sqrt(((peaks - peaks[number]) ** 2).sum(axis=1))
    reach = int(radius)
    (top, left), (bottom, right) = (
        np.maximum(peaks[number] - reach, 0),
        np.minimum(peaks[number] + reach + 1, attention.shape),
    )
    rows, columns = np.ogrid[top:bottom, left:right]

    def squared(peak: np.ndarray) -> np.ndarray:
        return (rows - peak[0]) ** 2 + (columns - peak[1]) ** 2

    own = squared(peaks[number])
    inside = own <= radius**2
    for other in np.flatnonzero(distances <= 2 * radius):
        # Pixels halfway between two peaks belong to the higher one, which comes first.
        if other < number:
            inside &= own < squared(peaks[other])
        elif other > number:
            inside &= own <= squared(peaks[other])
    return float(attention[top:bottom, left:right][inside].sum())
