"""Normalised scanpath saliency, NSS."""

import numpy as np
from numpy.typing import ArrayLike

from salzoo.metrics.areas import describe_fixated
from salzoo.metrics.conventions import Convention
from salzoo.metrics.fixation_case import FixationCase, score_one
from salzoo.metrics.metric import Metric


def nss(
    saliency_map: ArrayLike,
    fixations: ArrayLike,
    *,
    convention: str | Convention = "mit",
    seed: int = 0,
) -> float:
    """Normalised scanpath saliency: mean z-score of the fixated pixels (Peters et al., 2005).

    Args:
        saliency_map: (rows, columns), any numeric type.
        fixations: (n, 2), x and y in pixels, 0-based.
        convention: its name or a `Convention`.
        seed: not used.

    Returns:
        Unbounded, 0 is chance; NaN where it is undefined.

    Raises:
        ValueError: a shape does not fit.
    """
    return score_one(NSS, convention, seed, saliency_map, fixations=fixations)


def _compute(case: FixationCase) -> float:
    if case.constant:
        return case.convention.constant_nss
    deviation = case.centred.ravel()[case.pixels].mean()
    spread = case.squares / (case.map.size - case.convention.ddof)
    return float(deviation / np.sqrt(spread))


def _describe(convention: Convention) -> str:
    return (
        f"Mean over {describe_fixated(convention)} of the map minus its mean over its standard "
        f"deviation (ddof {convention.ddof}); {convention.constant_nss:g} for a constant map."
    )


NSS = Metric(
    name="NSS",
    compute=_compute,
    describe=_describe,
    lower_is_better=False,
    needs=("fixations",),
    conventions=("mit", "tuebingen", "salicon"),
)
