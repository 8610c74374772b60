"""The crop that keeps most attention."""

import numpy as np

from salzoo.prediction.attention.boxes import Box
from salzoo.prediction.attention.shares import shares

# Sums that differ by less are equal: the order of adding up changes as much.
_ROUNDING = 1e-12


def best_crop(map_, aspect):
    """Return the largest box of an aspect ratio, placed where it holds most attention.

    It is as wide or as high as the image; the other side is rounded to whole pixels, at
    least one. Of places that hold the same, the one nearest the image's centre is taken,
    of two such the left or upper one.

    Args:
        map_: (rows, columns), see `salzoo.prediction.attention.shares.shares`.
        aspect: width over height, above 0.

    Returns:
        `Box` of whole numbers inside the image, share of attention that it keeps, 0..1.
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


def _best_window(line, length):
    """Return the start and the sum of the window of a line that holds most."""
    before = np.concatenate([[0.0], np.cumsum(line)])
    sums = before[length:] - before[:-length]
    best = np.flatnonzero(sums >= sums.max() - _ROUNDING)
    middle = (len(line) - length) / 2
    start = int(best[np.argmin(np.abs(best - middle))])
    return start, min(float(sums[start]), 1.0)
