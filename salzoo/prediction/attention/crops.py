"""The crop of an aspect ratio that keeps the most attention."""

from __future__ import annotations

import numpy as np

from salzoo.prediction.attention.boxes import Box
from salzoo.prediction.attention.shares import shares

# Sums that differ by less count as equal: the order of summation changes them as much.
_ROUNDING = 1e-12


def best_crop(map_: np.ndarray, aspect: float) -> tuple[Box, float]:
    """Return the largest box of an aspect ratio, placed where it contains the most attention.

    The box is as wide or as high as the image; its other side is rounded to whole pixels, at
    least one. Among positions of equal attention the one nearest to the image's centre is
    taken, and the left or upper one of two such.

    Args:
        map_: (rows, columns), see `salzoo.prediction.attention.shares.shares`.
        aspect: width over height, above 0.

    Returns:
        Box of whole pixels inside the image, and the share of attention in it, 0..1.
    """
    attention = shares(map_)
    rows, columns = attention.shape
    if columns > rows * aspect:
        width = max(1, round(rows * aspect))
        x, share = _best_window(attention.sum(axis=0), width)
        return Box("crop", x, 0, width, rows), share
    height = max(1, round(columns / aspect))
    y, share = _best_window(attention.sum(axis=1), height)
    return Box("crop", 0, y, columns, height), share


def _best_window(line: np.ndarray, length: int) -> tuple[int, float]:
    """Return start and sum of the window of a length with the largest sum."""
    before = np.concatenate([[0.0], np.cumsum(line)])
    sums = before[length:] - before[:-length]
    best = np.flatnonzero(sums >= sums.max() - _ROUNDING)
    middle = (len(line) - length) / 2
    start = int(best[np.argmin(np.abs(best - middle))])
    return start, min(float(sums[start]), 1.0)
