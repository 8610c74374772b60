import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salzoo.layers import LegacyBilinear


def resize_by_gathering(image, factor):
    """TensorFlow 1's resize_bilinear (align_corners=False, half_pixel_centers=False)."""
    for axis in (0, 1):
        length = image.shape[axis]
        position = np.arange(length * factor) / factor
        lower = np.floor(position).astype(int)
        upper = np.minimum(lower + 1, length - 1)
        weight = (position - lower).reshape([-1 if a == axis else 1 for a in range(3)])
        image = np.take(image, lower, axis) * (1 - weight) + np.take(image, upper, axis) * weight
    return image


@settings(max_examples=20)
@given(
    rows=st.integers(1, 7),
    columns=st.integers(1, 7),
    factor=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_equals_tensorflow_1(rows, columns, factor, seed):
    image = np.random.default_rng(seed).normal(size=(2, rows, columns, 3)).astype("float32")
    expected = np.stack([resize_by_gathering(one, factor) for one in image])
    result = np.asarray(LegacyBilinear(factor)(image))
    assert result.shape == (2, rows * factor, columns * factor, 3)
    np.testing.assert_allclose(result, expected, atol=1e-5)


def test_equals_the_operation_that_tensorflow_kept(random):
    import tensorflow as tf

    image = random.normal(size=(1, 30, 40, 8)).astype("float32")
    expected = tf.compat.v1.image.resize_bilinear(image, (60, 80))
    np.testing.assert_allclose(LegacyBilinear(2)(image), expected, atol=1e-5)


def upsample_as_theano(line, ratio):
    """`bilinear_upsampling` on a line: the transpose of a strided correlation.

    Theano takes the gradient of a correlation with a triangle of 2 * ratio - 1
    values, with stride `ratio` and so many zeros on both sides, by its input;
    the output's gradient is the line with both ends repeated once.
    """
    triangle = np.concatenate([np.arange(1, ratio + 1), np.arange(ratio - 1, 0, -1)]) / ratio
    padding = 2 * ratio - (ratio - 1) // 2 - 1
    length = len(line) * ratio
    padded = np.zeros(length + 2 * padding)
    for number, value in enumerate([line[0], *line, line[-1]]):
        padded[number * ratio : number * ratio + 2 * ratio - 1] += value * triangle
    return padded[padding : padding + length]


@pytest.mark.parametrize(
    ("ratio", "size"), [(16, (3, 4)), (16, (1, 2)), (10, (3, 4)), (5, (4, 2)), (1, (2, 2))]
)
def test_equals_theano_with_its_offset(random, ratio, size):
    image = random.normal(size=(1, *size, 2)).astype("float32")
    expected = np.apply_along_axis(upsample_as_theano, 1, image, ratio)
    expected = np.apply_along_axis(upsample_as_theano, 2, expected, ratio)
    layer = LegacyBilinear(ratio, offset=(ratio - 1) // 2)
    np.testing.assert_allclose(layer(image), expected, atol=1e-5)


def test_differs_from_half_pixel_sampling(random):
    image = random.normal(size=(1, 6, 6, 1)).astype("float32")
    other = keras.layers.UpSampling2D(2, interpolation="bilinear")(image)
    assert np.abs(np.asarray(LegacyBilinear(2)(image)) - np.asarray(other)).max() > 0.1


def test_unknown_sizes_stay_unknown_until_the_call(random):
    inputs = keras.Input((None, None, 2))
    model = keras.Model(inputs, LegacyBilinear(2)(inputs))
    assert model.output_shape == (None, None, None, 2)
    assert model(random.normal(size=(1, 5, 9, 2))).shape == (1, 10, 18, 2)


def test_config_round_trip():
    layer = LegacyBilinear.from_config(LegacyBilinear(3, offset=1).get_config())
    assert (layer.factor, layer.offset) == (3, 1)


@pytest.mark.parametrize("factor", [0, -1, 1.5])
def test_only_whole_factors(factor):
    with pytest.raises(ValueError, match="positive whole number"):
        LegacyBilinear(factor)


@pytest.mark.parametrize("offset", [-1, 2, 0.5])
def test_only_offsets_below_the_factor(offset):
    with pytest.raises(ValueError, match="below 2"):
        LegacyBilinear(2, offset)
