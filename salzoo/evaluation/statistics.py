"""How sure a difference is: bootstrap intervals, tests on pairs, ranks of models.

Values are one number an image (or a run), float64. NaN, where a metric is not
defined, is left out; in a pair, both are. An infinite value (a map that says 0 where
somebody looked) makes means infinite and leaves tests without an answer.

Every random draw comes from `seed`, so that a table can be made again to the last
digit. p values stand for one comparison each: who makes many must expect some to be
small by chance.
"""

import warnings

import numpy as np

RESAMPLES = 5000
FLIPS = 10_000
# Weakly correlated with each other, so that together they rank fairly (MSI-Net, section 4.3).
RANKED = ("sAUC", "CC", "KLD")
LOWER_IS_BETTER = frozenset({"KLD", "EMD", "MAE"})
# Draws are made so many numbers at a time, 64 MB, whatever the size of the data set.
_AT_ONCE = 8_000_000


def bootstrap_interval(values, *, seed=0, level=0.95, resamples=RESAMPLES, statistic=None):
    """Return the percentile interval of a mean over images drawn with replacement.

    Args:
        values: (images,), or (images, ...): several quantities of the same images,
            which share their draws. The draws are most of the work: give all
            metrics of all models at once.
        level: share of the resampled means that lies in the interval.
        statistic: what the interval is of, as a function of the resampled means
            (resamples, ...) that keeps the first axis. None: the mean itself. For
            the maximal F of a data set give the images' curves (images, 256) and
            `lambda means: means.max(axis=-1)`.

    Returns:
        low, high: floats, or float64 arrays where there are several quantities;
        NaN where no image has a value.

    Efron and Tibshirani, An introduction to the bootstrap (1993), section 13.3.
    """
    values = np.asarray(values, "float64")
    resampled = np.concatenate(
        [
            means if statistic is None else statistic(means)
            for means in _resampled_means(values, seed, resamples)
        ]
    )
    tails = [(1 - level) / 2, (1 + level) / 2]
    # With few values, a draw may hold none of them: such draws do not count.
    quantile = np.nanquantile if np.isnan(resampled).any() else np.quantile
    # Between an infinite and a finite one there is no value to interpolate.
    method = "nearest" if np.isinf(resampled).any() else "linear"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of columns without any value
        low, high = quantile(resampled, tails, axis=0, method=method)
    return (float(low), float(high)) if low.ndim == 0 else (low, high)


def _resampled_means(values, seed, resamples):
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


def paired_t_test(first, second):
    """Return the two-tailed p value that the mean difference of pairs is 0.

    NaN with fewer than two pairs, or where all differences are the same.
    """
    return _t_test(first, second, "two-sided")


def one_tailed_t_test(first, second, *, higher_is_better=True):
    """Return the p value that `first` is better than `second`, one-tailed, paired.

    MSI-Net's test (tables 6 and A.8): a value is the mean of one training run, ten
    of which stand on either side; runs with the same place are a pair.

    Args:
        first, second: (runs,).
        higher_is_better: False for KLD, EMD and MAE.
    """
    return _t_test(first, second, "greater" if higher_is_better else "less")


def _t_test(first, second, alternative):
    differences = _differences(first, second)
    if len(differences) < 2 or not np.isfinite(differences).all() or np.ptp(differences) == 0:
        return float("nan")
    from scipy import stats  # takes a second to import

    return float(stats.ttest_1samp(differences, 0.0, alternative=alternative).pvalue)


def permutation_test(first, second, *, seed=0, flips=FLIPS):
    """Return the two-tailed p value that either side of a pair may be the other.

    If so, the sign of each pair's difference is a coin's: p is the share of sign
    patterns whose mean is at least as far from 0 as the one observed. All patterns
    are tried where they are not more than `flips` (13 pairs), else `flips` drawn
    ones, the observed one counted among them, so that p is never 0.

    Good, Permutation, parametric and bootstrap tests of hypotheses (2005),
    section 3.6; Phipson and Smyth (2010) for the observed one.
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
        count += np.count_nonzero(np.abs(_flipped(patterns, differences)) >= reached)
    return (1 + count) / (1 + flips)


def _flipped(patterns, differences):
    """Return the sums (patterns,) of differences whose sign is turned where a pattern has 1."""
    return differences.sum() - 2.0 * (patterns @ differences)


def _differences(first, second):
    first, second = (np.asarray(side, "float64") for side in (first, second))
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError(f"Pairs need two rows of equal length, not {first.shape}, {second.shape}.")
    defined = ~np.isnan(first) & ~np.isnan(second)
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        return first[defined] - second[defined]


def better(metric, first, second):
    """Return by how much `first` is better than `second`, whatever way the metric points."""
    return second - first if metric in LOWER_IS_BETTER else first - second


def cumulative_rank(means, metrics=RANKED):
    """Return {model: sum of its ranks}, the smaller the better.

    The standard competition ranking of the models in each metric (equal values
    share the better rank, and the next rank is left out), summed over metrics that
    say different things: MSI-Net, section 4.3.

    Args:
        means: {model: {metric: mean}}.
        metrics: those to rank by; KLD and EMD are better if lower.

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
