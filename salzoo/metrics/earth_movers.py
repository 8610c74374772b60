"""Earth mover's distance of two maps, EMD, by an exact solver."""

import functools
import os
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from salzoo.metrics.conventions import Convention
from salzoo.metrics.fixation_case import FixationCase, score_one
from salzoo.metrics.metric import Metric
from salzoo.utils.resize import imresize

ITERATIONS = 10_000_000


def emd(
    saliency_map: ArrayLike,
    density_map: ArrayLike,
    *,
    convention: str | Convention = "mit",
    seed: int = 0,
) -> float:
    """Earth mover's distance of the two maps.

    Args:
        saliency_map: (rows, columns), any numeric type.
        density_map: (rows, columns), any numeric type.
        convention: its name or a `Convention`.
        seed: not used.

    Returns:
        In pixels of the shrunk maps, 0 is perfect; NaN where it is undefined.

    Raises:
        ImportError: the package POT is not installed; says what to install.
        ValueError: the convention does not define it, or a shape does not fit.
    """
    return score_one(EMD, convention, seed, saliency_map, density_map=density_map)


def earth_movers_distance(first: np.ndarray, second: np.ndarray, downsize: int) -> float:
    """Return the least work that turns one map into the other.

    Both are shrunk to 1/downsize (imresize); what is then below 0, also by the
    kernel's undershoot, is set to 0; and both are brought to unit sum. Work is mass
    times distance, in pixels of the shrunk maps.

    Args:
        first: float64 (rows, columns).
        second: float64 (rows, columns).
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
def _distances(size: tuple[int, int]) -> np.ndarray:
    """Return the Euclidean distances of all pairs of pixels, (pixels, pixels)."""
    row, column = (axis.ravel() for axis in np.indices(size))
    return np.hypot(row[:, None] - row, column[:, None] - column)


def _solver() -> Callable[..., float]:
    """Return the solver of POT."""
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


def _compute(case: FixationCase) -> float:
    return earth_movers_distance(case.map, case.density, case.convention.downsize)


def _describe(convention: Convention) -> str:
    return (
        f"Least work between map and density map, each shrunk to 1/{convention.downsize} "
        "(bicubic, antialiased), cut off at 0 and divided by its sum; distances in pixels of the "
        "shrunk maps."
    )


EMD = Metric(
    name="EMD",
    compute=_compute,
    describe=_describe,
    lower_is_better=True,
    needs=("density_map",),
    conventions=("mit",),
    on_request=True,
    requires=("ot", "POT"),
)
