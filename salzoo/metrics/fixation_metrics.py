"""Metrics of fixation prediction, under named conventions.

Maps are (rows, columns), any numeric type, computed in float64; fixations are (n, 2),
x and y, 0-based, the pixel of a point being its floor; points outside the image are
not counted. A score is a float, NaN where the convention's own code fails: no
fixations, a constant map where a spread is needed, values that are not finite.
`convention` is a name of `CONVENTIONS` or a `Convention`, which has the exact
definitions; `seed` is for what a convention draws at random. A metric that the
convention does not have, or a shape that it does not take, is a ValueError.
What they mean: Bylinskii et al., What do different evaluation metrics tell us about
saliency models? (TPAMI 2019).
"""

from salzoo.metrics.conventions import CONVENTIONS
from salzoo.metrics.conventions import convention as find_convention
from salzoo.metrics.fixation_case import FixationCase


def auc(saliency_map, fixations, *, convention="tuebingen", seed=0):
    """Area under the ROC curve, fixated pixels against all or random ones; not in mit."""
    return _score("AUC", convention, seed, saliency_map, fixations=fixations)


def auc_judd(saliency_map, fixations, *, convention="mit", seed=0):
    """Area under the ROC curve with thresholds at the fixated values; 0.5 is chance."""
    return _score("AUC-Judd", convention, seed, saliency_map, fixations=fixations)


def auc_borji(saliency_map, fixations, *, convention="mit", seed=0):
    """Area under the ROC curve against as many random pixels, thresholds in steps."""
    return _score("AUC-Borji", convention, seed, saliency_map, fixations=fixations)


def shuffled_auc(
    saliency_map, fixations, other_fixations=None, *, other_counts=None, convention="mit", seed=0
):
    """Area under the ROC curve against other images' fixations; centre bias earns nothing.

    other_fixations: (n, 2), on other images, scaled to this image's size.
    other_counts: the same as a count per pixel (rows, columns), faster for many.
    """
    others = {"other_fixations": other_fixations, "other_counts": other_counts}
    return _score("sAUC", convention, seed, saliency_map, fixations=fixations, **others)


def nss(saliency_map, fixations, *, convention="mit", seed=0):
    """Normalised scanpath saliency: mean z-score of the fixated pixels; 0 is chance."""
    return _score("NSS", convention, seed, saliency_map, fixations=fixations)


def cc(saliency_map, density_map, *, convention="mit", seed=0):
    """Pearson's linear correlation coefficient of the two maps, -1..1."""
    return _score("CC", convention, seed, saliency_map, density_map=density_map)


def similarity(saliency_map, density_map, *, convention="mit", seed=0):
    """Histogram intersection of the two maps as distributions, 0..1."""
    return _score("SIM", convention, seed, saliency_map, density_map=density_map)


def kl_divergence(saliency_map, density_map, *, convention="mit", seed=0):
    """Kullback-Leibler divergence of the prediction from the truth, in nats; 0 is perfect."""
    return _score("KLD", convention, seed, saliency_map, density_map=density_map)


def emd(saliency_map, density_map, *, convention="mit", seed=0):
    """Earth mover's distance of the two maps, in pixels of the shrunk maps; 0 is perfect.

    Raises ImportError, saying what to install, without the package POT.
    """
    return _score("EMD", convention, seed, saliency_map, density_map=density_map)


def information_gain(saliency_map, fixations, baseline_map, *, convention="mit", seed=0):
    """Bits per fixation by which the map predicts better than the baseline map."""
    truth = {"fixations": fixations, "baseline_map": baseline_map}
    return _score("IG", convention, seed, saliency_map, **truth)


# short name -> function, in the order of tables
FIXATION_METRICS = {
    "AUC": auc,
    "AUC-Judd": auc_judd,
    "AUC-Borji": auc_borji,
    "sAUC": shuffled_auc,
    "NSS": nss,
    "CC": cc,
    "SIM": similarity,
    "KLD": kl_divergence,
    "IG": information_gain,
    "EMD": emd,
}


def fixation_scores(
    saliency_map,
    *,
    names=None,
    convention="mit",
    fixations=None,
    density_map=None,
    other_fixations=None,
    other_counts=None,
    baseline_map=None,
    seed=0,
):
    """Compute several metrics of one map at once, sharing the work.

    Args:
        saliency_map: (rows, columns).
        names: short names, keys of `FIXATION_METRICS`; None: all of the convention.
        convention: its name or a `Convention`.
        fixations: (n, 2), for AUCs, NSS and IG.
        density_map: (rows, columns), for CC, SIM, KLD and EMD.
        other_fixations: (n, 2), for sAUC; or
        other_counts: their count per pixel (rows, columns), faster for many.
        baseline_map: (rows, columns), for IG.
        seed: for what the convention draws at random.

    Returns:
        {short name: float}, without the metrics that the convention does not have;
        NaN where what a metric is measured against is None.

    Raises:
        ValueError: an unknown name, or a shape that does not fit.
    """
    chosen = find_convention(convention)
    names = chosen.metrics if names is None else names
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
    return {name: _of(case, name) for name in names if name in chosen.metrics}


def _score(name, convention, seed, saliency_map, **truth):
    chosen = find_convention(convention)
    if name not in chosen.metrics:
        having = [other for other, item in CONVENTIONS.items() if name in item.metrics]
        raise ValueError(
            f"Convention {chosen.name} has no {name}; {' and '.join(having)} have it."
            if len(having) > 1
            else f"Convention {chosen.name} has no {name}; {having[0]} has it."
        )
    return _of(FixationCase(saliency_map, chosen, seed, **truth), name)


def _of(case, name):
    return float(getattr(case, FIXATION_METRICS[name].__name__)())
