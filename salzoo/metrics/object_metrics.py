"""All metrics of salient object detection of one image, as PySODMetrics defines them.

Everything is computed in float64. Saliency maps are (rows, columns): floats, or integers
0..255, which are divided by 255. Masks are (rows, columns): booleans, floats 0..1 or
integers 0..255; as 8-bit grey, what is above 128 is object. A map with NaN or infinite
values scores NaN.

Papers disagree about the stretching of each map to 0..1 and about the averaging of F, so
they are named: see `OBJECT_CONVENTIONS`. Over a data set, the maximum and mean of F and E are
taken from the mean curve over all images (in "mean_pr" from the mean curves of precision and
recall), which is why `object_scores` returns curves.

PySODMetrics: https://github.com/lartpang/PySODMetrics, version 1.6.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from salzoo.metrics.metric_registry import OBJECT_METRICS
from salzoo.metrics.object_case import ObjectCase
from salzoo.metrics.object_conventions import ObjectConvention, object_convention
from salzoo.utils.errors import unknown_name


def object_metrics_of(convention: str | ObjectConvention) -> tuple[str, ...]:
    """Return the names of the object metrics that a convention defines, in table order.

    Args:
        convention: its name or an `ObjectConvention`.

    Raises:
        ValueError: there is no such convention.
    """
    chosen = object_convention(convention).metrics
    return tuple(name for name in OBJECT_METRICS if chosen is None or name in chosen)


def object_scores(
    saliency_map: ArrayLike,
    mask: ArrayLike,
    *,
    convention: str | ObjectConvention = "pysod",
    names: Iterable[str] = OBJECT_METRICS,
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Compute several metrics of one image, sharing the work.

    Args:
        saliency_map: (rows, columns), floats or integers 0..255.
        mask: (rows, columns), booleans, floats 0..1 or integers 0..255.
        convention: its name or an `ObjectConvention`.
        names: short names, keys of `OBJECT_METRICS`.

    Returns:
        ({short name: float}, {"precision", "recall", "f", "e": float64 (256,)}); the
        maxima and means among the scores are those of the curves of this image. Without
        the metrics that the convention does not have.

    Raises:
        ValueError: an unknown name, shapes that differ, or values outside their range.
    """
    names = list(names)
    for name in names:
        if name not in OBJECT_METRICS:
            raise unknown_name("object metric", name, OBJECT_METRICS)
    defined = object_metrics_of(convention)
    case = ObjectCase(saliency_map, mask, convention)
    precision, recall = case.precision_recall
    curves = {"precision": precision, "recall": recall, "f": case.f_curve, "e": case.e_curve}
    return {name: case.score(OBJECT_METRICS[name]) for name in names if name in defined}, curves


def object_definitions(
    convention: str | ObjectConvention = "pysod", names: Iterable[str] = OBJECT_METRICS
) -> dict[str, str]:
    """Return how metrics are computed, for reports.

    Args:
        convention: its name or an `ObjectConvention`.
        names: short names, keys of `OBJECT_METRICS`; those that the convention lacks are
            left out.

    Returns:
        {short name: sentences}.

    Raises:
        ValueError: there is no such convention.
    """
    chosen = object_convention(convention)
    defined = object_metrics_of(chosen)
    return {name: OBJECT_METRICS[name].describe(chosen) for name in names if name in defined}
