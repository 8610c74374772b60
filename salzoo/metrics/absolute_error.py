"""Mean absolute error, MAE."""

import numpy as np
from numpy.typing import ArrayLike

from salzoo.metrics.metric import Metric
from salzoo.metrics.object_case import ObjectCase
from salzoo.metrics.object_conventions import ObjectConvention


def mae(
    saliency_map: ArrayLike, mask: ArrayLike, *, convention: str | ObjectConvention = "pysod"
) -> float:
    """Mean absolute error (Perazzi et al., CVPR 2012).

    Args:
        saliency_map: (rows, columns), floats or integers 0..255.
        mask: (rows, columns), booleans, floats 0..1 or integers 0..255.
        convention: its name or an `ObjectConvention`.

    Returns:
        0..1, 0 is perfect; NaN for a map that is not finite.

    Raises:
        ValueError: the shapes differ, or values lie outside their range.
    """
    return ObjectCase(saliency_map, mask, convention).score(MAE)


def _compute(case: ObjectCase) -> float:
    return np.abs(case.values - case.truth).mean()


def _describe(convention: ObjectConvention) -> str:
    return f"Mean absolute difference of map and mask. {convention.note}"


MAE = Metric(
    name="MAE",
    compute=_compute,
    describe=_describe,
    lower_is_better=True,
    needs=("mask",),
)
