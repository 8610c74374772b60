"""Weighted F-measure, wF."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import ndimage

from salzoo.metrics.metric import Metric
from salzoo.metrics.object_case import EPSILON, ObjectCase
from salzoo.metrics.object_conventions import ObjectConvention

# fspecial('gaussian', 7, 5) is the product of this with itself.
_WINDOW = np.exp(-(np.arange(-3, 4) ** 2) / (2 * 5**2))
_WINDOW /= _WINDOW.sum()


def weighted_f_measure(
    saliency_map: ArrayLike, mask: ArrayLike, *, convention: str | ObjectConvention = "pysod"
) -> float:
    """Weighted F (Margolin et al., CVPR 2014), beta squared 1; see `weighted_f`.

    Args:
        saliency_map: (rows, columns), floats or integers 0..255.
        mask: (rows, columns), booleans, floats 0..1 or integers 0..255.
        convention: its name or an `ObjectConvention`.

    Returns:
        0..1, 1 is perfect; 0 for an empty mask.

    Raises:
        ValueError: the shapes differ, or values lie outside their range.
    """
    return ObjectCase(saliency_map, mask, convention).score(WEIGHTED_F)


def weighted_f(values: np.ndarray, truth: np.ndarray) -> float:
    """Return the weighted F of a prepared map (Margolin et al., CVPR 2014), beta squared 1.

    Errors on the object count less where their neighbours (7x7 Gaussian, sigma 5)
    are right; errors elsewhere count more, up to twice, the farther the object.
    An empty mask gives 0.

    Args:
        values: float64 (rows, columns), 0..1.
        truth: bool (rows, columns).
    """
    if not truth.any():
        return 0.0
    distance, (rows, columns) = ndimage.distance_transform_edt(~truth, return_indices=True)
    error = np.abs(values - truth)
    # Outside, the error of the nearest object pixel, so that borders are not smeared.
    spread = error[rows, columns]
    for axis in (0, 1):
        spread = ndimage.convolve1d(spread, _WINDOW, axis, mode="constant")
    on_object = np.minimum(error, spread)[truth]
    elsewhere = (error * (2 - np.exp(np.log(0.5) / 5 * distance)))[~truth]
    right = on_object.size - on_object.sum()
    recall = 1 - on_object.mean()
    precision = right / (right + elsewhere.sum() + EPSILON)
    return 2 * recall * precision / (recall + precision + EPSILON)


def _compute(case: ObjectCase) -> float:
    return weighted_f(case.values, case.truth)


def _describe(convention: ObjectConvention) -> str:
    return (
        "Weighted F (Margolin et al. 2014), beta squared 1; an empty mask gives 0. "
        f"{convention.note}"
    )


WEIGHTED_F = Metric(
    name="wF",
    compute=_compute,
    describe=_describe,
    lower_is_better=False,
    needs=("mask",),
)
