"""Metrics of salient object detection, as PySODMetrics defines them, in float64.

Saliency maps are (rows, columns): floats, or integers 0..255, which are divided
by 255. Masks are (rows, columns): booleans, floats 0..1 or integers 0..255; as
8-bit grey, what is above 128 is object. A map with NaN or infinite values scores
NaN. Every function raises ValueError where the shapes differ or values lie
outside their range.

Papers disagree about the stretching of each map to 0..1, so it is named: see
`OBJECT_CONVENTIONS`. Over a data set, the maximum and mean of F and E are taken
from the mean curve over all images, which is why `object_scores` returns curves.

PySODMetrics: https://github.com/lartpang/PySODMetrics, version 1.6.
"""

from functools import cached_property

import numpy as np

from salzoo.metrics.object_conventions import OBJECT_METRICS, object_convention
from salzoo.metrics.object_structure import EPSILON, structure, weighted_f
from salzoo.utils.errors import unknown_name

BETA_SQUARED = 0.3
KINDS = ("max", "mean", "adaptive")


def object_scores(saliency_map, mask, *, convention="pysod", names=OBJECT_METRICS):
    """Compute several metrics of one image at once.

    Returns:
        ({short name: float}, {"precision", "recall", "f", "e": float64 (256,)}); the
        maxima and means among the scores are those of this image's curves.
    """
    case = _Case(saliency_map, mask, convention)
    precision, recall = case.precision_recall
    curves = {"precision": precision, "recall": recall, "f": case.f_curve, "e": case.e_curve}
    return {name: float(_SCORES[name](case)) for name in names}, curves


def mae(saliency_map, mask, *, convention="pysod"):
    """Mean absolute error, 0..1; 0 is perfect (Perazzi et al., CVPR 2012)."""
    return float(_Case(saliency_map, mask, convention).mae)


def precision_recall_curve(saliency_map, mask, *, convention="pysod"):
    """Precision and recall, float64 (256,) each, at the thresholds 255, 254 .. 0 of an 8-bit map.

    A map value is cut (not rounded) to 8 bits and found if at or above the
    threshold. Where nothing is found, or there is no object, both are 0.
    """
    return _Case(saliency_map, mask, convention).precision_recall


def f_measure(saliency_map, mask, kind="max", *, convention="pysod"):
    """F with beta squared 0.3, 0..1 (Achanta et al., CVPR 2009).

    kind: "max" or "mean" of the curve over 256 thresholds, or "adaptive": at or
    above twice the map's mean, at most 1. No pixel rightly found gives 0.
    """
    case = _Case(saliency_map, mask, convention)
    return _of_kind(kind, case.f_curve, lambda: case.adaptive_f)


def e_measure(saliency_map, mask, kind="max", *, convention="pysod"):
    """Enhanced-alignment measure (Fan et al., IJCAI 2018); kinds as for `f_measure`.

    The sum over the n pixels is divided by n - 1, so the best value is n / (n - 1).
    An empty mask gives the share of the image that is not found, a full one that found.
    """
    case = _Case(saliency_map, mask, convention)
    return _of_kind(kind, case.e_curve, lambda: case.adaptive_e)


def s_measure(saliency_map, mask, *, convention="pysod"):
    """Structure measure, 0..1 (Fan et al., ICCV 2017), alpha 0.5; see `structure`."""
    case = _Case(saliency_map, mask, convention)
    return float(structure(case.values, case.truth))


def weighted_f_measure(saliency_map, mask, *, convention="pysod"):
    """Weighted F, 0..1 (Margolin et al., CVPR 2014), beta squared 1; see `weighted_f`."""
    case = _Case(saliency_map, mask, convention)
    return float(weighted_f(case.values, case.truth))


class _Case:
    """A prepared map (float64 0..1) with its mask (bool), and what several metrics need."""

    def __init__(self, saliency_map, mask, convention):
        self.values = _prepared(saliency_map, object_convention(convention))
        self.truth = _truth(mask)
        if self.values.shape != self.truth.shape:
            raise ValueError(
                f"The saliency map is {self.values.shape}, the mask {self.truth.shape}; "
                "both must be (rows, columns) of the same image."
            )
        self.finite = not np.isnan(self.values).any()
        self.object = np.count_nonzero(self.truth)  # pixels

    @property
    def mae(self):
        return np.abs(self.values - self.truth).mean()

    @cached_property
    def found(self):
        """Pixels found rightly and wrongly at each threshold, two arrays (256,)."""
        if not self.finite:
            return np.full((2, 256), np.nan)
        levels = (self.values * 255).astype("uint8")
        wrong, right = np.bincount(
            (levels + np.uint16(256) * self.truth).ravel(), minlength=512
        ).reshape(2, 256)[:, ::-1]
        return np.cumsum(right), np.cumsum(wrong)

    @cached_property
    def found_adaptively(self):
        """The same at or above twice the mean."""
        if not self.finite:
            return np.nan, np.nan
        found = self.values >= min(2 * self.values.mean(), 1)
        right = np.count_nonzero(found & self.truth)
        return right, np.count_nonzero(found) - right

    @cached_property
    def precision_recall(self):
        return self._precision_recall(*self.found)

    @cached_property
    def f_curve(self):
        return _f(*self.precision_recall)

    @property
    def adaptive_f(self):
        return _f(*self._precision_recall(*self.found_adaptively))

    @cached_property
    def e_curve(self):
        return self._enhanced_alignment(*self.found)

    @property
    def adaptive_e(self):
        return self._enhanced_alignment(*self.found_adaptively)

    def _precision_recall(self, right, wrong):
        return right / np.maximum(right + wrong, 1), right / np.maximum(self.object, 1)

    def _enhanced_alignment(self, right, wrong):
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


_SCORES = {
    "MAE": lambda case: case.mae,
    "maxF": lambda case: case.f_curve.max(),
    "meanF": lambda case: case.f_curve.mean(),
    "adpF": lambda case: case.adaptive_f,
    "wF": lambda case: weighted_f(case.values, case.truth),
    "S": lambda case: structure(case.values, case.truth),
    "maxE": lambda case: case.e_curve.max(),
    "meanE": lambda case: case.e_curve.mean(),
    "adpE": lambda case: case.adaptive_e,
}


def _prepared(saliency_map, convention):
    """Return the map as float64 0..1; all NaN where it is not finite."""
    values = np.asarray(saliency_map)
    values = values / 255 if values.dtype.kind in "iu" else values.astype("float64")
    if not np.isfinite(values).all():
        return np.full(values.shape, np.nan)
    low, high = values.min(), values.max()
    if convention.stretched and high != low:
        return (values - low) / (high - low)
    if low < 0 or high > 1:
        raise ValueError(
            f"The saliency map has values from {low:g} to {high:g}; they must lie in 0..1 "
            "(integers in 0..255)."
        )
    return values


def _truth(mask):
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


def _of_kind(kind, curve, adaptive):
    if kind not in KINDS:
        raise unknown_name("kind of F or E", kind, KINDS)
    return float({"max": curve.max, "mean": curve.mean, "adaptive": adaptive}[kind]())


def _f(precision, recall):
    product = (1 + BETA_SQUARED) * precision * recall
    return product / np.where(product == 0, 1, BETA_SQUARED * precision + recall)


def _enhanced(first, second):
    """Enhanced alignment of two deviations from the mean (Eq. 2 to 4 of the E-measure paper)."""
    return (2 * first * second / (first**2 + second**2 + EPSILON) + 1) ** 2 / 4
