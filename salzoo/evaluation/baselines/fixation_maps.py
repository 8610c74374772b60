"""Baselines that do not depend on the image: uniform map, centre Gaussian, mean map."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from scipy.ndimage import gaussian_filter

from salzoo.data.fixations import PooledFixations
from salzoo.data.sample import Sample


def width_of_blur(sample: Sample) -> float:
    """Return the sigma of a sample's density in pixels: its own, else 1/32 of the longer side."""
    return sample.sigma or max(sample.size) / 32


def fitted_to(
    training: Sequence[Sample], evaluated: Sequence[Sample], has: Callable[[Sample], bool]
) -> list[Sample]:
    """Return the samples that a baseline is fitted to.

    Args:
        training: training samples.
        evaluated: samples that are used if no training sample is suitable.
        has: whether a sample is suitable.
    """
    return [sample for sample in training if has(sample)] or [
        sample for sample in evaluated if has(sample)
    ]


def is_fixated(sample: Sample) -> bool:
    """Return whether a sample has at least one fixation."""
    return sample.fixations is not None and len(sample.fixations) > 0


class Uniform:
    """The same value everywhere: chance level."""

    name = "uniform"
    needs = "nothing"

    @classmethod
    def make(cls, training: Sequence[Sample], evaluated: Sequence[Sample]) -> "Uniform":
        """Return the baseline; the samples do not matter."""
        return cls()

    def __call__(self, sample: Sample) -> np.ndarray:
        """Return the map of a sample, float64 (rows, columns)."""
        return np.ones(sample.size)


class FittedToFixations:
    """A baseline that `fit` makes of the samples with fixations."""

    needs = "fixations on two images"

    @classmethod
    def make(cls, training: Sequence[Sample], evaluated: Sequence[Sample]) -> Self | None:
        """Return the baseline, None with fixations on fewer than two images."""
        samples = fitted_to(training, evaluated, is_fixated)
        return cls.fit(samples) if len(samples) > 1 else None

    @classmethod
    def fit(cls, samples: Sequence[Sample]) -> Self:
        """Fit to samples with fixations."""
        raise NotImplementedError


@dataclass
class CentreGaussian(FittedToFixations):
    """A Gaussian at the centre of the image (centre bias), fitted to fixations.

    The maximum likelihood fit with the mean fixed at the centre of the image. The map of
    an image that was fitted to leaves out its own fixations. It is also the baseline of
    information gain.

    Attributes:
        sums: {image path: (number of fixations, sum of their squared distances from the
            centre along x, the same along y)}, distances as fractions of the image's sides.
    """

    sums: dict[str, np.ndarray] = field(repr=False)

    name = "centre Gaussian"

    @classmethod
    def fit(cls, samples: Sequence[Sample]) -> Self:
        """Fit to all fixations of the samples.

        Args:
            samples: two or more; those without fixations are ignored.

        Raises:
            ValueError: fewer than two samples have fixations.
        """
        samples = [sample for sample in samples if is_fixated(sample)]
        if len(samples) < 2:
            raise ValueError("a centre Gaussian needs two samples with fixations")
        sums = {}
        for sample in samples:
            assert sample.fixations is not None
            squares = (sample.fixations / sample.size[::-1] - 0.5) ** 2
            sums[sample.image_path] = np.array([len(squares), *squares.sum(axis=0)])
        return cls(sums)

    def __post_init__(self) -> None:
        self._total: np.ndarray = functools.reduce(np.add, self.sums.values())

    def widths(self, sample: Sample) -> tuple[float, float]:
        """Return the standard deviations along x and y as fractions of the image's sides."""
        count, *squares = self._total - self.sums.get(sample.image_path, 0.0)
        # Not 0, even where all fixations lie exactly in the centre.
        along_x, along_y = np.sqrt(np.maximum(np.divide(squares, count), 1e-6)).tolist()
        return along_x, along_y

    def __call__(self, sample: Sample) -> np.ndarray:
        """Return a density whose largest value is about 1, positive everywhere."""
        rows, columns = (
            np.exp(-0.5 * (((np.arange(length) + 0.5) / length - 0.5) / width) ** 2)
            for length, width in zip(sample.size, self.widths(sample)[::-1], strict=True)
        )
        return np.maximum(rows[:, None] * columns, np.finfo("float64").tiny)


@dataclass
class MeanMap(FittedToFixations):
    """The pooled fixations of other images, blurred like the density of the image.

    Fixations on images of another size are scaled to this one. The map of an image that
    was pooled leaves out its own fixations.

    Attributes:
        pool: fixations of all images.
        paths: of the images that were pooled.
    """

    pool: PooledFixations = field(repr=False)
    paths: frozenset[str] = field(repr=False)

    name = "mean map"

    @classmethod
    def fit(cls, samples: Sequence[Sample]) -> Self:
        """Pool the fixations of samples that all have them."""
        return cls(PooledFixations(samples), frozenset(sample.image_path for sample in samples))

    def __post_init__(self) -> None:
        # The last map, with the size and sigma that it was made for.
        self._last: tuple[tuple[tuple[int, ...], float], np.ndarray] | None = None

    def __call__(self, sample: Sample) -> np.ndarray:
        """Return the map of a sample, float64 (rows, columns)."""
        sigma = width_of_blur(sample)
        if sample.image_path in self.paths:
            return gaussian_filter(self.pool.counts_without(sample), sigma)
        key = tuple(sample.size), sigma
        if self._last is None or self._last[0] != key:
            self._last = key, gaussian_filter(self.pool.counts(sample.size), sigma)
        return self._last[1].copy()
