"""What is known without looking at the image: where people look on the whole."""

from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import gaussian_filter

from salzoo.data.density import fixation_map


def width_of_blur(sample):
    """Return sigma, pixels, of the sample's density: its own, else 1/32 of the longer side."""
    return sample.sigma or max(sample.size) / 32


def fitted_to(training, evaluated, has):
    """Return those of the training samples that have something, else of the evaluated ones."""
    return [sample for sample in training if has(sample)] or [
        sample for sample in evaluated if has(sample)
    ]


def has_fixations(sample):
    """Whether there is at least one fixation."""
    return sample.fixations is not None and len(sample.fixations) > 0


class Uniform:
    """The same everywhere: chance."""

    name = "uniform"
    needs = "nothing"

    @classmethod
    def make(cls, training, evaluated):
        return cls()

    def __call__(self, sample):
        return np.ones(sample.size)


@dataclass(frozen=True)
class CentreGaussian:
    """People look at the middle: a Gaussian there, as wide as the fixations it was fitted to.

    The maximum likelihood fit with the mean held at the centre of the image.
    Fitted to training samples it is also the baseline of information gain.

    widths: standard deviations for x and y, as shares of the image's sides.
    """

    widths: tuple

    name = "centre Gaussian"
    needs = "samples with fixations"

    @classmethod
    def make(cls, training, evaluated):
        samples = fitted_to(training, evaluated, has_fixations)
        return cls.fit(samples) if samples else None

    @classmethod
    def fit(cls, samples):
        """Fit to all fixations of the samples; those without are passed over.

        Raises:
            ValueError: there is no fixation.
        """
        shares = [s.fixations / s.size[::-1] for s in samples if has_fixations(s)]
        if not shares:
            raise ValueError("a centre Gaussian needs samples with fixations")
        variances = ((np.concatenate(shares) - 0.5) ** 2).mean(axis=0)
        # Where all lie exactly in the centre a width of 0 would leave no map at all.
        return cls(tuple(np.maximum(np.sqrt(variances), 1e-3).tolist()))

    def __call__(self, sample):
        """Return a density whose largest value is about 1, positive everywhere."""
        rows, columns = (
            np.exp(-0.5 * (((np.arange(length) + 0.5) / length - 0.5) / width) ** 2)
            for length, width in zip(sample.size, self.widths[::-1], strict=True)
        )
        return np.maximum(rows[:, None] * columns, np.finfo("float64").tiny)


@dataclass
class MeanMap:
    """All fixations of other images at once, blurred as the density of the image at hand.

    Points of images of another size are scaled to this one. An image that is
    itself among those pooled is left out for its own map.

    points: {size: fixations (n, 2) of all images of that size}.
    paths: of the images that were pooled.
    """

    points: dict = field(repr=False)
    paths: frozenset = field(repr=False)

    name = "mean map"
    needs = "fixations on two images"

    @classmethod
    def make(cls, training, evaluated):
        samples = fitted_to(training, evaluated, has_fixations)
        return cls.fit(samples) if len(samples) > 1 else None

    @classmethod
    def fit(cls, samples):
        """Pool the fixations of samples that have them."""
        by_size = {}
        for sample in samples:
            by_size.setdefault(tuple(sample.size), []).append(sample.fixations)
        points = {size: np.concatenate(parts) for size, parts in by_size.items()}
        return cls(points, frozenset(sample.image_path for sample in samples))

    def __post_init__(self):
        self._counts = self._map = (None, None)  # the last of each, and what it was made for

    def __call__(self, sample):
        sigma = width_of_blur(sample)
        counts = self._counts_at(tuple(sample.size))
        if sample.image_path in self.paths:
            return gaussian_filter(counts - fixation_map(sample.fixations, sample.size), sigma)
        key = tuple(sample.size), sigma
        if self._map[0] != key:
            self._map = key, gaussian_filter(counts, sigma)
        return self._map[1].copy()

    def _counts_at(self, size):
        if self._counts[0] != size:
            # A factor of exactly 1 where sizes are equal: no point changes its pixel.
            moved = [points * np.divide(size, of)[::-1] for of, points in self.points.items()]
            self._counts = size, fixation_map(np.concatenate(moved), size)
        return self._counts[1]
