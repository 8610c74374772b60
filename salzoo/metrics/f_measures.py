"""F-measures, maxF, meanF and adpF, and the precision-recall curve."""

import numpy as np
from numpy.typing import ArrayLike

from salzoo.metrics.metric import Metric
from salzoo.metrics.object_case import ObjectCase
from salzoo.metrics.object_conventions import ADAPTIVE, CURVE, OVER_IMAGES, ObjectConvention
from salzoo.utils.errors import unknown_name


def f_measure(
    saliency_map: ArrayLike,
    mask: ArrayLike,
    kind: str = "max",
    *,
    convention: str | ObjectConvention = "pysod",
) -> float:
    """F-measure with beta squared 0.3 (Achanta et al., CVPR 2009).

    Args:
        saliency_map: (rows, columns), floats or integers 0..255.
        mask: (rows, columns), booleans, floats 0..1 or integers 0..255.
        kind: "max" or "mean" of the curve over 256 thresholds, or "adaptive": at or above
            twice the mean of the map, at most 1.
        convention: its name or an `ObjectConvention`.

    Returns:
        0..1, 1 is perfect; 0 without true positives.

    Raises:
        ValueError: an unknown kind, shapes that differ, or values outside their range.
    """
    case = ObjectCase(saliency_map, mask, convention)
    if kind not in KINDS:
        raise unknown_name("kind of F or E", kind, KINDS)
    return case.score(KINDS[kind])


def precision_recall_curve(
    saliency_map: ArrayLike, mask: ArrayLike, *, convention: str | ObjectConvention = "pysod"
) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall at the thresholds 255, 254 .. 0 of an 8-bit map.

    Values of the map are truncated (not rounded) to 8 bits; positive is what is at or above
    the threshold. Precision without positives and recall without an object are 0.

    Args:
        saliency_map: (rows, columns), floats or integers 0..255.
        mask: (rows, columns), booleans, floats 0..1 or integers 0..255.
        convention: its name or an `ObjectConvention`.

    Returns:
        Two float64 arrays (256,), 0..1.

    Raises:
        ValueError: the shapes differ, or values lie outside their range.
    """
    return ObjectCase(saliency_map, mask, convention).precision_recall


def _compute_max(case: ObjectCase) -> float:
    return case.f_curve.max()


def _compute_mean(case: ObjectCase) -> float:
    return case.f_curve.mean()


def _compute_adaptive(case: ObjectCase) -> float:
    return case.adaptive_f


def _describe_max(convention: ObjectConvention) -> str:
    if convention.f_of_means:
        return (
            f"F with beta squared 0.3 of the mean precision and the mean recall over all images "
            f"{CURVE}; the largest, that is of the averaged precision-recall curve (the value of "
            f"one image is that of its own curve). {convention.note}"
        )
    return f"F with beta squared 0.3 {CURVE}; the largest, {OVER_IMAGES}. {convention.note}"


def _describe_mean(convention: ObjectConvention) -> str:
    return f"F with beta squared 0.3 {CURVE}; the mean, {OVER_IMAGES}. {convention.note}"


def _describe_adaptive(convention: ObjectConvention) -> str:
    return f"F with beta squared 0.3 {ADAPTIVE}. {convention.note}"


MAX_F = Metric(
    name="maxF",
    compute=_compute_max,
    describe=_describe_max,
    lower_is_better=False,
    needs=("mask",),
    curve="f",
    reduce=np.max,
)
MEAN_F = Metric(
    name="meanF",
    compute=_compute_mean,
    describe=_describe_mean,
    lower_is_better=False,
    needs=("mask",),
    curve="f",
    reduce=np.mean,
)
ADAPTIVE_F = Metric(
    name="adpF",
    compute=_compute_adaptive,
    describe=_describe_adaptive,
    lower_is_better=False,
    needs=("mask",),
)
KINDS = {"max": MAX_F, "mean": MEAN_F, "adaptive": ADAPTIVE_F}
