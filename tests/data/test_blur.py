import resource
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from salzoo.data.blur import gaussian_blur

SIDES = st.integers(1, 90)


@given(st.tuples(SIDES, SIDES), st.floats(0, 40), st.floats(0, 40))
def test_blur_equals_scipy(size, rows, columns):
    map_ = np.random.default_rng(0).random(size).astype("float32")
    expected = gaussian_filter(map_.astype("float64"), (rows, columns))
    np.testing.assert_allclose(gaussian_blur(map_, (rows, columns)), expected, atol=1e-5)


@pytest.mark.parametrize("size", [(1, 700), (700, 3), (300, 1021)])
@pytest.mark.parametrize("sigma", [0.0, 1.1, 7.0, 40.0, 200.0])
def test_blur_in_several_blocks(random, size, sigma):
    map_ = random.random(size).astype("float32")
    expected = gaussian_filter(map_.astype("float64"), sigma)
    np.testing.assert_allclose(gaussian_blur(map_, sigma), expected, atol=1e-5)


@pytest.mark.skipif(sys.platform != "linux", reason="kilobytes are Linux's unit")
def test_memory_of_a_wide_blur_does_not_grow_with_the_square():
    line = np.zeros((1, 20_000), "float32")
    line[0, [0, 10_000]] = 1
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    blurred = gaussian_blur(line, 7.0)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert kilobytes < 500_000  # a matrix of this side takes 1.6 GB
    np.testing.assert_allclose(blurred, gaussian_filter(line.astype("float64"), 7.0), atol=1e-6)


def test_blur_of_a_batch(random):
    maps = random.random((3, 10, 12)).astype("float32")
    blurred = gaussian_blur(maps, 2.0)
    for one, expected in zip(blurred, maps, strict=True):
        np.testing.assert_allclose(one, gaussian_filter(expected, 2.0), atol=1e-5)
