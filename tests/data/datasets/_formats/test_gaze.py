"""Fixations found in made-up gaze of known fixations, saccades, blinks and noise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salzoo.data.datasets._formats.gaze import find_fixations
from tests.data.datasets.layouts.making import gaze_samples

RATE, DEGREE = 240.0, 34.0


def found(gaze, shortest=50.0):
    return find_fixations(gaze, RATE, DEGREE, shortest)


@pytest.mark.parametrize("noise", [0, 0.3])
def test_fixations_between_saccades(noise, random):
    points = [(500.0, 400.0), (200.0, 300.0), (220.0, 500.0), (800.0, 90.0)]
    lengths = [48, 72, 60, 120]  # samples of 4.17 ms
    gaze = gaze_samples(points, lengths)
    positions, durations = found(gaze + noise * random.standard_normal(gaze.shape))
    np.testing.assert_allclose(positions, points, atol=0.2 if noise else 1e-9)
    # The window sees each saccade up to two samples early and late.
    lost = np.array(lengths) * 1000 / RATE - durations
    assert (lost >= 0).all() and (lost <= 4 * 1000 / RATE + 1e-9).all()


def test_a_blink_is_no_fixation_and_divides_one():
    gaze = gaze_samples([(300.0, 200.0)], [140])
    gaze[60:80] = np.nan  # 83 ms and what the window adds
    positions, durations = found(gaze)
    np.testing.assert_allclose(positions, [(300, 200)] * 2)
    np.testing.assert_allclose(durations, np.array([58, 58]) * 1000 / RATE)


def test_a_short_gap_does_not_divide():
    gaze = gaze_samples([(300.0, 200.0)], [140])
    gaze[60:66] = np.nan  # 25 ms
    positions, durations = found(gaze)
    np.testing.assert_allclose(positions, [(300, 200)])
    np.testing.assert_allclose(durations, [140 * 1000 / RATE])


def test_a_small_saccade_divides():
    positions, _ = found(gaze_samples([(300.0, 200.0), (300.0, 234.0)], [60, 60]))
    np.testing.assert_allclose(positions, [(300, 200), (300, 234)])


def test_short_fixations_are_left_out():
    gaze = gaze_samples([(100.0, 100.0), (400.0, 100.0), (700.0, 100.0)], [60, 10, 60])
    assert len(found(gaze)[0]) == 2
    assert len(found(gaze, shortest=20)[0]) == 3


def test_the_median_withstands_single_samples():
    gaze = gaze_samples([(300.0, 200.0)], [100])
    gaze[50] += 2.0
    np.testing.assert_allclose(found(gaze)[0], [(300, 200)])


@pytest.mark.parametrize(
    "gaze",
    [
        np.empty((0, 2)),
        np.full((700, 2), np.nan),
        np.ones((1, 2)),
        np.arange(1400.0).reshape(-1, 2) * 20,
    ],
    ids=["empty", "unseen", "one sample", "never still"],
)
def test_gaze_without_fixations(gaze):
    positions, durations = found(gaze)
    assert positions.shape == (0, 2) and durations.shape == (0,)


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.floats(-500, 500), st.floats(-500, 500))
def test_gaze_elsewhere_and_backwards(seed, right, down):
    random = np.random.default_rng(seed)
    points = np.cumsum(random.uniform(40, 90, (6, 2)), axis=0)
    gaze = gaze_samples(points, random.integers(5, 80, 6))
    gaze[random.random(len(gaze)) < 0.02] = np.nan
    positions, durations = found(gaze)
    way = np.array([right, down])
    moved, same = found(gaze + way)
    np.testing.assert_allclose(moved, positions + way, atol=1e-6)
    np.testing.assert_allclose(same, durations)
    turned, times = found(gaze[::-1])
    np.testing.assert_allclose(turned[::-1], positions)
    np.testing.assert_allclose(times[::-1], durations)
