"""Fixation densities, and fixations of many images against counting them one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salzoo.data.fixations import PooledFixations, density_map, sparse_density_map
from salzoo.data.sample import Sample


@pytest.fixture
def samples(random):
    sizes = ((30, 40), (60, 80), (30, 40))
    drawn = [
        Sample(f"{number}.jpg", size, np.repeat(random.random((7, 2)) * size[::-1], 2, axis=0))
        for number, size in enumerate(sizes)
    ]
    return [*drawn, Sample("without.jpg", (30, 40)), Sample("none.jpg", (9, 9), np.empty((0, 2)))]


@pytest.mark.parametrize("once", [False, True])
def test_counts(samples, once):
    """Each point is there twice: once, it counts once an image."""
    pool = PooledFixations(samples, once)

    def slow(chosen, size):
        counts = np.zeros(size)
        for sample in chosen:
            for x, y in sample.fixations[:: 2 if once else 1]:
                counts[int(y * size[0] / sample.size[0]), int(x * size[1] / sample.size[1])] += 1
        return counts

    for size in ((30, 40), (45, 20), (30, 40)):
        np.testing.assert_array_equal(pool.counts(size), slow(samples[:3], size))
    others = [samples[1], samples[2]]
    np.testing.assert_array_equal(pool.counts_without(samples[0]), slow(others, (30, 40)))


def test_nothing_to_pool(samples):
    np.testing.assert_array_equal(PooledFixations(samples[3:]).counts((2, 3)), np.zeros((2, 3)))


@given(st.integers(1, 40), st.floats(0.3, 30), st.integers(0, 99))
@settings(max_examples=20)
def test_sparse_density_map_is_the_density_map(rows, sigma, seed):
    points = np.random.default_rng(seed).uniform(-3, 43, (seed % 12, 2))
    expected = density_map(points, (rows, 40), sigma)
    np.testing.assert_allclose(sparse_density_map(points, (rows, 40), sigma), expected, atol=1e-14)


def test_density_map_counts_repeated_points_and_drops_points_outside():
    map_ = density_map([(2.5, 1.5), (2.5, 1.5), (9.0, 1.0)], (4, 8), 0.6)
    assert map_.sum() == pytest.approx(2)
    assert np.unravel_index(map_.argmax(), map_.shape) == (1, 2)
