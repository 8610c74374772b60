"""Against the published definitions, re-derived slowly, and against known answers."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salzoo import metrics
from tests.real_data import require_data

EPS = np.finfo(float).eps


def unique_pixels(fixations):
    return sorted({(int(np.floor(y)), int(np.floor(x))) for x, y in fixations})


def trapezoids(points):
    points = [(0.0, 0.0), *points, (1.0, 1.0)]
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in itertools.pairwise(points))


def slow_auc_judd(saliency_map, fixations, seed):
    """AUC_Judd.m, threshold by threshold, with the same draw of its jitter."""
    map_ = saliency_map + np.random.default_rng(seed).random(saliency_map.shape) / 1e7
    pixels = unique_pixels(fixations)
    points = []
    for number, threshold in enumerate(sorted((map_[p] for p in pixels), reverse=True), start=1):
        above = (map_ >= threshold).sum()
        points.append(((above - number) / (map_.size - len(pixels)), number / len(pixels)))
    return trapezoids(points)


def slow_stepped(positives, negatives, thresholds):
    positives, negatives = np.array(positives), np.array(negatives)
    return trapezoids(
        [((negatives >= t).mean(), (positives >= t).mean()) for t in thresholds[::-1]]
    )


def stretched(map_):
    return (map_ - map_.min()) / (map_.max() - map_.min())


def tenths(largest):
    return [k / 10 for k in range(11) if k / 10 <= largest]


def slow_auc_borji(saliency_map, fixations, seed):
    """AUC_Borji.m: 100 splits, as many random pixels, thresholds 0:0.1:max."""
    map_ = stretched(saliency_map)
    positives = [map_[p] for p in unique_pixels(fixations)]
    draws = np.random.default_rng(seed).integers(map_.size, size=(100, len(positives)))
    areas = []
    for draw in draws:
        negatives = map_.ravel()[draw]
        areas.append(slow_stepped(positives, negatives, tenths(max(*positives, *negatives))))
    return np.mean(areas)


def slow_auc_shuffled(saliency_map, fixations, others, seed):
    """AUC_shuffled.m: 100 splits without replacement from the other images' pixels."""
    map_ = stretched(saliency_map)
    positives = [map_[p] for p in unique_pixels(fixations)]
    places = np.array([row * map_.shape[1] + column for row, column in unique_pixels(others)])
    count = min(len(positives), len(places))
    random = np.random.default_rng(seed)
    areas = []
    for _ in range(100):
        negatives = map_.ravel()[random.choice(places, count, replace=False)]
        areas.append(slow_stepped(positives, negatives, tenths(max(*positives, *negatives))))
    return np.mean(areas)


def slow_nss(saliency_map, fixations):
    mean = saliency_map.sum() / saliency_map.size
    spread = np.sqrt(((saliency_map - mean) ** 2).sum() / (saliency_map.size - 1))
    return np.mean([(saliency_map[pixel] - mean) / spread for pixel in unique_pixels(fixations)])


def slow_similarity(first, second):
    first, second = stretched(first), stretched(second)
    first, second = first / first.sum(), second / second.sum()
    return sum(min(a, b) for a, b in zip(first.ravel(), second.ravel(), strict=True))


def slow_kld(prediction, truth):
    prediction, truth = prediction / prediction.sum(), truth / truth.sum()
    pairs = zip(prediction.ravel(), truth.ravel(), strict=True)
    return sum(q * np.log(EPS + q / (p + EPS)) for p, q in pairs)


def slow_information_gain(saliency_map, fixations, baseline):
    own, base = (stretched(map_) / stretched(map_).sum() for map_ in (saliency_map, baseline))
    return np.mean(
        [np.log2(EPS + own[p]) - np.log2(EPS + base[p]) for p in unique_pixels(fixations)]
    )


def slow_salicon_auc(saliency_map, fixations, others, seed):
    """auc.py and sauc.py: steps of 0.01 below the largest value."""
    map_ = stretched(saliency_map)
    pixels = [(int(np.floor(y)), int(np.floor(x))) for x, y in fixations]
    positives = np.array([map_[p] for p in pixels])
    if others is None:
        negatives = map_.ravel()[np.random.default_rng(seed).integers(map_.size, size=100_000)]
    else:
        negatives = [(int(np.floor(y)), int(np.floor(x))) for x, y in others]
        negatives = np.array([map_[p] for p in negatives if p not in pixels])
    thresholds = np.arange(0, max(positives.max(), negatives.max()), 0.01)
    return slow_stepped(positives, negatives, thresholds)


