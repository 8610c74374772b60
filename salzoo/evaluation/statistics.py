"""Bootstrap intervals, paired tests and cumulative ranks.

Values are one number per image or per run, float64. NaN, where a metric is undefined,
is left out; of a pair, both values are. An infinite value (a map that is 0 at a
fixation) makes means infinite and p values NaN.

All random draws come from `seed`, so results are reproducible to the last digit. p
values are not corrected for multiple comparisons.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from salzoo.evaluation.metric_properties import LOWER_IS_BETTER

RESAMPLES = 5000
FLIPS = 10_000
# Metrics of the cumulative rank: weakly correlated with each other (MSI-Net, section 4.3).
RANKED = ("sAUC", "CC", "KLD")
# Numbers drawn at a time: 64 MB, whatever the size of the dataset.
_AT_ONCE = 8_000_000


def bootstrap_interval(
    values: npt.ArrayLike,
    *,
    seed: int = 0,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    statistic: Callable[[np.ndarray], np.ndarray] | None = None,
) -> tuple[float, float] | tuple[np.ndarray, np.ndarray]:
    """Return the percentile interval of a mean over images drawn with replacement.

    Source: Efron and Tibshirani, An introduction to the bootstrap (1993), section 13.3.

    Args:
        values: (images,), or (images, ...) for several quantities of the same images,
            which share their draws. The draws are most of the work: give all metrics of
            all models at once.
        seed: of the draws.
        level: share of the resampled means that lies in the interval.
        resamples: number of draws.
        statistic: function of the resampled means (resamples, ...) that keeps the first
            axis, whose interval is returned. None: the mean itself. For the maximal F of a
            dataset give the images' curves (images, 256) and
            `lambda means: means.max(axis=-1)`.

    Returns:
        low, high: floats, or float64 arrays where there are several quantities;
        NaN where no image has a value.
    """
    values = np.asarray(values, "float64")
    resampled = np.concatenate(
        [
            means if statistic is None else statistic(means)
            for means in _resampled_means(values, seed, resamples)
        ]
    )
    tails = [(1 - level) / 2, (1 + level) / 2]
    # With few values, a draw may hold none of them; such draws are left out.
    quantile: Callable[..., np.ndarray] = (
        np.nanquantile if np.isnan(resampled).any() else np.quantile
    )
    # Between an infinite and a finite one there is no value to interpolate.
    method = "nearest" if np.isinf(resampled).any() else "linear"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of columns without any value
        low, high = quantile(resampled, tails, axis=0, method=method)
    return (float(low), float(high)) if low.ndim == 0 else (low, high)


def _resampled_means(values: np.ndarray, seed: int, resamples: int) -> Iterator[np.ndarray]:
    """Yield means (some, ...) of images drawn with replacement, NaN left out."""
    images = len(values)
    columns = values.reshape(images, int(np.prod(values.shape[1:])))
    defined = ~np.isnan(columns)
    filled = np.where(np.isfinite(columns), columns, 0.0)
    infinite = np.isinf(columns)
    random = np.random.default_rng(seed)
    step = max(1, _AT_ONCE // max(1, *columns.shape))
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        drawn = random.integers(0, max(1, images), (rows, images))
        drawn += images * np.arange(rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=rows * images).reshape(rows, images)
        counts = counts.astype("float64")
        size = images if images and defined.all() else counts @ defined
        with np.errstate(invalid="ignore"):
            means = counts @ filled / size
            if infinite.any():  # 0 times infinity is no number: they are put in afterwards
                for sign in (-1, 1):
                    drawn_so = counts @ (columns == sign * np.inf) > 0
                    means = means + np.where(drawn_so, sign * np.inf, 0.0)
        yield means.reshape(rows, *values.shape[1:])


def paired_t_test(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Return the two-tailed p value of a paired t-test.

    Args:
        first: (images,).
        second: (images,), in the same order.

    Returns:
        p value; NaN with fewer than two pairs, or where all differences are the same.
    """
    return _t_test(first, second, "two-sided")


def one_tailed_t_test(
    first: npt.ArrayLike, second: npt.ArrayLike, *, higher_is_better: bool = True
) -> float:
    """Return the one-tailed p value of a paired t-test that `first` is better than `second`.

    The test of MSI-Net (tables 6 and A.8): a value is the mean of one training run, with
    ten runs a side; runs with the same index are a pair.

    Args:
        first: (runs,).
        second: (runs,).
        higher_is_better: False for KLD, EMD and MAE.
    """
    return _t_test(first, second, "greater" if higher_is_better else "less")


