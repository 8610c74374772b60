"""One saliency map with its mask, and what several object metrics share."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from salzoo.metrics.metric import Metric
from salzoo.metrics.object_conventions import ObjectConvention, object_convention
from salzoo.metrics.scaling import scaled
from salzoo.metrics.undefined import NOT_FINITE, Undefined

BETA_SQUARED = 0.3
EPSILON = 2.0**-52


class ObjectCase:
    """A prepared saliency map and its mask under one convention.

    Metrics read the attributes below. Curves are computed once, when first read.

    Args:
        saliency_map: (rows, columns), floats, or integers 0..255, which are divided by 255.
        mask: (rows, columns), booleans, floats 0..1 or integers 0..255; as 8-bit grey, what
            is above 128 is object.
        convention: its name or an `ObjectConvention`.

    Attributes:
        values: float64 (rows, columns), 0..1; all NaN for a map that is not finite.
        truth: bool (rows, columns), the mask.
        finite: whether the map is finite.
        object: int, number of pixels of the object.

    Raises:
        ValueError: the shapes differ, or values lie outside their range.
    """

    def __init__(
        self, saliency_map: ArrayLike, mask: ArrayLike, convention: str | ObjectConvention
    ) -> None:
        self.values = _prepared(saliency_map, object_convention(convention))
        self.truth = _truth(mask)
        if self.values.shape != self.truth.shape:
            raise ValueError(
                f"The saliency map is {self.values.shape}, the mask {self.truth.shape}; "
                "both must be (rows, columns) of the same image."
            )
        self.finite = not np.isnan(self.values).any()
        self.object = np.count_nonzero(self.truth)  # pixels

    def score(self, metric: Metric) -> float:
        """Return a metric of the map; NaN, as `Undefined`, for one that is not finite.

        Args:
            metric: an object metric.
        """
        value = float(metric.compute(self))
        return Undefined(NOT_FINITE) if np.isnan(value) and not self.finite else value

    @cached_property
    def found(self) -> tuple[np.ndarray, np.ndarray]:
        """True and false positives at the thresholds 255, 254 .. 0 of the 8-bit map, (256,)."""
        if not self.finite:
            return np.full(256, np.nan), np.full(256, np.nan)
        levels = (self.values * 255).astype("uint8")
        wrong, right = np.bincount(
            (levels + np.uint16(256) * self.truth).ravel(), minlength=512
        ).reshape(2, 256)[:, ::-1]
        return np.cumsum(right), np.cumsum(wrong)

    @cached_property
    def found_adaptively(self) -> tuple[Any, Any]:
        """True and false positives at or above twice the mean of the map, at most 1."""
        if not self.finite:
            return np.nan, np.nan
        found = self.values >= min(2 * self.values.mean(), 1)
        right = np.count_nonzero(found & self.truth)
        return right, np.count_nonzero(found) - right

    @cached_property
    def precision_recall(self) -> tuple[np.ndarray, np.ndarray]:
        """Precision and recall at the thresholds of `found`, float64 (256,) each."""
        return self._precision_recall(*self.found)

    @cached_property
    def f_curve(self) -> np.ndarray:
        """F with beta squared 0.3 at the thresholds of `found`, float64 (256,)."""
        return f_of(*self.precision_recall)

    @property
    def adaptive_f(self) -> Any:
        """F with beta squared 0.3 at the adaptive threshold."""
        return f_of(*self._precision_recall(*self.found_adaptively))

    @cached_property
    def e_curve(self) -> np.ndarray:
        """Enhanced alignment at the thresholds of `found`, float64 (256,)."""
        return self._enhanced_alignment(*self.found)

    @property
    def adaptive_e(self) -> Any:
        """Enhanced alignment at the adaptive threshold."""
        return self._enhanced_alignment(*self.found_adaptively)

    def _precision_recall(self, right: Any, wrong: Any) -> tuple[np.ndarray, np.ndarray]:
        return right / np.maximum(right + wrong, 1), right / np.maximum(self.object, 1)

    def _enhanced_alignment(self, right: Any, wrong: Any) -> np.ndarray:
        pixels = self.truth.size
        found = right + wrong
        if self.object == 0:
            total = pixels - found
        elif self.object == pixels:
            total = found
        else:
            # Of a binary map only four values of the alignment matrix are left.
            missed = self.object - right
            share, truth_share = found / pixels, self.object / pixels
            total = (
                right * _enhanced(1 - share, 1 - truth_share)
                + wrong * _enhanced(1 - share, -truth_share)
                + missed * _enhanced(-share, 1 - truth_share)
                + (pixels - found - missed) * _enhanced(-share, -truth_share)
            )
        return total / (pixels - 1 + EPSILON)


def _prepared(saliency_map: ArrayLike, convention: ObjectConvention) -> np.ndarray:
    """Return the map as float64 0..1; all NaN where it is not finite."""
    values = np.asarray(saliency_map)
    values = values / 255 if values.dtype.kind in "iu" else values.astype("float64")
    if not np.isfinite(values).all():
        return np.full(values.shape, np.nan)
    low, high = values.min(), values.max()
    if convention.stretched and high != low:
        values = scaled(values)
        return (values - values.min()) / np.ptp(values)
    if low < 0 or high > 1:
        raise ValueError(
            f"The saliency map has values from {low:g} to {high:g}; they must lie in 0..1 "
            "(integers in 0..255)."
        )
    return values


def _truth(mask: ArrayLike) -> np.ndarray:
    """Return the mask as booleans."""
    mask = np.asarray(mask)
    if mask.dtype == bool:
        return mask
    grey = mask.astype("float64") * (1 if mask.dtype.kind in "iu" else 255)
    if not (grey.min() >= 0 and grey.max() <= 255) or (mask.dtype.kind in "iu" and mask.max() == 1):
        raise ValueError(
            f"The mask is {mask.dtype} from {mask.min():g} to {mask.max():g}; it must be booleans, "
            "floats 0..1 or integers 0..255."
        )
    return np.rint(grey) > 128


def f_of(precision: np.ndarray, recall: np.ndarray) -> np.ndarray:
    """Return F with beta squared 0.3; 0 where precision or recall is.

    Args:
        precision: 0..1, any shape.
        recall: 0..1, the same shape.
    """
    product = (1 + BETA_SQUARED) * precision * recall
    return product / np.where(product == 0, 1, BETA_SQUARED * precision + recall)


def _enhanced(first: Any, second: Any) -> np.ndarray:
    """Enhanced alignment of two deviations from the mean (Eq. 2 to 4 of the E-measure paper)."""
    return (2 * first * second / (first**2 + second**2 + EPSILON) + 1) ** 2 / 4