@st.composite
def scenes(draw):
    """A map without ties, a density, a baseline, fixations (one twice) and others'."""
    rows, columns = draw(st.integers(3, 12)), draw(st.integers(3, 12))
    random = np.random.default_rng(draw(st.integers(0, 9999)))
    map_, density, baseline = random.random((3, rows, columns)) ** 2
    points = random.random((draw(st.integers(2, 9)), 2)) * (columns, rows)
    others = random.random((draw(st.integers(9, 30)), 2)) * (columns, rows)
    return map_, density, baseline, np.concatenate([points, points[:1]]), others


@settings(max_examples=15)
@given(scenes(), st.integers(0, 3))
def test_mit_equals_the_slow_definitions(scene, seed):
    map_, density, baseline, fixations, others = scene
    expected = {
        "AUC-Judd": slow_auc_judd(map_, fixations, seed),
        "sAUC": slow_auc_shuffled(map_, fixations, others, seed),
        "NSS": slow_nss(map_, fixations),
        "CC": np.corrcoef(map_.ravel(), density.ravel())[0, 1],
        "SIM": slow_similarity(map_, density),
        "KLD": slow_kld(map_, density),
        "IG": slow_information_gain(map_, fixations, baseline),
    }
    if len(unique_pixels(fixations)) > 1:
        expected["AUC-Borji"] = slow_auc_borji(map_, fixations, seed)
    scores = metrics.fixation_scores(
        map_,
        names=expected,
        fixations=fixations,
        density_map=density,
        other_fixations=others,
        baseline_map=baseline,
        seed=seed,
    )
    assert scores == pytest.approx(expected, abs=1e-12)


@settings(max_examples=10)
@given(scenes(), st.integers(0, 3))
def test_salicon_equals_the_slow_definitions(scene, seed):
    map_, _, _, fixations, others = scene
    how = {"convention": "salicon", "seed": seed}
    assert metrics.auc(map_, fixations, **how) == pytest.approx(
        slow_salicon_auc(map_, fixations, None, seed)
    )
    pixels = [(int(np.floor(y)), int(np.floor(x))) for x, y in fixations]
    assert metrics.nss(map_, fixations, **how) == pytest.approx(
        np.mean([(map_[p] - map_.mean()) / map_.std() for p in pixels])
    )
    if set(unique_pixels(others)) - set(pixels):
        assert metrics.shuffled_auc(map_, fixations, others, **how) == pytest.approx(
            slow_salicon_auc(map_, fixations, others, seed)
        )


ALONE = {
    "AUC": metrics.auc,
    "AUC-Judd": metrics.auc_judd,
    "AUC-Borji": metrics.auc_borji,
    "sAUC": metrics.shuffled_auc,
    "NSS": metrics.nss,
    "CC": metrics.cc,
    "SIM": metrics.similarity,
    "KLD": metrics.kl_divergence,
    "IG": metrics.information_gain,
    "EMD": metrics.emd,
}


@pytest.mark.parametrize("convention", metrics.CONVENTIONS)
def test_all_at_once_are_the_functions_one_by_one(convention, random):
    map_, density, baseline = random.random((3, 130, 140))
    fixations, others = random.random((50, 2)) * 130, random.random((900, 2)) * 130
    inputs = {
        "fixations": fixations,
        "density_map": density,
        "other_fixations": others,
        "baseline_map": baseline,
    }
    scores = metrics.fixation_scores(map_, convention=convention, seed=3, **inputs)
    assert list(scores) == list(metrics.metrics_of(convention))
    wanted = {"sAUC": ["fixations", "other_fixations"], "IG": ["fixations", "baseline_map"]}
    wanted |= {name: ["density_map"] for name in ("CC", "SIM", "KLD", "EMD")}
    for name in ALONE.keys() & scores.keys():
        truth = [inputs[key] for key in wanted.get(name, ["fixations"])]
        alone = ALONE[name](map_, *truth, convention=convention, seed=3)
        assert alone == scores[name], name


