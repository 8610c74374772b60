"""Comparisons of maps as probability distributions: SIM, KLD and information gain."""

import numpy as np
from numpy.typing import ArrayLike

from salzoo.metrics.areas import describe_fixated
from salzoo.metrics.conventions import Convention
from salzoo.metrics.fixation_case import FixationCase, score_one, sum_of_products
from salzoo.metrics.metric import Metric


def similarity(
    saliency_map: ArrayLike,
    density_map: ArrayLike,
    *,
    convention: str | Convention = "mit",
    seed: int = 0,
) -> float:
    """Histogram intersection of the two maps as distributions.

    Args:
        saliency_map: (rows, columns), any numeric type.
        density_map: (rows, columns), any numeric type.
        convention: its name or a `Convention`.
        seed: not used.

    Returns:
        0..1, 1 is perfect; NaN where it is undefined.

    Raises:
        ValueError: the convention does not define it, or a shape does not fit.
    """
    return score_one(SIM, convention, seed, saliency_map, density_map=density_map)


def kl_divergence(
    saliency_map: ArrayLike,
    density_map: ArrayLike,
    *,
    convention: str | Convention = "mit",
    seed: int = 0,
) -> float:
    """Kullback-Leibler divergence of the prediction from the density.

    Args:
        saliency_map: (rows, columns), any numeric type.
        density_map: (rows, columns), any numeric type.
        convention: its name or a `Convention`.
        seed: not used.

    Returns:
        In nats, 0 is perfect; NaN where it is undefined.

    Raises:
        ValueError: the convention does not define it, or a shape does not fit.
    """
    return score_one(KLD, convention, seed, saliency_map, density_map=density_map)


def information_gain(
    saliency_map: ArrayLike,
    fixations: ArrayLike,
    baseline_map: ArrayLike,
    *,
    convention: str | Convention = "mit",
    seed: int = 0,
) -> float:
    """Information gain over a baseline map (Kümmerer et al., PNAS 2015).

    Args:
        saliency_map: (rows, columns), any numeric type.
        fixations: (n, 2), x and y in pixels, 0-based.
        baseline_map: (rows, columns), usually a centre bias.
        convention: its name or a `Convention`.
        seed: not used.

    Returns:
        In bits per fixation, 0 is the baseline; NaN where it is undefined.

    Raises:
        ValueError: a shape does not fit.
    """
    return score_one(
        IG, convention, seed, saliency_map, fixations=fixations, baseline_map=baseline_map
    )


def _compute_similarity(case: FixationCase) -> float:
    if case.convention.stretch:
        prediction = case.stretched_distribution
        truth = case.as_distribution(case.density, stretch=True)
    else:
        prediction, truth = case.distribution, case.density_distribution
    return float(np.minimum(prediction, truth).sum())


def _compute_divergence(case: FixationCase) -> float:
    epsilon, truth = case.convention.epsilon, case.density_distribution
    with np.errstate(all="ignore"):
        quotient = truth / (case.distribution + epsilon)
        return float(sum_of_products(truth, np.log(epsilon + quotient)))


def _compute_gain(case: FixationCase) -> float:
    stretch, epsilon = case.convention.stretch, case.convention.gain_epsilon
    if stretch and (case.constant or np.ptp(case.baseline) == 0):
        return np.nan
    own = case.stretched_distribution if stretch else case.distribution
    base = case.as_distribution(case.baseline, stretch)
    with np.errstate(all="ignore"):
        own, base = (np.log2(epsilon + map_.ravel()[case.pixels]) for map_ in (own, base))
        return float((own - base).mean())


def _describe_normalisation(convention: Convention, stretch: bool) -> str:
    steps = ["first stretched to 0..1"] if stretch else []
    if convention.lift:
        steps.append("raised to a least value of 0 if any is negative")
    steps.append("divided by its sum")
    empty = ", a map of zeros made uniform" if convention.empty_is_uniform else ""
    return f"{', '.join(steps)}{empty}"


def _describe_similarity(convention: Convention) -> str:
    return (
        "Sum over pixels of the smaller of map and density map, each "
        f"{_describe_normalisation(convention, convention.stretch)}."
    )


def _describe_divergence(convention: Convention) -> str:
    return (
        "Sum over pixels of g ln(e + g / (p + e)), g the density map, p the map, e = "
        f"{convention.epsilon:.5g}, each {_describe_normalisation(convention, False)}."
    )


def _describe_gain(convention: Convention) -> str:
    added = f" + {convention.gain_epsilon:.5g}" if convention.gain_epsilon else ""
    return (
        f"Mean over {describe_fixated(convention)} of log2(p{added}) - log2(b{added}), p the map, "
        f"b the baseline map, each {_describe_normalisation(convention, convention.stretch)}."
    )


SIM = Metric(
    name="SIM",
    compute=_compute_similarity,
    describe=_describe_similarity,
    lower_is_better=False,
    needs=("density_map",),
    conventions=("mit", "tuebingen"),
)
KLD = Metric(
    name="KLD",
    compute=_compute_divergence,
    describe=_describe_divergence,
    lower_is_better=True,
    needs=("density_map",),
    conventions=("mit", "tuebingen"),
)
IG = Metric(
    name="IG",
    compute=_compute_gain,
    describe=_describe_gain,
    lower_is_better=False,
    needs=("fixations", "baseline_map"),
    conventions=("mit", "tuebingen", "salicon"),
)
