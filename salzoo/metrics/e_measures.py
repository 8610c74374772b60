"""Enhanced-alignment measures, maxE, meanE and adpE."""

import numpy as np
from numpy.typing import ArrayLike

from salzoo.metrics.metric import Metric
from salzoo.metrics.object_case import ObjectCase
from salzoo.metrics.object_conventions import ADAPTIVE, CURVE, OVER_IMAGES, ObjectConvention
from salzoo.utils.errors import unknown_name


def e_measure(
    saliency_map: ArrayLike,
    mask: ArrayLike,
    kind: str = "max",
    *,
    convention: str | ObjectConvention = "pysod",
) -> float:
    """Enhanced-alignment measure (Fan et al., IJCAI 2018).

    The sum over the n pixels is divided by n - 1, so the best value is n / (n - 1). An
    empty mask gives the share of negative pixels, a full one that of positive pixels.

    Args:
        saliency_map: (rows, columns), floats or integers 0..255.
        mask: (rows, columns), booleans, floats 0..1 or integers 0..255.
        kind: "max" or "mean" of the curve over 256 thresholds, or "adaptive": at or above
            twice the mean of the map, at most 1.
        convention: its name or an `ObjectConvention`.

    Returns:
        0..n / (n - 1).

    Raises:
        ValueError: an unknown kind, shapes that differ, or values outside their range.
    """
    case = ObjectCase(saliency_map, mask, convention)
    if kind not in KINDS:
        raise unknown_name("kind of F or E", kind, KINDS)
    return case.score(KINDS[kind])


def _compute_max(case: ObjectCase) -> float:
    return case.e_curve.max()


def _compute_mean(case: ObjectCase) -> float:
    return case.e_curve.mean()


def _compute_adaptive(case: ObjectCase) -> float:
    return case.adaptive_e


_DIVIDED = "divided by the pixels less one"


def _describe_max(convention: ObjectConvention) -> str:
    return (
        f"Enhanced alignment (Fan et al. 2018) {CURVE}, {_DIVIDED}; the largest, {OVER_IMAGES}. "
        f"{convention.note}"
    )


def _describe_mean(convention: ObjectConvention) -> str:
    return (
        f"Enhanced alignment (Fan et al. 2018) {CURVE}, {_DIVIDED}; the mean, {OVER_IMAGES}. "
        f"{convention.note}"
    )


def _describe_adaptive(convention: ObjectConvention) -> str:
    return f"Enhanced alignment (Fan et al. 2018) {ADAPTIVE}, {_DIVIDED}. {convention.note}"


MAX_E = Metric(
    name="maxE",
    compute=_compute_max,
    describe=_describe_max,
    lower_is_better=False,
    needs=("mask",),
    curve="e",
    reduce=np.max,
)
MEAN_E = Metric(
    name="meanE",
    compute=_compute_mean,
    describe=_describe_mean,
    lower_is_better=False,
    needs=("mask",),
    curve="e",
    reduce=np.mean,
)
ADAPTIVE_E = Metric(
    name="adpE",
    compute=_compute_adaptive,
    describe=_describe_adaptive,
    lower_is_better=False,
    needs=("mask",),
)
KINDS = {"max": MAX_E, "mean": MEAN_E, "adaptive": ADAPTIVE_E}