def test_counts_of_others_are_the_same_as_their_points(random):
    map_ = random.random((40, 50))
    fixations, others = random.random((9, 2)) * 40, random.integers(0, 40, (3000, 2))
    counts = np.zeros(map_.shape, "uint16")
    np.add.at(counts, (others[:, 1], others[:, 0]), 1)
    for convention in metrics.CONVENTIONS:
        assert metrics.shuffled_auc(
            map_, fixations, other_counts=counts, convention=convention
        ) == pytest.approx(metrics.shuffled_auc(map_, fixations, others, convention=convention))


def test_many_pixels_and_many_fixations_keep_the_areas_exact(random):
    """Beyond the size where tables replace the search; ties, and values in one corner."""
    fixations = random.random((700, 2)) * (200, 150)
    columns, rows = np.floor(fixations).astype(int).T
    for map_ in (
        random.random((150, 200)),
        random.integers(0, 9, (150, 200)),
        random.random((150, 200)) ** 60,
        np.full((150, 200), 1e-320) * random.integers(0, 5, (150, 200)),
    ):
        values = map_.astype(float)
        positives = values[rows, columns][:, None]
        below = (values.ravel() < positives).mean(axis=1)
        equal = (values.ravel() == positives).mean(axis=1)
        assert metrics.auc(map_, fixations) == pytest.approx((below + equal / 2).mean(), abs=1e-12)


def test_known_answers():
    map_ = np.zeros((2, 2))
    map_[0, 1] = 1.0  # x = 1, y = 0
    for convention in metrics.CONVENTIONS:
        ddof = metrics.convention(convention).ddof
        spread = np.sqrt(0.75 / (4 - ddof))
        assert metrics.nss(map_, [(1, 0)], convention=convention) == pytest.approx(0.75 / spread)
        assert metrics.cc([[0.0, 1, 2]], [[2.0, 1, 0]], convention=convention) == pytest.approx(-1)
    assert metrics.auc_judd(map_, [(1.7, 0.2)]) == 1.0
    assert metrics.auc(map_, [(1.7, 0.2)]) == (3 + 0.5) / 4  # against all pixels, its own too
    assert metrics.auc(map_, [(0, 0)]) == 1.5 / 4
    assert metrics.shuffled_auc(map_, [(1, 0)], [(0, 0), (1, 1)], convention="tuebingen") == 1
    assert metrics.shuffled_auc(map_, [(1, 0)], [(0, 0), (1, 0)], convention="tuebingen") == 0.75
    assert metrics.similarity([[1.0, 0]], [[0, 1.0]]) == 0
    shifted = [[1.0, 2]]
    assert metrics.similarity(shifted, [[0.0, 1]]) == 1  # stretched first
    assert metrics.similarity(shifted, [[0.0, 1]], convention="tuebingen") == pytest.approx(2 / 3)
    assert metrics.kl_divergence([[1.0, 1]], [[1.0, 0]]) == pytest.approx(np.log(2))
    gain = metrics.information_gain([[3.0, 1]], [(0, 0)], [[1.0, 1]], convention="tuebingen")
    assert gain == pytest.approx(np.log2(0.75 / 0.5))


