import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import rotate

from salzoo.data.augmentation import mirrored, turned, turned_counts


@pytest.mark.parametrize("degrees", [0.0, 10.0, -25.0, 90.0])
def test_turning_is_scipys(random, degrees):
    """Away from the border, where the two extend the picture differently."""
    image = random.random((21, 31, 2)).astype("float32")
    result = turned(image, degrees).numpy()
    expected = rotate(image, degrees, reshape=False, order=1)
    rows, columns = np.indices((21, 31)) - np.array([10, 15])[:, None, None]
    middle = np.hypot(rows, columns) < 9
    np.testing.assert_allclose(result[middle], expected[middle], atol=1e-4)


def test_what_comes_in_from_outside():
    corner = turned(np.ones((20, 20, 3), "float32"), 45.0, outside=126.0)[0, 0]
    np.testing.assert_array_equal(corner, [126.0, 126.0, 126.0])


@settings(deadline=None, max_examples=25)
@given(degrees=st.floats(-45, 45), seed=st.integers(0, 99))
def test_counts_turn_with_the_map_and_are_not_divided(degrees, seed):
    random = np.random.default_rng(seed)
    counts = np.zeros((41, 61, 1), "float32")
    rows, columns = random.integers(15, 26, 6), random.integers(25, 36, 6)
    np.add.at(counts, (rows, columns), 1.0)
    result = turned_counts(tf.constant(counts), degrees).numpy()
    assert result.sum() == 6 and (result == np.round(result)).all()
    # Each point lies where a blob around it is turned to.
    for row, column in zip(rows, columns, strict=True):
        distance = (np.indices((41, 61)) - np.array([row, column])[:, None, None]) ** 2
        blob = np.exp(-distance.sum(axis=0) / 8)[..., None].astype("float32")
        peak = np.unravel_index(turned(blob, degrees).numpy().argmax(), (41, 61))
        near = result[max(0, peak[0] - 2) : peak[0] + 3, max(0, peak[1] - 2) : peak[1] + 3]
        assert near.sum() >= 1


def test_counts_outside_are_gone():
    counts = np.zeros((10, 40, 1), "float32")
    counts[5, 0] = 3
    assert turned_counts(tf.constant(counts), 90.0).numpy().sum() == 0


def test_mirrored(random):
    maps = random.random((3, 4, 2)).astype("float32")
    np.testing.assert_array_equal(mirrored(maps, tf.constant(True)), maps[:, ::-1])
    np.testing.assert_array_equal(mirrored(maps, tf.constant(False)), maps)
