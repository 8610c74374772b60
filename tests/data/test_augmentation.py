import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter, map_coordinates, rotate

from salzoo.data.augmentation import mirrored, moved, moved_counts, recoloured


def turn(degrees):
    return tf.constant([degrees, 1.0, 0.0, 0.0])


@pytest.mark.parametrize("degrees", [0.0, 10.0, -25.0, 90.0])
def test_turning_is_scipys(random, degrees):
    """Away from the border, where the two extend the picture differently."""
    image = random.random((21, 31, 2)).astype("float32")
    result = moved(image, turn(degrees)).numpy()
    expected = rotate(image, degrees, reshape=False, order=1)
    rows, columns = np.indices((21, 31)) - np.array([10, 15])[:, None, None]
    middle = np.hypot(rows, columns) < 9
    np.testing.assert_allclose(result[middle], expected[middle], atol=1e-4)


def test_what_comes_in_from_outside():
    corner = moved(np.ones((20, 20, 3), "float32"), turn(45.0), outside=126.0)[0, 0]
    np.testing.assert_array_equal(corner, [126.0, 126.0, 126.0])


@settings(max_examples=25)
@given(degrees=st.floats(-45, 45), seed=st.integers(0, 99))
def test_counts_turn_with_the_map_and_are_not_divided(degrees, seed):
    random = np.random.default_rng(seed)
    counts = np.zeros((41, 61, 1), "float32")
    rows, columns = random.integers(15, 26, 6), random.integers(25, 36, 6)
    np.add.at(counts, (rows, columns), 1.0)
    result = moved_counts(tf.constant(counts), turn(degrees)).numpy()
    assert result.sum() == 6 and (result == np.round(result)).all()
    # Each point lies where a blob around it is turned to.
    for row, column in zip(rows, columns, strict=True):
        distance = (np.indices((41, 61)) - np.array([row, column])[:, None, None]) ** 2
        blob = np.exp(-distance.sum(axis=0) / 8)[..., None].astype("float32")
        peak = np.unravel_index(moved(blob, turn(degrees)).numpy().argmax(), (41, 61))
        near = result[max(0, peak[0] - 2) : peak[0] + 3, max(0, peak[1] - 2) : peak[1] + 3]
        assert near.sum() >= 1


def test_counts_outside_are_gone():
    counts = np.zeros((10, 40, 1), "float32")
    counts[5, 0] = 3
    assert moved_counts(tf.constant(counts), turn(90.0)).numpy().sum() == 0


def test_zoom_and_shift_are_scipys(random):
    image = random.random((20, 30, 2)).astype("float32")
    result = moved(image, tf.constant([0.0, 1.25, 0.1, -0.05])).numpy()
    # Pixel (row, column) of the result shows what lay here:
    rows, columns = np.indices((20, 30), "float64")
    rows = (rows - 9.5 + 0.05 * 20) / 1.25 + 9.5
    columns = (columns - 14.5 - 0.1 * 30) / 1.25 + 14.5
    for channel in range(2):
        expected = map_coordinates(image[..., channel], [rows, columns], order=1)
        inside = (rows >= 0) & (rows <= 19) & (columns >= 0) & (columns <= 29)
        assert inside.sum() > 400
        np.testing.assert_allclose(result[..., channel][inside], expected[inside], atol=1e-4)


@pytest.mark.parametrize("move", [(0.0, 1.2, 0.1, -0.1), (15.0, 0.8, -0.05, 0.1)])
def test_counts_move_with_the_map(move):
    counts = np.zeros((60, 80, 1), "float32")
    counts[20, 30], counts[35, 50] = 2, 3
    result = moved_counts(tf.constant(counts), tf.constant(move)).numpy()
    blurred = gaussian_filter(counts[..., 0], 2)[..., None]
    density = moved(blurred, tf.constant(move)).numpy()
    assert sorted(result[result > 0]) == [2, 3]
    for value in (2, 3):
        row, column = np.argwhere(result[..., 0] == value)[0]
        near = density[row - 2 : row + 3, column - 2 : column + 3, 0]
        assert near.max() > 0.85 * (value * blurred.max() / 3)


def test_recoloured(random):
    image = random.uniform(60, 190, (5, 6, 3)).astype("float32")
    np.testing.assert_allclose(recoloured(image, tf.constant([1.0, 1, 1])), image, rtol=1e-5)
    brighter = recoloured(image, tf.constant([1.2, 1, 1])).numpy()
    np.testing.assert_allclose(brighter, 1.2 * image, rtol=1e-5)
    flat = recoloured(image, tf.constant([1.0, 0, 1])).numpy()
    np.testing.assert_allclose(flat, image.mean(), rtol=1e-5)
    grey = recoloured(image, tf.constant([1.0, 1, 0])).numpy()
    expected = image @ np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(grey, np.repeat(expected[..., None], 3, axis=-1), rtol=1e-5)
    assert recoloured(image, tf.constant([3.0, 2, 2])).numpy().max() <= 255


def test_mirrored(random):
    maps = random.random((3, 4, 2)).astype("float32")
    np.testing.assert_array_equal(mirrored(maps, tf.constant(True)), maps[:, ::-1])
    np.testing.assert_array_equal(mirrored(maps, tf.constant(False)), maps)
