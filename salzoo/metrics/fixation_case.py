"""One saliency map and its truth, with what several metrics need computed once."""

from functools import cached_property

import numpy as np

from salzoo.metrics import roc
from salzoo.metrics.earth_movers import earth_movers_distance
from salzoo.utils.resize import fit_to_size


class FixationCase:
    """A saliency map beside its truth, under one convention.

    Each metric is a method without arguments that returns a float, NaN where the
    convention's own code fails or the truth is missing. Under every convention
    points outside the image are not counted, and a map with NaN or infinite values
    has no score: NaN.
    """

    def __init__(
        self,
        saliency_map,
        convention,
        seed=0,
        fixations=None,
        density_map=None,
        other_fixations=None,
        other_counts=None,
        baseline_map=None,
    ):
        self.convention = convention
        self._seed = convention.seed + seed
        map_ = _as_map(saliency_map, "saliency map")
        if density_map is not None:
            density_map = _as_map(density_map, "density map")
            map_ = fit_to_size(map_, density_map.shape, convention.resize, "saliency map")
        if baseline_map is not None:
            baseline_map = _as_map(baseline_map, "baseline map")
            baseline_map = fit_to_size(baseline_map, map_.shape, convention.resize, "baseline map")
        if other_counts is not None:
            other_counts = np.asarray(other_counts).astype(int)
            if other_counts.shape != map_.shape:
                raise ValueError(
                    f"other_counts is {other_counts.shape}, the saliency map {map_.shape}; "
                    "it takes a count for each pixel of the map."
                )
        self._map = map_
        self._density = density_map
        self._baseline = baseline_map
        self._fixations = fixations
        self._other_fixations = other_fixations
        self._other_counts = other_counts

    # AUC: how well the map tells fixated pixels from others.

    def auc(self):
        if not self._answerable:
            return np.nan
        if self.convention.area == "ranks":
            return self._placement.area()
        return self._area_against_random_pixels()

    def auc_borji(self):
        return self._area_against_random_pixels() if self._answerable else np.nan

    def auc_judd(self):
        if not self._answerable:
            return np.nan
        rule, values = self.convention, self._map
        if rule.jitter:
            values = values + roc.jitter(rule.jitter, rule.jitter_scale, self._seed, values.shape)
        elif self._constant and rule.judd_ties == "index":
            return np.nan
        return roc.judd_area(values.ravel(), self._pixels, rule.judd_ties)

    def shuffled_auc(self):
        if not self._answerable or self._others is None or not self._others.any():
            return np.nan
        rule = self.convention
        if rule.area == "ranks":
            return self._placement.area(self._others)
        others = np.repeat(np.arange(self._map.size), self._others)
        if not rule.other_draws:
            return self._stepped([others])
        random = np.random.default_rng(self._seed)
        count = min(self._pixels.size, others.size)
        return self._stepped(
            random.choice(others, count, replace=False) for _ in range(rule.splits)
        )

    # Values at the fixations.

    def nss(self):
        if not self._answerable:
            return np.nan
        if self._constant:
            return self.convention.constant_nss
        deviation = self._centred.ravel()[self._pixels].mean()
        spread = self._squares / (self._map.size - self.convention.ddof)
        return float(deviation / np.sqrt(spread))

    def information_gain(self):
        if not self._answerable or not _finite(self._baseline):
            return np.nan
        stretch, epsilon = self.convention.stretch, self.convention.gain_epsilon
        if stretch and (self._constant or np.ptp(self._baseline) == 0):
            return np.nan
        own = self._stretched if stretch else self._distribution
        base = self._as_distribution(self._baseline, stretch)
        with np.errstate(all="ignore"):
            own, base = (np.log2(epsilon + map_.ravel()[self._pixels]) for map_ in (own, base))
            return float((own - base).mean())

    # Against the density of all fixations.

    def cc(self):
        if not self._comparable or np.ptp(self._density) == 0:
            return np.nan
        if self._constant:
            return self.convention.constant_cc
        truth = self._density - self._density.mean()
        scale = np.sqrt(self._squares) * np.sqrt(_product(truth, truth))
        return float(_product(self._centred, truth) / scale) if scale > 0 else np.nan

    def similarity(self):
        if not self._comparable:
            return np.nan
        if self.convention.stretch:
            prediction, truth = self._stretched, self._as_distribution(self._density, True)
        else:
            prediction, truth = self._distribution, self._truth
        return float(np.minimum(prediction, truth).sum())

    def kl_divergence(self):
        if not self._comparable:
            return np.nan
        epsilon, truth = self.convention.epsilon, self._truth
        with np.errstate(all="ignore"):
            quotient = truth / (self._distribution + epsilon)
            return float(_product(truth, np.log(epsilon + quotient)))

    def emd(self):
        if not self._comparable:
            return np.nan
        return earth_movers_distance(self._map, self._density, self.convention.downsize)

    # What they share.

    @cached_property
    def _answerable(self):
        """There are fixations, and a map to ask."""
        return self._fixations is not None and self._pixels.size > 0 and _finite(self._map)

    @cached_property
    def _comparable(self):
        return _finite(self._density) and _finite(self._map)

    @cached_property
    def _pixels(self):
        """Flat indices of the fixated pixels that count."""
        pixels = pixel_indices(self._fixations, self._map.shape)
        return pixels if self.convention.repeats else np.unique(pixels)

    @cached_property
    def _placement(self):
        values = self._map.ravel()
        return roc.Placement(values, values[self._pixels])

    @cached_property
    def _constant(self):
        # The mean of equal numbers may differ from them, squares of tiny ones may vanish.
        return np.ptp(self._map) == 0 or self._squares == 0

    @cached_property
    def _centred(self):
        return self._map - self._map.mean()

    @cached_property
    def _squares(self):
        return _product(self._centred, self._centred)

    @cached_property
    def _distribution(self):
        return self._as_distribution(self._map, False)

    @cached_property
    def _truth(self):
        return self._as_distribution(self._density, False)

    @cached_property
    def _stretched(self):
        return self._as_distribution(self._map, True)

    def _as_distribution(self, map_, stretch):
        """To unit sum, as the convention does it; all NaN for a constant map to stretch."""
        if self.convention.lift and map_.min() < 0:
            map_ = map_ - map_.min()
        if not map_.any():
            return np.full_like(map_, 1 / map_.size) if self.convention.empty_is_uniform else map_
        with np.errstate(all="ignore"):
            if stretch:
                map_ = (map_ - map_.min()) / np.ptp(map_)
            return map_ / map_.sum()

    @cached_property
    def _others(self):
        """How often each pixel, flattened, is a negative of sAUC; None where nobody said."""
        rule = self.convention
        if self._other_counts is not None:
            counts = self._other_counts.ravel()
        elif self._other_fixations is not None:
            pixels = pixel_indices(self._other_fixations, self._map.shape)
            counts = np.bincount(pixels, minlength=self._map.size)
        else:
            return None
        if rule.other_repeats is None:
            counts = np.minimum(counts, 1)
        if not rule.other_own:
            counts = counts.copy()
            counts[self._pixels] = 0
        return counts

    def _area_against_random_pixels(self):
        rule, fixated = self.convention, self._pixels.size
        if fixated < rule.fewest_fixations:
            return np.nan
        random = np.random.default_rng(self._seed)
        draws = random.integers(self._map.size, size=(rule.splits, rule.negatives or fixated))
        return self._stepped(draws)

    def _stepped(self, draws):
        """Mean area over the draws of negative pixels."""
        rule, spread = self.convention, np.ptp(self._map)
        if spread == 0:
            return rule.constant_area
        values = ((self._map - self._map.min()) / spread).ravel()
        fixated, step, last = values[self._pixels], rule.threshold_step, rule.last_threshold
        areas = [roc.stepped_area(fixated, values[pixels], step, last) for pixels in draws]
        return float(np.mean(areas))


def pixel_indices(points, size):
    """Return flat indices of the pixels of points (n, 2), x and y; those outside are left out."""
    rows, columns = size
    x, y = np.floor(np.asarray(points, "float64").reshape(-1, 2)).T
    inside = (0 <= x) & (x < columns) & (0 <= y) & (y < rows)
    return y[inside].astype(int) * columns + x[inside].astype(int)


def _as_map(map_, name):
    values = np.asarray(map_, "float64")
    if values.ndim != 2 or values.size == 0:
        raise ValueError(f"The {name} is {values.shape} and should be (rows, columns).")
    return values


def _finite(map_):
    return map_ is not None and bool(np.isfinite(map_).all())


def _product(first, second):
    # Not a product of BLAS, whose threads take longer to wake than this takes.
    return np.einsum("ij,ij->", first, second)
