"""EMD by POT against known distances and against linear programming."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from salzoo import metrics
from salzoo.metrics.earth_movers import earth_movers_distance
from salzoo.utils.resize import imresize

pytest.importorskip("ot")


def dots(*places, size=(6, 7)):
    map_ = np.zeros(size)
    for row, column in places:
        map_[row, column] += 1
    return map_


def test_known_distances():
    assert earth_movers_distance(dots((0, 0)), dots((3, 4)), 1) == pytest.approx(5)
    assert earth_movers_distance(dots((0, 0)), 7 * dots((0, 0)), 1) == 0
    # Each half goes to the nearer place: 1 and 2 pixels.
    two = earth_movers_distance(dots((0, 0), (0, 5)), dots((1, 0), (2, 5)), 1)
    assert two == pytest.approx(1.5)
    assert np.isnan(earth_movers_distance(dots(), dots((0, 0)), 1))


def test_blobs_are_as_far_apart_as_their_centres():
    """64 and 96 pixels at 1/32 are 2 and 3 of the shrunk maps."""
    y, x = np.mgrid[:480, :640]
    first, second = (
        np.exp(-((x - column) ** 2 + (y - row) ** 2) / (2 * 40**2))
        for row, column in ((208, 272), (272, 368))
    )
    assert metrics.emd(first, second) == pytest.approx(np.hypot(2, 3), rel=1e-3)


def test_equals_linear_programming(random):
    first, second = random.random((2, 3, 4))
    row, column = (axis.ravel() for axis in np.indices((3, 4)))
    distances = np.hypot(row[:, None] - row, column[:, None] - column)
    leaving = np.kron(np.eye(12), np.ones(12))
    arriving = np.kron(np.ones(12), np.eye(12))
    masses = np.concatenate([map_.ravel() / map_.sum() for map_ in (first, second)])
    best = linprog(distances.ravel(), A_eq=np.vstack([leaving, arriving]), b_eq=masses)
    assert earth_movers_distance(first, second, 1) == pytest.approx(best.fun)


@settings(max_examples=15)
@given(st.integers(0, 9999), st.integers(40, 150), st.integers(40, 150))
def test_is_a_metric(seed, rows, columns):
    maps = np.random.default_rng(seed).random((3, rows, columns)) ** 3
    first, second, third = maps
    there, back = metrics.emd(first, second), metrics.emd(second, first)
    assert there == pytest.approx(back) and there > 0
    assert metrics.emd(first, 3 * first) == pytest.approx(0, abs=1e-12)
    assert there <= metrics.emd(first, third) + metrics.emd(third, second) + 1e-12
    small = [np.maximum(imresize(map_, scale=1 / 32), 0) for map_ in (first, second)]
    assert there == pytest.approx(earth_movers_distance(*small, 1))


def test_without_pot_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ot", None)
    with pytest.raises(ImportError, match="pip install POT"):
        metrics.emd(dots((0, 0)), dots((0, 0)))
