"""Properties of metrics that tables, statistics and reports need, read from their records."""

from collections.abc import Callable
from typing import NamedTuple, cast

import numpy as np

from salzoo.metrics import FIXATION_METRICS, OBJECT_CONVENTIONS, OBJECT_METRICS
from salzoo.metrics.object_case import f_of

_RECORDS = [*FIXATION_METRICS.values(), *OBJECT_METRICS.values()]
# Metrics of which a lower value is better.
LOWER_IS_BETTER = frozenset(metric.name for metric in _RECORDS if metric.lower_is_better)


class OfCurves(NamedTuple):
    """How the value of a whole dataset follows from the mean curves over its images.

    Attributes:
        curves: names of the curves.
        reduce: function of their means (..., curves, 256) to values (...).
    """

    curves: tuple[str, ...]
    reduce: Callable[[np.ndarray], np.ndarray]


def of_curves(convention: str, metric: str) -> OfCurves | None:
    """Return how a metric of a dataset is taken from mean curves.

    Args:
        convention: name.
        metric: name.

    Returns:
        None where it is the mean over the values of the images.
    """
    record = OBJECT_METRICS.get(metric)
    if record is None or record.curve is None:
        return None
    reduce = cast(Callable[..., np.ndarray], record.reduce)  # stands beside `curve`
    rule = OBJECT_CONVENTIONS.get(convention)
    if rule is not None and rule.f_of_means and record.curve == "f":
        return OfCurves(
            ("precision", "recall"),
            lambda means: reduce(f_of(means[..., 0, :], means[..., 1, :]), axis=-1),
        )
    return OfCurves((record.curve,), lambda means: reduce(means[..., 0, :], axis=-1))