def _t_test(first: npt.ArrayLike, second: npt.ArrayLike, alternative: str) -> float:
    differences = _differences(first, second)
    if len(differences) < 2 or not np.isfinite(differences).all() or np.ptp(differences) == 0:
        return float("nan")
    from scipy import stats  # takes a second to import

    return float(stats.ttest_1samp(differences, 0.0, alternative=alternative).pvalue)


def permutation_test(
    first: npt.ArrayLike, second: npt.ArrayLike, *, seed: int = 0, flips: int = FLIPS
) -> float:
    """Return the two-tailed p value of a paired permutation test (sign flips).

    p is the share of sign patterns whose mean difference is at least as far from 0 as the
    observed one. Up to `flips` patterns (13 pairs) all are tried. With more, `flips`
    patterns are drawn and the observed one is added to them, so that p is never 0.

    Sources: Good, Permutation, parametric and bootstrap tests of hypotheses (2005),
    section 3.6; Phipson and Smyth (2010) for the observed pattern.

    Args:
        first: (images,).
        second: (images,), in the same order.
        seed: of the drawn patterns.
        flips: largest number of patterns.

    Returns:
        p value; NaN without pairs, or where a difference is infinite.
    """
    differences = _differences(first, second)
    pairs = len(differences)
    if pairs == 0 or not np.isfinite(differences).all():
        return float("nan")
    observed = abs(differences.sum())
    reached = observed - 1e-12 * np.abs(differences).sum()  # sums in another order differ
    if 2**pairs <= flips:
        patterns = np.arange(2**pairs)[:, None] >> np.arange(pairs) & 1
        return float(np.mean(np.abs(_flipped(patterns, differences)) >= reached))
    random = np.random.default_rng(seed)
    step = max(1, _AT_ONCE // pairs)
    count = 0
    for start in range(0, flips, step):
        patterns = random.integers(0, 2, (min(step, flips - start), pairs), "uint8")
        count += int(np.count_nonzero(np.abs(_flipped(patterns, differences)) >= reached))
    return (1 + count) / (1 + flips)


def _flipped(patterns: np.ndarray, differences: np.ndarray) -> np.ndarray:
    """Return the sums (patterns,) of the differences, with flipped signs where a pattern is 1."""
    return differences.sum() - 2.0 * (patterns @ differences)


def _differences(first: npt.ArrayLike, second: npt.ArrayLike) -> np.ndarray:
    """Return first minus second where both are defined."""
    first, second = (np.asarray(side, "float64") for side in (first, second))
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"Pairs need two rows of equal length, not {first.shape}, {second.shape}.")
    defined = ~np.isnan(first) & ~np.isnan(second)
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        return first[defined] - second[defined]


def mean_of_defined(values: np.ndarray) -> float:
    """Return the mean of the values that are not NaN; NaN if there are none."""
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        return float(np.nanmean(values)) if not np.isnan(values).all() else float("nan")


def improvement(metric: str, first: float, second: float) -> float:
    """Return by how much `first` is better than `second`, above 0 if it is.

    Args:
        metric: name, which decides whether higher or lower values are better.
        first: a value.
        second: a value.
    """
    return second - first if metric in LOWER_IS_BETTER else first - second


def cumulative_rank(
    means: Mapping[str, Mapping[str, float]], metrics: Sequence[str] = RANKED
) -> dict[str, int]:
    """Return the sum of each model's ranks over metrics, lower is better.

    The standard competition ranking (equal values share the better rank, and the next
    rank is left out) in each metric, summed (MSI-Net, section 4.3).

    Args:
        means: {model: {metric: mean}}.
        metrics: those to rank by.

    Returns:
        {model: sum of its ranks}.

    Raises:
        ValueError: a model lacks one of the metrics, or its mean is NaN.
    """
    from scipy import stats  # takes a second to import

    totals = dict.fromkeys(means, 0)
    for metric in metrics:
        values = [by_metric.get(metric, np.nan) for by_metric in means.values()]
        if np.isnan(values).any():
            raise ValueError(f"Not every model has a mean of {metric}, so they cannot be ranked.")
        order = values if metric in LOWER_IS_BETTER else np.negative(values)
        for model, rank in zip(means, stats.rankdata(order, method="min"), strict=True):
            totals[model] += int(rank)
    return totals
