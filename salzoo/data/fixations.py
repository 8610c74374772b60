"""Fixation maps, fixation densities and pooled fixations, in numpy."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import gaussian_filter, gaussian_filter1d

if TYPE_CHECKING:
    from salzoo.data.sample import Sample


def fixation_map(fixations: ArrayLike, size: tuple[int, int]) -> np.ndarray:
    """Count the fixations of each pixel.

    Args:
        fixations: (n, 2), x and y in pixels; a fixation's pixel is the floor. Fixations
            outside are not counted.
        size: (rows, columns).

    Returns:
        float64 (rows, columns).
    """
    rows, columns = size
    x, y = np.floor(np.asarray(fixations, "float64").reshape(-1, 2)).astype(int).T
    inside = (0 <= x) & (x < columns) & (0 <= y) & (y < rows)
    counts = np.bincount(y[inside] * columns + x[inside], minlength=rows * columns)
    return counts.reshape(rows, columns).astype("float64")


def density_map(fixations: ArrayLike, size: tuple[int, int], sigma: float) -> np.ndarray:
    """Blur the fixation map with a Gaussian (scipy's, with its default border).

    Args:
        fixations: (n, 2), x and y in pixels.
        size: (rows, columns).
        sigma: standard deviation in pixels.

    Returns:
        float64 (rows, columns) whose sum is the number of fixations.
    """
    return gaussian_filter(fixation_map(fixations, size), sigma)


def sparse_density_map(fixations: ArrayLike, size: tuple[int, int], sigma: float) -> np.ndarray:
    """Return the same as `density_map`, but for rounding, in far less time for few fixations.

    A blurred point is the product of a column and a row, so that the map of n points is a
    product of matrices (rows, n) and (n, columns).

    Args:
        fixations: as for `density_map`.
        size: as for `density_map`.
        sigma: as for `density_map`.
    """
    points = np.floor(np.asarray(fixations, "float64").reshape(-1, 2)[:, ::-1])
    points = points[((points >= 0) & (points < size)).all(axis=1)].astype(int)
    along = []
    for length, places in zip(size, points.T, strict=True):
        marked = np.zeros((len(places), length))
        marked[np.arange(len(places)), places] = 1
        along.append(gaussian_filter1d(marked, sigma, axis=1))
    return along[0].T @ along[1]


class PooledFixations:
    """Fixations of many images, scaled to the size of one image and counted.

    Args:
        samples: those without fixations are ignored.
        once: count no pixel of an image twice.
    """

    def __init__(self, samples: Iterable["Sample"], once: bool = False):
        self._once = once
        by_size: dict[tuple[int, int], list[np.ndarray]] = {}
        for sample in samples:
            if sample.fixations is not None and len(sample.fixations):
                rows, columns = sample.size
                by_size.setdefault((rows, columns), []).append(self._of(sample))
        self._points = {size: np.concatenate(parts) for size, parts in by_size.items()}
        self._last_size: tuple[int, int] | None = None
        self._last_counts = np.empty((0, 0))

    def counts(self, size: tuple[int, int]) -> np.ndarray:
        """Count the fixations of all images.

        Args:
            size: (rows, columns) to scale all images to.

        Returns:
            float64 (rows, columns); the array is shared, do not change it.
        """
        rows, columns = size
        if self._last_size != (rows, columns):
            moved = [scaled(points, own, size) for own, points in self._points.items()]
            self._last_counts = fixation_map(np.concatenate([np.empty((0, 2)), *moved]), size)
            self._last_size = (rows, columns)
        return self._last_counts

    def counts_without(self, sample: "Sample") -> np.ndarray:
        """Count the fixations of all images but one, at that image's size.

        Args:
            sample: one of the samples.

        Returns:
            float64 (rows, columns).
        """
        return self.counts(sample.size) - fixation_map(self._of(sample), sample.size)

    def _of(self, sample: "Sample") -> np.ndarray:
        points = np.asarray(sample.fixations)
        if not self._once:
            return points
        _, first = np.unique(np.floor(points), axis=0, return_index=True)
        return points[first]


def scaled(points: np.ndarray, size: tuple[int, int], new_size: tuple[int, int]) -> np.ndarray:
    """Scale points with their image; a factor of exactly 1 where sizes are equal.

    Args:
        points: (n, 2), x and y.
        size: (rows, columns) of the image.
        new_size: (rows, columns) after scaling.
    """
    return points * np.divide(new_size, size)[::-1]
