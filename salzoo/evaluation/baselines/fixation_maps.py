"""What is known without looking at the image: where people look on the whole."""

from dataclasses import dataclass, field

import numpy as np
from scipy.ndimage import gaussian_filter

from salzoo.data.fixations import PooledFixations


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


class FittedToFixations:
    """A baseline made by `fit` of the samples that have fixations."""

    needs = "fixations on two images"

    @classmethod
    def make(cls, training, evaluated):
        samples = fitted_to(training, evaluated, has_fixations)
        return cls.fit(samples) if len(samples) > 1 else None


@dataclass
class CentreGaussian(FittedToFixations):
    """People look at the middle: a Gaussian there, as wide as the fixations it was fitted to.

    The maximum likelihood fit with the mean held at the centre of the image. An image
    that is itself among those fitted to is left out for its own map. It is also the
    baseline of information gain.

    sums: {path of an image: (number of its fixations, sum of their squared distances
        from the centre along x, the same along y)}, as shares of the image's sides.
    """

    sums: dict = field(repr=False)

    name = "centre Gaussian"

    @classmethod
    def fit(cls, samples):
        """Fit to all fixations of the samples; those without are passed over.

        Raises:
            ValueError: fewer than two samples have fixations.
        """
        samples = [sample for sample in samples if has_fixations(sample)]
        if len(samples) < 2:
            raise ValueError("a centre Gaussian needs two samples with fixations")
        sums = {}
        for sample in samples:
            squares = (sample.fixations / sample.size[::-1] - 0.5) ** 2
            sums[sample.image_path] = np.array([len(squares), *squares.sum(axis=0)])
        return cls(sums)

    def __post_init__(self):
        self._total = sum(self.sums.values())

    def widths(self, sample):
        """Return the standard deviations along x and y for a sample, as shares of its sides."""
        count, *squares = self._total - self.sums.get(sample.image_path, 0.0)
        # Where all lie exactly in the centre a width of 0 would leave no map at all.
        return tuple(np.sqrt(np.maximum(np.divide(squares, count), 1e-6)).tolist())

    def __call__(self, sample):
        """Return a density whose largest value is about 1, positive everywhere."""
        rows, columns = (
            np.exp(-0.5 * (((np.arange(length) + 0.5) / length - 0.5) / width) ** 2)
            for length, width in zip(sample.size, self.widths(sample)[::-1], strict=True)
        )
        return np.maximum(rows[:, None] * columns, np.finfo("float64").tiny)


@dataclass
class MeanMap(FittedToFixations):
    """All fixations of other images at once, blurred as the density of the image at hand.

    Points of images of another size are scaled to this one. An image that is
    itself among those pooled is left out for its own map.

    pool: `PooledFixations`. paths: of the images that were pooled.
    """

    pool: PooledFixations = field(repr=False)
    paths: frozenset = field(repr=False)

    name = "mean map"

    @classmethod
    def fit(cls, samples):
        """Pool the fixations of samples that have them."""
        return cls(PooledFixations(samples), frozenset(sample.image_path for sample in samples))

    def __post_init__(self):
        self._last = None, None  # the last map, and what it was made for

    def __call__(self, sample):
        sigma = width_of_blur(sample)
        if sample.image_path in self.paths:
            return gaussian_filter(self.pool.counts_without(sample), sigma)
        key = tuple(sample.size), sigma
        if self._last[0] != key:
            self._last = key, gaussian_filter(self.pool.counts(sample.size), sigma)
        return self._last[1].copy()
