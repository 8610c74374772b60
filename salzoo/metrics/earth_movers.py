"""Earth mover's distance of two maps, by an exact solver."""

import functools
import os

import numpy as np

from salzoo.utils.resize import imresize

ITERATIONS = 10_000_000


def earth_movers_distance(first, second, downsize):
    """Return the least work that turns one map into the other.

    Both are shrunk to 1/downsize (imresize); what is then below 0, also by the
    kernel's undershoot, is set to 0; and both are brought to unit sum. Work is mass
    times distance, in pixels of the shrunk maps.

    Args:
        first, second: float64 maps of one size.
        downsize: how many pixels become one along each axis.

    Returns:
        float; NaN where a map has no mass.

    Raises:
        ImportError: the package POT is not installed.
    """
    solve = _solver()
    maps = [np.maximum(imresize(map_, scale=1 / downsize), 0) for map_ in (first, second)]
    sums = [map_.sum() for map_ in maps]
    if min(sums) == 0 or not np.isfinite(sums).all():
        return np.nan
    masses = [(map_ / total).ravel() for map_, total in zip(maps, sums, strict=True)]
    return float(solve(*masses, _distances(maps[0].shape), numItermax=ITERATIONS))


@functools.lru_cache(maxsize=8)
def _distances(size):
    """Euclidean distances of all pairs of pixels, (pixels, pixels)."""
    row, column = (axis.ravel() for axis in np.indices(size))
    return np.hypot(row[:, None] - row, column[:, None] - column)


def _solver():
    # POT imports every array library that it finds; numpy is enough here.
    for library in ("PYTORCH", "JAX", "CUPY", "TENSORFLOW"):
        os.environ.setdefault(f"POT_BACKEND_DISABLE_{library}", "1")
    try:
        from ot import emd2
    except ImportError as error:
        raise ImportError(
            "EMD needs the package POT: pip install POT, or leave EMD out of the metrics."
        ) from error
    return emd2
