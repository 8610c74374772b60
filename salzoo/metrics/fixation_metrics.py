"""All metrics of fixation prediction of one image, under named conventions.

Maps are (rows, columns), any numeric type, computed in float64; fixations are (n, 2),
x and y, 0-based, the pixel of a point being its floor; points outside the image are
not counted. A score is a float, NaN where the code of the benchmark fails: no
fixations, a constant map where a spread is needed, values that are not finite. Such a
score is an `Undefined`, whose `reason` says why.
`convention` is a name of `CONVENTIONS` or a `Convention`, which has the exact
definitions; `seed` is for what a convention draws at random.

The metrics are compared in Bylinskii et al., What do different evaluation metrics tell us
about saliency models? (TPAMI 2019).
"""

from collections.abc import Iterable

from numpy.typing import ArrayLike

from salzoo.metrics.conventions import Convention
from salzoo.metrics.conventions import convention as find_convention
from salzoo.metrics.fixation_case import FixationCase
from salzoo.metrics.metric_registry import FIXATION_METRICS, metrics_of


def fixation_scores(
    saliency_map: ArrayLike,
    *,
    names: Iterable[str] | None = None,
    convention: str | Convention = "mit",
    fixations: ArrayLike | None = None,
    density_map: ArrayLike | None = None,
    other_fixations: ArrayLike | None = None,
    other_counts: ArrayLike | None = None,
    baseline_map: ArrayLike | None = None,
    seed: int = 0,
) -> dict[str, float]:
    """Compute several metrics of one map, sharing the work.

    Args:
        saliency_map: (rows, columns).
        names: short names, keys of `FIXATION_METRICS`; None: all of the convention.
        convention: its name or a `Convention`.
        fixations: (n, 2), for AUCs, NSS and IG.
        density_map: (rows, columns), for CC, SIM, KLD and EMD.
        other_fixations: (n, 2), fixations on other images at the size of this one, for sAUC.
        other_counts: (rows, columns), the same as a count per pixel, faster for many.
        baseline_map: (rows, columns), for IG.
        seed: for what the convention draws at random.

    Returns:
        {short name: float}, without the metrics that the convention does not have;
        NaN where what a metric is measured against is None.

    Raises:
        ValueError: an unknown name, or a shape that does not fit.
    """
    chosen = find_convention(convention)
    defined = metrics_of(chosen)
    names = defined if names is None else list(names)
    unknown = [name for name in names if name not in FIXATION_METRICS]
    if unknown:
        raise ValueError(
            f"There is no metric {unknown[0]!r}; known are {', '.join(FIXATION_METRICS)}."
        )
    case = FixationCase(
        saliency_map,
        chosen,
        seed,
        fixations=fixations,
        density_map=density_map,
        other_fixations=other_fixations,
        other_counts=other_counts,
        baseline_map=baseline_map,
    )
    return {name: case.score(FIXATION_METRICS[name]) for name in names if name in defined}


def definitions(name: str | Convention, names: Iterable[str] | None = None) -> dict[str, str]:
    """Return how a convention computes its metrics, for reports.

    Args:
        name: name of a convention, or a `Convention`.
        names: short names of metrics; those that the convention lacks are left out.
            None: all of the convention.

    Returns:
        {short name: one sentence}.

    Raises:
        ValueError: there is no such convention.
    """
    chosen = find_convention(name)
    defined = metrics_of(chosen)
    names = defined if names is None else names
    return {item: FIXATION_METRICS[item].describe(chosen) for item in names if item in defined}
