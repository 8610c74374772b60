"""Against the MIT definitions, re-derived slowly, and against known answers."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salzoo.metrics import auc_judd, cc, kl_divergence, nss, similarity


def unique_pixels(fixations):
    return sorted({(int(np.floor(y)), int(np.floor(x))) for x, y in fixations})


def slow_auc_judd(saliency_map, fixations):
    """Threshold by threshold; expects a map without ties."""
    pixels = unique_pixels(fixations)
    fixated = sorted((saliency_map[pixel] for pixel in pixels), reverse=True)
    points = [(0.0, 0.0)]
    for number, threshold in enumerate(fixated, start=1):
        above = (saliency_map >= threshold).sum()
        points.append(((above - number) / (saliency_map.size - len(pixels)), number / len(pixels)))
    points.append((1.0, 1.0))
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in itertools.pairwise(points))


def slow_nss(saliency_map, fixations):
    mean = saliency_map.sum() / saliency_map.size
    spread = np.sqrt(((saliency_map - mean) ** 2).sum() / (saliency_map.size - 1))
    scores = [(saliency_map[pixel] - mean) / spread for pixel in unique_pixels(fixations)]
    return sum(scores) / len(scores)


def slow_similarity(first, second):
    first, second = ((m - m.min()) / (m.max() - m.min()) for m in (first, second))
    total = 0.0
    for a, b in zip(first.ravel() / first.sum(), second.ravel() / second.sum(), strict=True):
        total += min(a, b)
    return total


def slow_kld(prediction, truth):
    prediction, truth = prediction / prediction.sum(), truth / truth.sum()
    eps = np.finfo(float).eps
    return sum(
        q * np.log(eps + q / (p + eps))
        for p, q in zip(prediction.ravel(), truth.ravel(), strict=True)
    )


@st.composite
def scenes(draw):
    """A map without ties, a density and some fixations, repeated ones among them."""
    rows, columns = draw(st.integers(3, 12)), draw(st.integers(3, 12))
    random = np.random.default_rng(draw(st.integers(0, 9999)))
    map_ = random.permutation(rows * columns).reshape(rows, columns).astype(float)
    density = random.random((rows, columns)) ** 2
    fixations = random.random((draw(st.integers(1, 9)), 2)) * (columns, rows)
    return map_, density, np.concatenate([fixations, fixations[:1]])


@settings(deadline=None, max_examples=60)
@given(scenes())
def test_equal_the_slow_definitions(scene):
    map_, density, fixations = scene
    assert auc_judd(map_, fixations) == pytest.approx(slow_auc_judd(map_, fixations), abs=1e-9)
    assert nss(map_, fixations) == pytest.approx(slow_nss(map_, fixations))
    assert cc(map_, density) == pytest.approx(np.corrcoef(map_.ravel(), density.ravel())[0, 1])
    assert similarity(map_, density) == pytest.approx(slow_similarity(map_, density))
    assert kl_divergence(map_, density) == pytest.approx(slow_kld(map_, density))


@settings(deadline=None, max_examples=30)
@given(scenes(), st.floats(0.1, 50), st.floats(-20, 20))
def test_scale_and_offset_change_nothing_that_they_must_not(scene, scale, offset):
    map_, density, fixations = scene
    moved = map_ * scale + offset
    assert auc_judd(moved, fixations) == pytest.approx(auc_judd(map_, fixations))
    assert nss(moved, fixations) == pytest.approx(nss(map_, fixations))
    assert cc(moved, density) == pytest.approx(cc(map_, density))
    assert similarity(moved, density) == pytest.approx(similarity(map_, density))
    assert kl_divergence(map_ * scale, density) == pytest.approx(kl_divergence(map_, density))


@settings(deadline=None, max_examples=30)
@given(scenes())
def test_ranges_and_symmetry(scene):
    map_, density, fixations = scene
    assert 0 <= auc_judd(map_, fixations) <= 1
    assert -1 <= cc(map_, density) <= 1
    assert 0 <= similarity(map_, density) <= 1
    assert similarity(map_, density) == pytest.approx(similarity(density, map_))
    assert kl_divergence(map_, density) >= 0
    assert kl_divergence(density, density) == pytest.approx(0, abs=1e-9)
    assert cc(density, density) == pytest.approx(1)


def test_known_answers():
    map_ = np.zeros((2, 2))
    map_[0, 1] = 1.0  # x = 1, y = 0
    assert auc_judd(map_, [(1.7, 0.2)]) == 1.0
    assert nss(map_, [(1, 0)]) == pytest.approx((1 - 0.25) / 0.5)
    assert similarity([[1.0, 0]], [[0, 1.0]]) == 0
    assert kl_divergence([[1.0, 1.0]], [[1.0, 0.0]]) == pytest.approx(np.log(2))
    assert cc([[0.0, 1, 2]], [[2.0, 1, 0]]) == pytest.approx(-1)


def test_degenerate_input_is_nan_not_an_exception():
    map_ = np.arange(12.0).reshape(3, 4)
    nothing = np.empty((0, 2))
    assert np.isnan(auc_judd(map_, nothing)) and np.isnan(nss(map_, nothing))
    constant = np.full((3, 4), 0.1)
    assert np.isnan(nss(constant, [(0, 0)])) and np.isnan(cc(constant, map_))
    assert np.isnan(similarity(constant, map_))
    assert similarity(np.zeros((3, 4)), map_) == 0
    assert np.isnan(kl_divergence(np.zeros((3, 4)), map_))
    assert np.isnan(auc_judd(np.full((3, 4), np.nan), [(0, 0)]))


def test_points_outside_are_not_counted():
    map_ = np.arange(12.0).reshape(3, 4)
    inside = [(3.2, 2.9)]
    outside = [*inside, (4.0, 0), (-0.1, 1), (0, 3)]
    assert nss(map_, outside) == nss(map_, inside)


def test_fixated_pixels_are_those_of_the_fixation_map(random):
    """The metrics and the data rasterise points separately, and the same way."""
    from salzoo.data.density import fixation_map
    from salzoo.metrics.fixation import _pixels

    points = random.uniform(-3, 25, (200, 2))
    np.testing.assert_array_equal(_pixels(points, (18, 22)), fixation_map(points, (18, 22)) > 0)


def test_jitter_is_the_same_every_time():
    map_ = np.zeros((20, 20))
    fixations = [(3, 4), (8, 9), (15, 2)]
    assert auc_judd(map_, fixations) == auc_judd(map_, fixations)
    assert auc_judd(map_, fixations) != auc_judd(map_, fixations, seed=1)


def test_the_mean_map_of_osie_scores_as_known(osie_dir):
    """Published beside the data: CC 0.311 and KLD 1.327, sigma 24, default border."""
    from salzoo.data.datasets import load_dataset
    from salzoo.evaluation import baselines

    mean_map = baselines(load_dataset("osie", osie_dir, "train"))["mean map"]
    validation = load_dataset("osie", osie_dir, "val")
    scores = [
        (cc(mean_map(s), s.density), kl_divergence(mean_map(s), s.density)) for s in validation
    ]
    assert np.mean(scores, axis=0) == pytest.approx([0.311, 1.327], abs=5e-4)