def test_thresholds_are_those_of_a_matlab_range():
    """0:0.1:1 has 3 * 0.1, which is not 0.3, and from the other end exactly 0.7 and 0.9."""
    from salzoo.metrics.roc import stepped_area

    on = [0.0, 0.1, 0.2, 3 * 0.1, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    for value in on:
        # One positive on a threshold, one negative just below it: told apart.
        pair = np.array([value, 1.0]), np.array([np.nextafter(value, -1), 1.0])
        assert stepped_area(*pair, 0.1, True) > 0.5
    assert stepped_area(np.array([0.3, 1.0]), np.array([0.25, 1.0]), 0.1, True) == 0.5


def test_repeated_fixations_count_as_the_convention_says():
    map_ = np.arange(12.0).reshape(3, 4)
    twice = [(3, 2), (3, 2), (0, 0)]
    assert metrics.nss(map_, twice) == pytest.approx(metrics.nss(map_, [(3, 2), (0, 0)]))
    deviations = (np.array([11, 11, 0]) - 5.5) / map_.std()
    for convention in ("tuebingen", "salicon"):
        assert metrics.nss(map_, twice, convention=convention) == pytest.approx(deviations.mean())
    assert metrics.auc(map_, twice) == pytest.approx((2 * 11.5 / 12 + 0.5 / 12) / 3)


def test_no_fixation_is_nan():
    map_, nothing = np.arange(12.0).reshape(3, 4), np.empty((0, 2))
    for convention in metrics.CONVENTIONS:
        scores = metrics.fixation_scores(
            map_,
            convention=convention,
            names=["AUC", "AUC-Judd", "AUC-Borji", "sAUC", "NSS", "IG"],
            fixations=nothing,
            other_fixations=[(0, 0)],
            baseline_map=map_,
        )
        assert scores and np.isnan(list(scores.values())).all()
    assert np.isnan(metrics.auc_borji(map_, [(1, 1)]))  # the code needs two
    assert not np.isnan(metrics.auc_judd(map_, [(1, 1)]))
    assert np.isnan(metrics.shuffled_auc(map_, [(1, 1)], nothing))
    everywhere = [(x, y) for x in range(4) for y in range(3)]
    for convention in ("mit", "tuebingen"):
        assert np.isnan(metrics.auc_judd(map_, everywhere, convention=convention))


def test_constant_map_as_the_convention_says():
    """0.1 has a mean that differs from it in the last digit; it is constant all the same."""
    constant, map_ = np.full((3, 4), 0.1), np.arange(12.0).reshape(3, 4)
    truth = {"fixations": [(0, 0), (2, 2)], "density_map": map_, "other_fixations": [(1, 1)]}

    def scores(convention):
        return metrics.fixation_scores(
            constant,
            convention=convention,
            names=[name for name in ALONE if name not in ("EMD", "KLD")],
            baseline_map=map_ + 1,
            **truth,
        )

    mit = scores("mit")
    assert 0 <= mit.pop("AUC-Judd") <= 1  # chance: its jitter is all there is
    assert np.isnan(list(mit.values())).all()
    salicon = scores("salicon")
    assert np.isnan([salicon.pop("CC"), salicon.pop("IG")]).all()
    assert salicon == {"AUC": 0.5, "sAUC": 0.5, "NSS": 0}
    tuebingen = scores("tuebingen")
    assert (tuebingen["AUC"], tuebingen["sAUC"]) == (0.5, 0.5)
    assert (tuebingen["NSS"], tuebingen["CC"]) == (0, 0)
    assert np.isnan(metrics.cc(constant, constant, convention="tuebingen"))
    uniform = [[1 / 12] * 4] * 3
    assert tuebingen["SIM"] == pytest.approx(np.minimum(map_ / 66, uniform).sum())


def test_a_map_too_small_to_square_is_not_constant():
    tiny = np.arange(12.0).reshape(3, 4) * 1e-300
    assert metrics.nss(tiny, [(0, 0)]) == pytest.approx((0 - 5.5) / np.arange(12).std(ddof=1))
    assert metrics.cc(tiny, np.arange(12.0).reshape(3, 4) ** 2) == pytest.approx(
        np.corrcoef(np.arange(12), np.arange(12) ** 2)[0, 1]
    )


def test_maps_of_zeros_as_the_convention_says():
    zeros, truth = np.zeros((1, 2)), [[1.0, 3]]
    assert metrics.similarity(zeros, truth) == 0
    expected = 0.25 * np.log(EPS + 0.25 / EPS) + 0.75 * np.log(EPS + 0.75 / EPS)
    assert metrics.kl_divergence(zeros, truth) == pytest.approx(expected)
    assert metrics.kl_divergence(truth, zeros) == 0
    assert metrics.similarity(zeros, truth, convention="tuebingen") == pytest.approx(0.75)
    assert metrics.kl_divergence(zeros, truth, convention="tuebingen") == pytest.approx(
        0.25 * np.log(0.25 / 0.5) + 0.75 * np.log(0.75 / 0.5)
    )
    # A fixation where the map says "impossible" costs all there is, unless regularised.
    how = {"fixations": [(0, 0)], "baseline_map": [[1.0, 1]]}
    assert metrics.information_gain([[0.0, 1]], **how, convention="tuebingen") == -np.inf
    assert metrics.information_gain([[0.0, 1]], [(0, 0)], [[2.0, 1]]) == pytest.approx(-52)


@pytest.mark.parametrize("convention", metrics.CONVENTIONS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_map_that_is_not_finite_has_no_score(convention, bad):
    map_ = np.arange(12.0).reshape(3, 4)
    broken = map_.copy()
    broken[1, 1] = bad
    scores = metrics.fixation_scores(
        broken,
        convention=convention,
        fixations=[(0, 0), (1, 2)],
        density_map=map_,
        other_fixations=[(2, 2)],
        baseline_map=map_,
    )
    assert np.isnan(list(scores.values())).all()
    assert np.isnan(metrics.cc(map_, broken, convention=convention))


@pytest.mark.parametrize("convention", metrics.CONVENTIONS)
def test_points_outside_are_not_counted(convention):
    map_ = np.arange(12.0).reshape(3, 4)
    inside = [(3.2, 2.9)]
    outside = [*inside, (4.0, 0), (-0.1, 1), (0, 3), (np.nan, 1)]
    assert metrics.nss(map_, outside, convention=convention) == metrics.nss(
        map_, inside, convention=convention
    )


def test_fixated_pixels_are_those_of_the_fixation_map(random):
    """The metrics and the data rasterise points separately, and the same way."""
    from salzoo.data.fixations import fixation_map
    from salzoo.metrics.fixation_case import pixel_indices

    points = random.uniform(-3, 25, (200, 2))
    counts = np.bincount(pixel_indices(points, (18, 22)), minlength=18 * 22).reshape(18, 22)
    np.testing.assert_array_equal(counts, fixation_map(points, (18, 22)))


def test_what_is_drawn_depends_on_the_seed_alone(random):
    map_, fixations = random.random((20, 20)), random.random((9, 2)) * 20
    others = random.random((90, 2)) * 20
    for function, truth, convention in (
        (metrics.auc_judd, [fixations], "mit"),
        (metrics.auc_borji, [fixations], "mit"),
        (metrics.shuffled_auc, [fixations, others], "mit"),
        (metrics.auc, [fixations], "salicon"),
    ):
        map_ = np.zeros((20, 20)) if function is metrics.auc_judd else random.random((20, 20))
        score, again, other = (
            function(map_, *truth, convention=convention, seed=seed) for seed in (0, 0, 1)
        )
        assert score == again != other


def test_whole_numbers_are_computed_in_float64(random):
    levels = random.integers(0, 256, (30, 40)).astype("uint8")
    fixations, density = random.random((9, 2)) * 30, random.random((30, 40))
    for convention in metrics.CONVENTIONS:
        how = {"convention": convention, "fixations": fixations, "density_map": density}
        assert metrics.fixation_scores(levels, **how) == pytest.approx(
            metrics.fixation_scores(levels.astype(float), **how), nan_ok=True
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    "border, expected",
    [
        ("reflect", {"AUC": 0.743, "NSS": 0.89, "CC": 0.311, "SIM": 0.368, "KLD": 1.327}),
        ("constant", {"AUC": 0.743, "NSS": 0.89, "CC": 0.312, "SIM": 0.369, "KLD": 1.322}),
    ],
)
def test_the_mean_map_of_osie_scores_as_known(border, expected):
    """Measured beside the data: pooled counts of the training part, sigma 24 pixels."""
    from scipy.ndimage import gaussian_filter

    from salzoo.data.dataset import load_dataset
    from salzoo.data.fixations import fixation_map

    def blurred(samples):
        counts = sum(fixation_map(sample.fixations, sample.size) for sample in samples)
        return gaussian_filter(counts, 24, mode=border)

    training, validation = (
        load_dataset("osie", require_data("data/osie"), split) for split in ("train", "val")
    )
    mean_map = blurred(training)
    scores = [
        metrics.fixation_scores(
            mean_map,
            names=expected,
            convention="tuebingen",
            fixations=sample.fixations,
            density_map=blurred([sample]),
        )
        for sample in validation
    ]
    means = {name: np.mean([score[name] for score in scores]) for name in expected}
    assert len(scores) == 200
    assert means == pytest.approx(expected, abs=5e-4)
