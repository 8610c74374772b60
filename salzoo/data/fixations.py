"""Fixation maps, fixation densities and pooled fixations, in numpy."""

import numpy as np
from scipy.ndimage import gaussian_filter


def fixation_map(fixations, size):
    """Count the fixations of each pixel.

    Args:
        fixations: (n, 2), x and y; the pixel is the floor. Points outside are
            not counted.
        size: (rows, columns).

    Returns:
        float64 (rows, columns).
    """
    rows, columns = size
    x, y = np.floor(np.asarray(fixations, "float64").reshape(-1, 2)).astype(int).T
    inside = (0 <= x) & (x < columns) & (0 <= y) & (y < rows)
    counts = np.bincount(y[inside] * columns + x[inside], minlength=rows * columns)
    return counts.reshape(rows, columns).astype("float64")


def density_map(fixations, size, sigma):
    """Blur the fixation map with a Gaussian of `sigma` pixels (scipy, default border).

    Returns:
        float64 (rows, columns) whose sum is the number of fixations.
    """
    return gaussian_filter(fixation_map(fixations, size), sigma)


class PooledFixations:
    """Points of many images, scaled to the size of the image at hand and counted.

    Args:
        samples: list of `Sample`; those without fixations are passed over.
        once: count no pixel of an image twice.
    """

    def __init__(self, samples, once=False):
        self._once = once
        by_size = {}
        for sample in samples:
            if sample.fixations is not None and len(sample.fixations):
                by_size.setdefault(tuple(sample.size), []).append(self._of(sample))
        self._points = {size: np.concatenate(parts) for size, parts in by_size.items()}
        self._last = None, None

    def counts(self, size):
        """Return the fixations of all images as counts, float64 (rows, columns); not to change."""
        size = tuple(size)
        if self._last[0] != size:
            moved = [scaled(points, of, size) for of, points in self._points.items()]
            self._last = size, fixation_map(np.concatenate([np.empty((0, 2)), *moved]), size)
        return self._last[1]

    def counts_without(self, sample):
        """Return the same at the size of a sample among them, its own fixations left out."""
        return self.counts(sample.size) - fixation_map(self._of(sample), sample.size)

    def _of(self, sample):
        points = sample.fixations
        if not self._once:
            return points
        _, first = np.unique(np.floor(points), axis=0, return_index=True)
        return points[first]


def scaled(points, size, new_size):
    """Scale points (n, 2) with their image; a factor of exactly 1 where sizes are equal."""
    return points * np.divide(new_size, size)[::-1]
