"""Areas under ROC curves: AUC, AUC-Judd, AUC-Borji and shuffled AUC."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from salzoo.metrics import roc
from salzoo.metrics.conventions import Convention
from salzoo.metrics.fixation_case import FixationCase, score_one
from salzoo.metrics.metric import Metric


def auc(
    saliency_map: ArrayLike,
    fixations: ArrayLike,
    *,
    convention: str | Convention = "tuebingen",
    seed: int = 0,
) -> float:
    """Area under the ROC curve, fixated pixels against all or random ones; not in mit.

    Args:
        saliency_map: (rows, columns), any numeric type.
        fixations: (n, 2), x and y in pixels, 0-based.
        convention: its name or a `Convention`.
        seed: of the random pixels.

    Returns:
        0..1, 0.5 is chance; NaN where it is undefined.

    Raises:
        ValueError: the convention does not define it, or a shape does not fit.
    """
    return score_one(AUC, convention, seed, saliency_map, fixations=fixations)


def auc_judd(
    saliency_map: ArrayLike,
    fixations: ArrayLike,
    *,
    convention: str | Convention = "mit",
    seed: int = 0,
) -> float:
    """Area under the ROC curve with thresholds at the fixated values (Judd et al., 2009).

    Args:
        saliency_map: (rows, columns), any numeric type.
        fixations: (n, 2), x and y in pixels, 0-based.
        convention: its name or a `Convention`.
        seed: of the noise against ties.

    Returns:
        0..1, 0.5 is chance; NaN where it is undefined.

    Raises:
        ValueError: the convention does not define it, or a shape does not fit.
    """
    return score_one(AUC_JUDD, convention, seed, saliency_map, fixations=fixations)


def auc_borji(
    saliency_map: ArrayLike,
    fixations: ArrayLike,
    *,
    convention: str | Convention = "mit",
    seed: int = 0,
) -> float:
    """Area under the ROC curve against as many random pixels, thresholds in steps.

    Args:
        saliency_map: (rows, columns), any numeric type.
        fixations: (n, 2), x and y in pixels, 0-based.
        convention: its name or a `Convention`.
        seed: of the random pixels.

    Returns:
        0..1, 0.5 is chance; NaN where it is undefined.

    Raises:
        ValueError: the convention does not define it, or a shape does not fit.
    """
    return score_one(AUC_BORJI, convention, seed, saliency_map, fixations=fixations)


def shuffled_auc(
    saliency_map: ArrayLike,
    fixations: ArrayLike,
    other_fixations: ArrayLike | None = None,
    *,
    other_counts: ArrayLike | None = None,
    convention: str | Convention = "mit",
    seed: int = 0,
) -> float:
    """Area under the ROC curve against fixations on other images, which removes centre bias.

    Args:
        saliency_map: (rows, columns), any numeric type.
        fixations: (n, 2), x and y in pixels, 0-based.
        other_fixations: (n, 2), on other images, scaled to the size of this image.
        other_counts: (rows, columns), the same as a count per pixel, faster for many.
        convention: its name or a `Convention`.
        seed: of the drawn negatives.

    Returns:
        0..1, 0.5 is chance; NaN where it is undefined.

    Raises:
        ValueError: the convention does not define it, or a shape does not fit.
    """
    return score_one(
        SHUFFLED_AUC,
        convention,
        seed,
        saliency_map,
        fixations=fixations,
        other_fixations=other_fixations,
        other_counts=other_counts,
    )


def _compute_auc(case: FixationCase) -> float:
    if case.convention.area == "ranks":
        return case.placement.area()
    return _area_against_random_pixels(case)


def _compute_judd(case: FixationCase) -> float:
    convention, values = case.convention, case.map
    if convention.jitter:
        values = values + roc.jitter(
            convention.jitter, convention.jitter_scale, case.seed, values.shape
        )
    elif case.constant and convention.judd_ties == "index":
        return np.nan
    return roc.judd_area(values.ravel(), case.pixels, convention.judd_ties)


def _area_against_random_pixels(case: FixationCase) -> float:
    convention, fixated = case.convention, case.pixels.size
    if fixated < convention.fewest_fixations:
        return np.nan
    random = np.random.default_rng(case.seed)
    size = (convention.splits, convention.negatives or fixated)
    return _stepped_area(case, random.integers(case.map.size, size=size))


def _compute_shuffled(case: FixationCase) -> float:
    convention = case.convention
    if convention.area == "ranks":
        return case.placement.area(case.others)
    others = np.repeat(np.arange(case.map.size), case.others)
    if not convention.other_draws:
        return _stepped_area(case, [others])
    random = np.random.default_rng(case.seed)
    count = min(case.pixels.size, others.size)
    draws = (random.choice(others, count, replace=False) for _ in range(convention.splits))
    return _stepped_area(case, draws)


def _stepped_area(case: FixationCase, draws: Iterable[np.ndarray]) -> float:
    """Return the mean area over draws of negatives, flat indices of pixels."""
    convention, spread = case.convention, np.ptp(case.map)
    if spread == 0:
        return convention.constant_area
    values = ((case.map - case.map.min()) / spread).ravel()
    fixated, step, last = values[case.pixels], convention.threshold_step, convention.last_threshold
    areas = [roc.stepped_area(fixated, values[pixels], step, last) for pixels in draws]
    return float(np.mean(areas))


def describe_fixated(convention: Convention) -> str:
    """Return in words which fixations a convention counts."""
    return "every fixation" if convention.repeats else "fixated pixels, each once"


def _describe_steps(convention: Convention) -> str:
    end = "up to the largest value" if convention.last_threshold else "below the largest value"
    return f"thresholds 0, {convention.threshold_step}, ... {end} on the map stretched to 0..1"


def _describe_draws(convention: Convention) -> str:
    return f"mean of {convention.splits} draws, " if convention.splits > 1 else ""


def _describe_random(convention: Convention) -> str:
    count = f"{convention.negatives:,}" if convention.negatives else "as many"
    return (
        f"Area under the ROC curve, {_describe_draws(convention)}of "
        f"{describe_fixated(convention)} against {count} pixels drawn from the whole image with "
        f"replacement, {_describe_steps(convention)}."
    )


def _describe_auc(convention: Convention) -> str:
    if convention.area == "sampled":
        return _describe_random(convention)
    return (
        f"Exact area under the ROC curve of {describe_fixated(convention)} against all pixels, "
        "fixated ones included; equal values count half."
    )


def _describe_judd(convention: Convention) -> str:
    noise = {
        "uniform": f"a jitter drawn evenly from 0 to {convention.jitter_scale:g}",
        "normal": f"normal noise of deviation {convention.jitter_scale:g}",
        None: "nothing",
    }[convention.jitter]
    ties = "one at a time" if convention.judd_ties == "index" else "equal ones together"
    return (
        f"Area under the ROC curve of {describe_fixated(convention)} against all unfixated "
        f"pixels, {noise} added to the map, thresholds at the fixated values ({ties}), trapezoids."
    )


def _describe_shuffled(convention: Convention) -> str:
    number = convention.other_images
    images = f"{number} other images" if number else "all other images"
    counted = {
        "fixation": "every fixation",
        "image": "fixated pixels, each once an image,",
        None: "fixated pixels, each once,",
    }[convention.other_repeats]
    own = "" if convention.other_own else " but not on this image"
    how = _describe_steps(convention)
    if convention.area == "ranks":
        how = "exact, equal values count half"
    elif convention.other_draws:
        how = f"{_describe_draws(convention)}as many drawn without replacement, {how}"
    return (
        f"Area under the ROC curve of {describe_fixated(convention)} against {counted} on "
        f"{images}{own}: {how}."
    )


AUC = Metric(
    name="AUC",
    compute=_compute_auc,
    describe=_describe_auc,
    lower_is_better=False,
    needs=("fixations",),
    conventions=("tuebingen", "salicon"),
)
AUC_JUDD = Metric(
    name="AUC-Judd",
    compute=_compute_judd,
    describe=_describe_judd,
    lower_is_better=False,
    needs=("fixations",),
    conventions=("mit", "tuebingen"),
)
AUC_BORJI = Metric(
    name="AUC-Borji",
    compute=_area_against_random_pixels,
    describe=_describe_random,
    lower_is_better=False,
    needs=("fixations",),
    conventions=("mit",),
)
SHUFFLED_AUC = Metric(
    name="sAUC",
    compute=_compute_shuffled,
    describe=_describe_shuffled,
    lower_is_better=False,
    needs=("fixations", "other_fixations"),
    conventions=("mit", "tuebingen", "salicon"),
)
