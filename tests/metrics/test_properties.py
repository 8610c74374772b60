"""What must hold for every map, under every convention."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from salzoo import metrics

ALL = list(metrics.CONVENTIONS)
having = {
    name: [key for key in ALL if name in metrics.metrics_of(key)]
    for name in metrics.FIXATION_METRICS
}


@st.composite
def scenes(draw):
    """A map whose values are far apart, a density, fixations and others'."""
    rows, columns = draw(st.integers(3, 12)), draw(st.integers(3, 12))
    random = np.random.default_rng(draw(st.integers(0, 9999)))
    map_ = random.permutation(rows * columns).reshape(rows, columns) + 1.0
    density = random.random((rows, columns)) ** 2
    points, others = random.random((2, draw(st.integers(2, 15)), 2)) * (columns, rows)
    return map_, density, points, others


def same(first, second):
    assert first == pytest.approx(second, abs=1e-9, nan_ok=True)


@settings(max_examples=20)
@given(scenes(), st.floats(0.1, 50), st.floats(-20, 20))
def test_scale_and_offset_change_nothing_that_they_must_not(scene, scale, offset):
    map_, density, points, _ = scene
    moved = map_ * scale + offset
    for name, metric, truth in [("NSS", metrics.nss, points), ("CC", metrics.cc, density)]:
        for key in having[name]:
            same(metric(moved, truth, convention=key), metric(map_, truth, convention=key))
    same(metrics.similarity(moved, density), metrics.similarity(map_, density))
    for key in having["KLD"]:
        for metric in (metrics.similarity, metrics.kl_divergence):
            one, other = (metric(m, density, convention=key) for m in (map_ * scale, map_))
            same(one, other)


@settings(max_examples=20)
@given(scenes(), st.sampled_from([np.sqrt, np.log, np.exp, lambda v: v**3]))
def test_exact_areas_see_the_order_alone(scene, monotone):
    map_, _, points, others = scene
    map_ = 1 + map_ / 50  # so that exp keeps values apart and jitter cannot swap them
    for key in having["AUC-Judd"]:
        one, other = (metrics.auc_judd(m, points, convention=key) for m in (map_, monotone(map_)))
        same(one, other)
    for metric, truth in ((metrics.auc, [points]), (metrics.shuffled_auc, [points, others])):
        one, other = (metric(m, *truth, convention="tuebingen") for m in (map_, monotone(map_)))
        same(one, other)


@settings(max_examples=20)
@given(scenes())
def test_a_mirrored_order_mirrors_the_exact_areas(scene):
    map_, _, points, others = scene
    map_ = np.floor(map_ / 3)  # with ties, which count half
    how = {"convention": "tuebingen"}
    assert metrics.auc(map_, points) + metrics.auc(-map_, points) == pytest.approx(1)
    there = metrics.shuffled_auc(map_, points, others, **how)
    assert there + metrics.shuffled_auc(-map_, points, others, **how) == pytest.approx(1)
    # Positives and negatives change places.
    assert there + metrics.shuffled_auc(map_, others, points, **how) == pytest.approx(1)


@settings(max_examples=20)
@given(scenes())
def test_ranges_and_symmetry(scene):
    map_, density, points, others = scene
    for key in ALL:
        scores = metrics.fixation_scores(
            map_,
            names=["AUC", "AUC-Judd", "AUC-Borji", "sAUC", "CC", "SIM", "KLD"],
            convention=key,
            fixations=points,
            other_fixations=others,
            density_map=density,
        )
        for name in scores:
            low, high = {"CC": (-1, 1), "KLD": (-1e-12, np.inf)}.get(name, (-1e-12, 1 + 1e-12))
            assert np.isnan(scores[name]) or low <= scores[name] <= high, (key, name)
    for key in having["SIM"]:
        both = [(map_, density), (density, map_)]
        same(*(metrics.similarity(*pair, convention=key) for pair in both))
        same(*(metrics.cc(*pair, convention=key) for pair in both))


@settings(max_examples=20)
@given(scenes())
def test_the_truth_scores_best(scene):
    map_, density, points, others = scene
    fixated = np.zeros(map_.shape)
    columns, rows = np.floor(points).astype(int).T
    fixated[rows, columns] = 1
    assume(not fixated.all())  # else it is as good as no map
    # The best where each fixation counts, not each fixated pixel (Neyman and Pearson's lemma).
    counts = np.zeros(map_.shape)
    np.add.at(counts, (rows, columns), 1)
    for key in ALL:
        how = {"convention": key}
        same(metrics.cc(density, density, **how), 1)
        best = max(metrics.nss(truth, points, **how) for truth in (fixated, counts))
        assert best >= metrics.nss(map_, points, **how) - 1e-9
    for key in having["SIM"]:
        same(metrics.similarity(density, density, convention=key), 1)
    for key in having["KLD"]:
        same(metrics.kl_divergence(density, density, convention=key), 0)
    assert metrics.auc_judd(fixated, points) == 1
    assert metrics.auc(map_, points) <= metrics.auc(counts, points) + 1e-12
    at_home = {(int(x), int(y)) for x, y in points}
    elsewhere = [point for point in others if (int(point[0]), int(point[1])) not in at_home]
    if elsewhere:
        assert metrics.shuffled_auc(fixated, points, elsewhere, convention="tuebingen") == 1
    for key in having["IG"]:
        assert metrics.information_gain(density, points, density, convention=key) == 0


@settings(max_examples=10)
@given(scenes(), st.randoms(use_true_random=False))
def test_the_order_of_fixations_does_not_matter(scene, shuffler):
    map_, _, points, others = scene
    mixed = points.copy()
    shuffler.shuffle(order := list(range(len(points))))
    mixed = points[order]
    for key in ALL:
        one, other = (
            metrics.fixation_scores(
                map_, convention=key, fixations=some, other_fixations=others, baseline_map=map_
            )
            for some in (points, mixed)
        )
        same(one, other)


@pytest.mark.parametrize("unit", [2.0**-1000, 2.0**-530, 2.0**520, 2.0**1015])
@settings(max_examples=5)
@given(scenes())
def test_the_unit_of_a_map_changes_nothing(unit, scene):
    map_, density, points, others = scene
    truth = {"fixations": points, "other_fixations": others}
    for key in ALL:
        plain, extreme = (
            metrics.fixation_scores(
                map_ * scale,
                names=[name for name in metrics.metrics_of(key) if name != "EMD"],
                convention=key,
                density_map=density * scale,
                baseline_map=(1 + density) * scale,
                **truth,
            )
            for scale in (1, unit)
        )
        for name, value in plain.items():
            same(extreme[name], value)
    mask = density > density.mean()
    plain, extreme = (
        metrics.object_scores(map_ * scale, mask, convention="pysod")[0] for scale in (1, unit)
    )
    for name in metrics.OBJECT_METRICS:
        same(extreme[name], plain[name])


def test_usual_maps_are_taken_as_they_are():
    from salzoo.metrics.scaling import scaled

    for values in (np.eye(3), np.zeros((2, 2)), np.full((2, 2), 1e70), np.array([[np.inf, 1e300]])):
        assert scaled(values) is values
    values = np.array([[3e200, -5e-100]])
    assert np.frexp(scaled(values))[0].tolist() == np.frexp(values)[0].tolist()
