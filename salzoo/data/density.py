"""From fixation points to maps, in numpy, at the size of the original image."""

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
