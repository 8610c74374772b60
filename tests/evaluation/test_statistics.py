"""Statistics against scipy, numpy loops, hand-made cases and the tables of MSI-Net."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from salzoo.evaluation import statistics

# MSI-Net, tables 1 and 2: sAUC, CC and KLD of its groups of models, in the paper's order.
MIT300 = (
    {
        "DenseSal": (0.72, 0.79, 0.48),
        "DPNSal": (0.74, 0.82, 0.91),
        "SALICON": (0.74, 0.74, 0.54),
        "DSCLRCN": (0.72, 0.80, 0.95),
        "DeepFix": (0.71, 0.78, 0.63),
        "EML-NET": (0.70, 0.79, 0.84),
        "DeepGaze II": (0.72, 0.52, 0.96),
        "SAM-VGG": (0.71, 0.77, 1.13),
        "ML-Net": (0.70, 0.67, 1.10),
        "SAM-ResNet": (0.70, 0.78, 1.27),
        "DeepGaze I": (0.66, 0.48, 1.23),
    },
    {"Judd": (0.60, 0.47, 1.12), "eDN": (0.62, 0.45, 1.14)},
    {"GBVS": (0.63, 0.48, 0.87), "Itti": (0.63, 0.37, 1.03), "SUN": (0.61, 0.25, 1.27)},
    {"MSI-Net": (0.72, 0.79, 0.66)},
)
CAT2000 = (
    {
        "SAM-VGG": (0.58, 0.89, 0.54),
        "SAM-ResNet": (0.58, 0.89, 0.56),
        "DeepFix": (0.58, 0.87, 0.37),
        "EML-NET": (0.59, 0.88, 0.96),
    },
    {"Judd": (0.56, 0.54, 0.94), "eDN": (0.55, 0.54, 0.97)},
    {"Itti": (0.59, 0.42, 0.92), "GBVS": (0.58, 0.50, 0.80), "SUN": (0.57, 0.30, 2.22)},
    {"MSI-Net": (0.59, 0.87, 0.36)},
)


def named(rows):
    return {model: dict(zip(statistics.RANKED, row, strict=True)) for model, row in rows.items()}


def test_the_bootstrap_covers_the_true_mean_as_often_as_it_says(random):
    values = random.exponential(size=(60, 400))  # 400 data sets of 60 images, true mean 1
    low, high = statistics.bootstrap_interval(values, level=0.9, resamples=1000)
    assert 0.84 < np.mean((low <= 1) & (1 <= high)) < 0.92


def test_the_bootstrap_agrees_with_scipy(random):
    values = random.normal(3, 2, 80)
    oracle = stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=20000, random_state=random
    ).confidence_interval
    ours = statistics.bootstrap_interval(values, resamples=20000)
    np.testing.assert_allclose(ours, oracle, atol=0.02)


def test_the_bootstrap_leaves_out_nan_as_a_loop_does():
    values = np.array([1.0, np.nan, 3.0, 7.0, np.nan])
    drawn = np.random.default_rng(5).integers(0, 5, (400, 5))
    means = [np.nanmean(values[row]) for row in drawn if not np.isnan(values[row]).all()]
    ours = statistics.bootstrap_interval(values, seed=5, resamples=400)
    np.testing.assert_allclose(ours, np.quantile(means, [0.025, 0.975]))


def test_the_bootstrap_of_a_maximum_resamples_the_curves(random):
    curves = random.random((30, 11))
    drawn = np.random.default_rng(0).integers(0, 30, (500, 30))
    maxima = [curves[row].mean(axis=0).max() for row in drawn]
    ours = statistics.bootstrap_interval(
        curves, resamples=500, statistic=lambda means: means.max(axis=-1)
    )
    np.testing.assert_allclose(ours, np.quantile(maxima, [0.025, 0.975]))


def test_the_bootstrap_of_many_is_that_of_each_and_needs_no_memory_at_once(random, monkeypatch):
    values = random.random((40, 2, 3))
    values[5, 0, 1] = np.nan
    low, high = statistics.bootstrap_interval(values, resamples=300)
    assert low.shape == (2, 3) and (low < high).all()
    alone = statistics.bootstrap_interval(values[:, 0, 1], resamples=300)
    np.testing.assert_allclose((low[0, 1], high[0, 1]), alone)
    monkeypatch.setattr(statistics, "_AT_ONCE", 40 * 7)
    np.testing.assert_allclose(statistics.bootstrap_interval(values, resamples=300), (low, high))


def test_the_bootstrap_of_what_has_no_value():
    assert np.isnan(statistics.bootstrap_interval(np.full(4, np.nan), resamples=50)).all()
    assert np.isnan(statistics.bootstrap_interval(np.empty(0), resamples=50)).all()
    low, high = statistics.bootstrap_interval(
        np.array([[1.0, np.nan], [2.0, np.nan]]), resamples=50
    )
    assert low[0] < high[0] and np.isnan([low[1], high[1]]).all()
    assert statistics.bootstrap_interval([2.0, 2.0, 2.0]) == (2.0, 2.0)


def test_infinite_values_make_infinite_means():
    values = np.array([[1.0, -np.inf, np.inf], [2.0, 3.0, -np.inf], [4.0, 5.0, 0.0]])
    drawn = np.random.default_rng(0).integers(0, 3, (300, 3))
    means = np.array([values[row, 1].mean() for row in drawn])
    low, high = statistics.bootstrap_interval(values, resamples=300)
    assert low[1] == -np.inf == np.sort(means)[7]
    assert high[1] == np.quantile(means, 0.975, method="nearest")
    assert (low[0], high[0]) == (1, 4)
    assert (low[2], high[2]) == (-np.inf, np.inf)
    for test in (statistics.paired_t_test, statistics.permutation_test):
        assert np.isnan(test([1.0, -np.inf, 2.0], [0.0, 0.0, 1.0]))
        assert np.isnan(test([1.0, -np.inf, 2.0], [0.0, -np.inf, 1.0]))


def test_t_tests_agree_with_scipy_and_leave_out_incomplete_pairs(random):
    first, second = random.normal(0.2, 1, 25), random.normal(0, 1, 25)
    whole = stats.ttest_rel(first, second).pvalue
    assert statistics.paired_t_test(first, second) == pytest.approx(whole, rel=1e-12)
    with_gaps = np.append(first, [np.nan, 3.0]), np.append(second, [1.0, np.nan])
    assert statistics.paired_t_test(*with_gaps) == pytest.approx(whole, rel=1e-12)
    for higher, alternative in ((True, "greater"), (False, "less")):
        oracle = stats.ttest_rel(first, second, alternative=alternative).pvalue
        ours = statistics.one_tailed_t_test(first, second, higher_is_better=higher)
        assert ours == pytest.approx(oracle, rel=1e-12)


def test_the_one_tailed_test_by_hand():
    # differences 1, 2, 3: mean 2, sd 1, t = 2 sqrt(3); for 2 degrees of freedom
    # P(T > t) = 1/2 - t / (2 sqrt(2 + t^2)).
    t = 2 * 3**0.5
    by_hand = 0.5 - t / (2 * (2 + t * t) ** 0.5)
    assert statistics.one_tailed_t_test([2, 4, 6], [1, 2, 3]) == pytest.approx(by_hand)
    assert statistics.one_tailed_t_test(
        [2, 4, 6], [1, 2, 3], higher_is_better=False
    ) == pytest.approx(1 - by_hand)


def test_tests_without_an_answer():
    assert np.isnan(statistics.paired_t_test([1.0], [2.0]))
    assert np.isnan(statistics.paired_t_test([1.0, 2.0], [1.0, 2.0]))
    assert np.isnan(statistics.permutation_test([np.nan], [1.0]))
    assert statistics.permutation_test([1.0, 2.0], [1.0, 2.0]) == 1
    with pytest.raises(ValueError, match="equal length"):
        statistics.paired_t_test([1.0], [1.0, 2.0])


def test_the_permutation_test_of_few_pairs_tries_every_pattern(random):
    differences = random.normal(0.4, 1, 7)
    sums = [abs(np.dot(signs, differences)) for signs in itertools.product((1, -1), repeat=7)]
    exact = np.mean(np.array(sums) >= abs(differences.sum()) - 1e-12)
    assert statistics.permutation_test(differences, np.zeros(7)) == exact
    # All differences positive: only two of the 32 patterns reach the observed one.
    assert statistics.permutation_test([1, 2, 3, 4, 5], [0] * 5) == 2 / 32


def test_the_permutation_test_of_many_pairs_agrees_with_scipy(random):
    first, second = random.normal(0.25, 1, 60), random.normal(0, 1, 60)
    oracle = stats.permutation_test(
        (first, second),
        lambda a, b, axis: np.mean(a - b, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=20000,
        random_state=random,
    ).pvalue
    ours = statistics.permutation_test(first, second, flips=20000)
    assert ours == pytest.approx(oracle, abs=0.015)
    assert ours == statistics.permutation_test(first, second, flips=20000)
    clear = statistics.permutation_test(np.arange(50) + 9.0, np.zeros(50), flips=1000)
    assert clear == 1 / 1001


# Millionths: in 5e-324 times a half nothing is left.
SCORES = st.integers(-5_000_000, 5_000_000).map(lambda millionths: millionths / 1e6)


@settings(max_examples=30)
@given(st.lists(SCORES, min_size=2, max_size=12), st.floats(0.1, 10))
def test_tests_do_not_depend_on_sides_or_units(differences, unit):
    zeros = np.zeros(len(differences))
    for test in (statistics.paired_t_test, statistics.permutation_test):
        p = test(differences, zeros)
        np.testing.assert_allclose(test(zeros, differences), p, rtol=1e-6)
        assert np.isnan(p) or 0 <= p <= 1
    scaled = statistics.permutation_test(np.multiply(differences, unit), zeros)
    assert scaled == statistics.permutation_test(differences, zeros)


def test_ranks_by_hand():
    means = named({"a": (0.7, 0.5, 0.9), "b": (0.7, 0.6, 0.8), "c": (0.6, 0.4, 0.8)})
    # sAUC 1 1 3, CC 2 1 3, KLD (lower is better) 3 1 1: equals share the better rank.
    assert statistics.cumulative_rank(means) == {"a": 6, "b": 3, "c": 7}


@pytest.mark.parametrize(("groups", "place"), [(MIT300, 3), (CAT2000, 1)])
def test_ranks_sort_the_models_as_msinet_does(groups, place):
    """Ranked in the whole table, each of its groups is in the paper's order."""
    ranks = statistics.cumulative_rank(
        named({key: row for group in groups for key, row in group.items()})
    )
    for group in groups:
        totals = [ranks[model] for model in group]
        assert totals == sorted(totals)
    assert sorted(ranks.values()).index(ranks["MSI-Net"]) + 1 == place


def test_ranks_need_every_metric():
    with pytest.raises(ValueError, match="mean of KLD"):
        statistics.cumulative_rank({"a": {"sAUC": 1.0, "CC": 1.0}})
