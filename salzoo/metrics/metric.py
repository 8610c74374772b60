"""The record of a metric."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

# What a metric may be computed against: arguments of `fixation_scores` and `object_scores`.
# Negatives of shuffled AUC count as "other_fixations" in either form.
GROUND_TRUTH = ("fixations", "density_map", "other_fixations", "baseline_map", "mask")
# Curves over 256 thresholds that `object_scores` returns.
CURVES = ("precision", "recall", "f", "e")


@dataclass(frozen=True)
class Metric:
    """One metric: how it is computed, how it is described, what it needs.

    Attributes:
        name: short name, as in tables.
        compute: function of a `FixationCase` or an `ObjectCase` that returns a float. It is
            called only where the map is finite and everything in `needs` is present; the
            score is NaN elsewhere. (Object metrics are called for all maps; a map that is
            not finite is all NaN.)
        describe: function of a `Convention` or an `ObjectConvention` that returns one or two
            sentences on how the metric is computed, for reports.
        lower_is_better: whether a lower value is better.
        needs: the ground truth, names in `GROUND_TRUTH`; ("mask",) makes it an object metric.
        conventions: names of the conventions of fixation metrics that define the metric.
            Object metrics leave it empty: object conventions name what they do not define.
        on_request: whether an evaluation computes it only if it is named, since it is slow.
        requires: (module, package to install) of an optional dependency, or None.
        curve: name in `CURVES` if the value of a whole data set is taken from the mean curve
            over its images, not from the values of the images; otherwise None.
        reduce: function (curves, axis) of that curve, such as np.max; None without `curve`.

    Raises:
        ValueError: the record is incomplete; names the field.
    """

    name: str
    compute: Callable[[Any], float]
    describe: Callable[[Any], str]
    lower_is_better: bool
    needs: tuple[str, ...]
    conventions: tuple[str, ...] = ()
    on_request: bool = False
    requires: tuple[str, str] | None = None
    curve: str | None = None
    reduce: Callable[..., np.ndarray] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ValueError(f"A Metric has the name {self.name!r}; give a short name.")
        for field in ("compute", "describe"):
            if not callable(getattr(self, field)):
                raise ValueError(f"Metric {self.name}: `{field}` is no function.")
        for field in ("needs", "conventions"):
            if not isinstance(getattr(self, field), tuple):
                raise ValueError(f'Metric {self.name}: `{field}` is no tuple such as ("mask",).')
        unknown = [need for need in self.needs if need not in GROUND_TRUTH]
        if unknown or not self.needs:
            raise ValueError(
                f"Metric {self.name}: `needs` is {self.needs}; name what it is compared with: "
                f"{', '.join(GROUND_TRUTH)}."
            )
        if self.of_objects and (self.conventions or self.needs != ("mask",)):
            raise ValueError(
                f"Metric {self.name}: an object metric needs the mask alone, and all object "
                "conventions have it; leave out `conventions` and other `needs`."
            )
        if not self.of_objects and not self.conventions:
            raise ValueError(
                f"Metric {self.name}: `conventions` is empty; name those that define it, "
                'such as ("mit",).'
            )
        if (self.curve is None) != (self.reduce is None):
            raise ValueError(f"Metric {self.name}: give both `curve` and `reduce`, or neither.")
        if self.curve is not None and (self.curve not in CURVES or not self.of_objects):
            raise ValueError(
                f"Metric {self.name}: `curve` is {self.curve!r}; object metrics may use "
                f"{', '.join(CURVES)}."
            )

    @property
    def of_objects(self) -> bool:
        """Whether it is a metric of salient object detection."""
        return "mask" in self.needs
