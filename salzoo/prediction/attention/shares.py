"""Saliency maps as shares of attention."""

import numpy as np


def shares(map_: np.ndarray) -> np.ndarray:
    """Return the share of attention of each pixel: the map divided by its sum.

    Args:
        map_: (rows, columns), finite, 0 or more, of any scale.

    Returns:
        float64 (rows, columns), sum 1; uniform for a map of zeros.

    Raises:
        ValueError: another shape, no pixels, negative values or NaN.
    """
    values = np.array(map_, "float64")  # a copy, divided in place: maps may be large
    if values.ndim != 2 or not values.size:
        raise ValueError(f"A map is (rows, columns), this is {values.shape}.")
    lowest, highest = values.min(), values.max()
    if not (lowest >= 0 and np.isfinite(highest)):  # false for NaN
        raise ValueError(f"A map's values are 0 or more and finite, these are {lowest}..{highest}.")
    if highest == 0:
        return np.full(values.shape, 1 / values.size)
    values /= highest  # the sum of large values may overflow
    values /= values.sum()
    return values
