"""Linear correlation coefficient, CC."""

import numpy as np
from numpy.typing import ArrayLike

from salzoo.metrics.conventions import Convention
from salzoo.metrics.fixation_case import FixationCase, score_one, sum_of_products
from salzoo.metrics.metric import Metric


def cc(
    saliency_map: ArrayLike,
    density_map: ArrayLike,
    *,
    convention: str | Convention = "mit",
    seed: int = 0,
) -> float:
    """Pearson's linear correlation coefficient of the two maps.

    Args:
        saliency_map: (rows, columns), any numeric type.
        density_map: (rows, columns), any numeric type.
        convention: its name or a `Convention`.
        seed: not used.

    Returns:
        -1..1; NaN where it is undefined.

    Raises:
        ValueError: a shape does not fit.
    """
    return score_one(CC, convention, seed, saliency_map, density_map=density_map)


def _compute(case: FixationCase) -> float:
    if np.ptp(case.density) == 0:
        return np.nan
    if case.constant:
        return case.convention.constant_cc
    density = case.density - case.density.mean()
    scale = np.sqrt(case.squares) * np.sqrt(sum_of_products(density, density))
    return float(sum_of_products(case.centred, density) / scale) if scale > 0 else np.nan


def _describe(convention: Convention) -> str:
    return (
        "Pearson's correlation of the map with the density map; "
        f"{convention.constant_cc:g} for a constant map."
    )


CC = Metric(
    name="CC",
    compute=_compute,
    describe=_describe,
    lower_is_better=False,
    needs=("density_map",),
    conventions=("mit", "tuebingen", "salicon"),
)
