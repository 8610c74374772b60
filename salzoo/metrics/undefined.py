"""NaN with the reason why a metric has no value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from salzoo.metrics.metric import Metric

if TYPE_CHECKING:
    from salzoo.metrics.fixation_case import FixationCase

# What reports say of ground truth that is missing, by its name in `GROUND_TRUTH`.
_MISSING = {
    "fixations": "there is no fixation point in the image",
    "other_fixations": "there is no fixation point on other images",
    "density_map": "there is no finite density map",
    "baseline_map": "there is no finite baseline map",
}
NOT_FINITE = "the map has values that are not finite"


class Undefined(float):
    """NaN, with a reason.

    Args:
        reason: why a metric has no value, words without a full stop.

    Attributes:
        reason: the same.
    """

    reason: str

    def __new__(cls, reason: str) -> Undefined:
        """Make a float."""
        value = super().__new__(cls, "nan")
        value.reason = reason
        return value

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return Undefined, (self.reason,)


def find_reason(case: FixationCase, metric: Metric) -> str:
    """Return why a metric of fixations has no value.

    Args:
        case: the map and its ground truth.
        metric: NaN for this map.
    """
    if not case.finite:
        return NOT_FINITE
    for need in metric.needs:
        if not case.has(need):
            return _MISSING[need]
    if case.constant:
        return "all values of the map are equal"
    if "density_map" in metric.needs and np.ptp(case.density) == 0:
        return "all values of the density map are equal"
    if "fixations" in metric.needs and case.pixels.size < case.convention.fewest_fixations:
        return f"fewer than {case.convention.fewest_fixations} pixels of the image are fixated"
    if case.resized_below_zero:
        return (
            "resizing gives values below 0, which have no logarithm; give maps of the size of the "
            "image, or 8-bit pictures"
        )
    if case.map.min() < 0:
        return "the map has values below 0"
    return "its definition gives no number here"
