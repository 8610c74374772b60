"""Structure measure, S."""

import numpy as np
from numpy.typing import ArrayLike

from salzoo.metrics.metric import Metric
from salzoo.metrics.object_case import EPSILON, ObjectCase
from salzoo.metrics.object_conventions import ObjectConvention


def s_measure(
    saliency_map: ArrayLike, mask: ArrayLike, *, convention: str | ObjectConvention = "pysod"
) -> float:
    """Structure measure (Fan et al., ICCV 2017), alpha 0.5; see `structure`.

    Args:
        saliency_map: (rows, columns), floats or integers 0..255.
        mask: (rows, columns), booleans, floats 0..1 or integers 0..255.
        convention: its name or an `ObjectConvention`.

    Returns:
        0..1, 1 is perfect; NaN where it is undefined.

    Raises:
        ValueError: the shapes differ, or values lie outside their range.
    """
    return ObjectCase(saliency_map, mask, convention).score(S)


def structure(values: np.ndarray, truth: np.ndarray) -> float:
    """Return the structure measure of a prepared map.

    Half of it is object-aware, half region-aware (Fan et al., ICCV 2017, alpha 0.5).

    An empty mask gives 1 - mean of the map, a full one the mean of the map.
    NaN where the object's centre lies in the last row or column: the parts
    beyond it are empty.

    Args:
        values: float64 (rows, columns), 0..1.
        truth: bool (rows, columns).
    """
    share = truth.mean()
    if share == 0:
        return 1 - values.mean()
    if share == 1:
        return values.mean()
    objects = share * _brightness(values[truth]) + (1 - share) * _brightness(1 - values[~truth])
    score = objects * 0.5 + _regions(values, truth) * 0.5
    return np.maximum(0, score)


def _brightness(values: np.ndarray) -> float:
    """Return how close to 1 and how uniform the values are (Eq. 6 of the paper, lambda 0.5)."""
    mean = values.mean()
    spread = values.std(ddof=1) if values.size > 1 else 0
    return 2 * mean / (mean**2 + 1 + spread + EPSILON)


def _regions(values: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean similarity, by area, of the four parts around the object's centre."""
    rows, columns = truth.shape
    count = np.count_nonzero(truth)
    # The parts end with the centre's row and column, as ranges do in Matlab.
    row = round(truth.sum(axis=1) @ np.arange(rows) / count) + 1
    column = round(truth.sum(axis=0) @ np.arange(columns) / count) + 1
    if row == rows or column == columns:
        return np.nan
    total = 0.0
    for down in (slice(0, row), slice(row, rows)):
        for across in (slice(0, column), slice(column, columns)):
            piece = values[down, across]
            total += _similarity(piece, truth[down, across]) * piece.size / truth.size
    return total


def _similarity(values: np.ndarray, truth: np.ndarray) -> float:
    """Return the structural similarity (SSIM) of one part as a whole."""
    pixels = values.size
    mean, share = values.mean(), truth.mean()
    # Rounding would make the variance of a constant map a tiny number, which decides
    # between 0 and 1 below.
    deviation = values - mean if np.ptp(values) > 0 else np.zeros_like(values)
    deviation_of_truth = truth - share
    divisor = pixels - 1 + EPSILON
    variance = (deviation**2).sum() / divisor
    variance_of_truth = (deviation_of_truth**2).sum() / divisor
    covariance = (deviation * deviation_of_truth).sum() / divisor
    above = 4 * mean * share * covariance
    below = (mean**2 + share**2) * (variance + variance_of_truth)
    if above != 0:
        return above / (below + EPSILON)
    return 1.0 if below == 0 else 0.0


def _compute(case: ObjectCase) -> float:
    return structure(case.values, case.truth)


def _describe(convention: ObjectConvention) -> str:
    return (
        "Structure measure (Fan et al. 2017), alpha 0.5; an empty mask gives 1 - mean of the map, "
        f"a full one the mean of the map. {convention.note}"
    )


S = Metric(
    name="S",
    compute=_compute,
    describe=_describe,
    lower_is_better=False,
    needs=("mask",),
)
