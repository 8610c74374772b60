"""One saliency map with its ground truth, and what several fixation metrics share."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from salzoo.metrics import roc
from salzoo.metrics.conventions import Convention
from salzoo.metrics.conventions import convention as find_convention
from salzoo.metrics.metric import Metric
from salzoo.metrics.scaling import scaled
from salzoo.metrics.undefined import Undefined, find_reason
from salzoo.utils.resize import fit_to_size


class FixationCase:
    """A saliency map and its ground truth under one convention.

    Metrics read the attributes below. Everything is computed once, when first read.

    Args:
        saliency_map: (rows, columns), any numeric type. Unsigned integers, as of pictures, keep
            their range where MATLAB's imresize resizes them.
        convention: the definitions.
        seed: of all random draws, added to the seed of the convention.
        fixations: (n, 2), x and y in pixels, 0-based; points outside are not counted.
        density_map: (rows, columns); a saliency map of another size is resized to it.
        other_fixations: (n, 2), fixations on other images at the size of this one.
        other_counts: (rows, columns), the same as a count per pixel.
        baseline_map: (rows, columns), for information gain.

    Attributes:
        convention: the `Convention`.
        seed: int, the sum of both seeds.
        map: float64 (rows, columns), the saliency map; see `scaled` for its unit.
        density: float64 (rows, columns), the density map; None if missing.
        baseline: float64 (rows, columns), the baseline map; None if missing.

    Raises:
        ValueError: a shape that does not fit.
    """

    def __init__(
        self,
        saliency_map: ArrayLike,
        convention: Convention,
        seed: int = 0,
        fixations: ArrayLike | None = None,
        density_map: ArrayLike | None = None,
        other_fixations: ArrayLike | None = None,
        other_counts: ArrayLike | None = None,
        baseline_map: ArrayLike | None = None,
    ) -> None:
        self.convention = convention
        self.seed = convention.seed + seed
        given = map_ = _two_dimensional(saliency_map, "saliency map")
        density = None if density_map is None else _as_map(density_map, "density map")
        if density is not None:
            map_ = fit_to_size(map_, density.shape, convention.resize, "saliency map")
        baseline = None if baseline_map is None else _as_map(baseline_map, "baseline map")
        if baseline is not None:
            baseline = fit_to_size(baseline, map_.shape, convention.resize, "baseline map")
        if other_counts is not None:
            other_counts = np.asarray(other_counts).astype(int)
            if other_counts.shape != map_.shape:
                raise ValueError(
                    f"other_counts is {other_counts.shape}, the saliency map {map_.shape}; "
                    "it takes a count for each pixel of the map."
                )
        self.map = _as_map(map_, "saliency map")
        self._given = given
        # Metrics are computed only where what they need is not None.
        self.density: Any = density
        self.baseline: Any = baseline
        self._fixations: Any = fixations
        self._other_fixations = other_fixations
        self._other_counts = other_counts

    def score(self, metric: Metric) -> float:
        """Return a metric of the map; NaN, as `Undefined`, where it has no value.

        Args:
            metric: a fixation metric.
        """
        if not self.finite or not all(self.has(need) for need in metric.needs):
            return Undefined(find_reason(self, metric))
        value = float(metric.compute(self))
        return Undefined(find_reason(self, metric)) if np.isnan(value) else value

    @cached_property
    def finite(self) -> bool:
        """Whether all values of the map are finite."""
        return is_finite(self.map)

    @property
    def resized_below_zero(self) -> bool:
        """Whether the map has values below 0 because it was resized."""
        return self._given.shape != self.map.shape and bool(self._given.min() >= 0 > self.map.min())

    def has(self, need: str) -> bool:
        """Return whether a part of the ground truth is there and usable.

        Args:
            need: name in `GROUND_TRUTH`.
        """
        if need == "fixations":
            return self._fixations is not None and self.pixels.size > 0
        if need == "other_fixations":
            return self.others is not None and bool(self.others.any())
        return is_finite({"density_map": self.density, "baseline_map": self.baseline}[need])

    # Fixations.

    @cached_property
    def pixels(self) -> np.ndarray:
        """Flat indices of the fixated pixels that count, int (n,), repeats as in the convention."""
        pixels = pixel_indices(self._fixations, self.map.shape)
        return pixels if self.convention.repeats else np.unique(pixels)

    @cached_property
    def others(self) -> Any:
        """How often each pixel, int (pixels,), is a negative of shuffled AUC; None if missing."""
        convention = self.convention
        if self._other_counts is not None:
            counts = self._other_counts.ravel()
        elif self._other_fixations is not None:
            pixels = pixel_indices(self._other_fixations, self.map.shape)
            counts = np.bincount(pixels, minlength=self.map.size)
        else:
            return None
        if convention.other_repeats is None:
            counts = np.minimum(counts, 1)
        if not convention.other_own:
            counts = counts.copy()
            counts[self.pixels] = 0
        return counts

    @cached_property
    def placement(self) -> roc.Placement:
        """The values of the map among the fixated values, for exact areas."""
        values = self.map.ravel()
        return roc.Placement(values, values[self.pixels])

    # The map.

    @cached_property
    def constant(self) -> bool:
        """Whether all values of the map are equal."""
        # Not by its variance: the mean of equal numbers may differ from them.
        return bool(np.ptp(self.map) == 0)

    @cached_property
    def centred(self) -> np.ndarray:
        """float64 (rows, columns), the map minus its mean."""
        return self.map - self.map.mean()

    @cached_property
    def squares(self) -> float:
        """Sum of the squares of `centred`."""
        return sum_of_products(self.centred, self.centred)

    # Maps as distributions.

    @cached_property
    def distribution(self) -> np.ndarray:
        """float64 (rows, columns), the map divided by its sum, not stretched."""
        return self.as_distribution(self.map, stretch=False)

    @cached_property
    def stretched_distribution(self) -> np.ndarray:
        """float64 (rows, columns), the map stretched to 0..1 and divided by its sum."""
        return self.as_distribution(self.map, stretch=True)

    @cached_property
    def density_distribution(self) -> np.ndarray:
        """float64 (rows, columns), the density map divided by its sum, not stretched."""
        return self.as_distribution(self.density, stretch=False)

    def as_distribution(self, map_: np.ndarray, stretch: bool) -> np.ndarray:
        """Divide a map by its sum, under the rules of the convention.

        Args:
            map_: float64 (rows, columns).
            stretch: stretch the map to 0..1 first.

        Returns:
            float64 (rows, columns); all NaN for a constant map that is stretched.
        """
        if self.convention.lift and map_.min() < 0:
            map_ = map_ - map_.min()
        if not map_.any():
            return np.full_like(map_, 1 / map_.size) if self.convention.empty_is_uniform else map_
        with np.errstate(all="ignore"):
            if stretch:
                map_ = (map_ - map_.min()) / np.ptp(map_)
            return map_ / map_.sum()


def score_one(
    metric: Metric,
    convention: str | Convention,
    seed: int,
    saliency_map: ArrayLike,
    **ground_truth: ArrayLike | None,
) -> float:
    """Compute one metric of one map.

    Args:
        metric: a fixation metric.
        convention: its name or a `Convention`.
        seed: of all random draws.
        saliency_map: (rows, columns).
        **ground_truth: keyword arguments of `FixationCase`.

    Raises:
        ValueError: the convention does not define the metric, or a shape does not fit.
    """
    chosen = find_convention(convention)
    if chosen.base not in metric.conventions:
        verb = "have" if len(metric.conventions) > 1 else "has"
        raise ValueError(
            f"Convention {chosen.name} has no {metric.name}; "
            f"{' and '.join(metric.conventions)} {verb} it."
        )
    return FixationCase(saliency_map, chosen, seed, **ground_truth).score(metric)


def pixel_indices(points: ArrayLike, size: tuple[int, int]) -> np.ndarray:
    """Return flat indices of the pixels that points fall on.

    Args:
        points: (n, 2), x and y in pixels, 0-based; the pixel is the floor.
        size: (rows, columns).

    Returns:
        int (m,), m <= n: points outside the image are left out.
    """
    rows, columns = size
    x, y = np.floor(np.asarray(points, "float64").reshape(-1, 2)).T
    inside = (0 <= x) & (x < columns) & (0 <= y) & (y < rows)
    return y[inside].astype(int) * columns + x[inside].astype(int)


def sum_of_products(first: np.ndarray, second: np.ndarray) -> float:
    """Return the sum of the products of two maps (rows, columns), pixel by pixel."""
    # Not a product of BLAS, whose threads take longer to wake than this takes.
    return np.einsum("ij,ij->", first, second)


def is_finite(map_: np.ndarray | None) -> bool:
    """Return whether there is a map without NaN and infinite values."""
    return map_ is not None and bool(np.isfinite(map_).all())


def _as_map(map_: ArrayLike, name: str) -> np.ndarray:
    return scaled(np.asarray(_two_dimensional(map_, name), "float64"))


def _two_dimensional(map_: ArrayLike, name: str) -> np.ndarray:
    """Return a map as float64, or in its own type of unsigned integers."""
    values = np.asarray(map_)
    values = values if values.dtype.kind == "u" else values.astype("float64", copy=False)
    if values.ndim != 2 or values.size == 0:
        raise ValueError(f"The {name} is {values.shape} and should be (rows, columns).")
    return values
