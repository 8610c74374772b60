import keras
import numpy as np
import pytest

from salzoo.layers import Maxout


def test_neighbours_are_paired():
    units = np.array([[1.0, 5.0, 7.0, 2.0, -3.0, -4.0]], "float32")
    np.testing.assert_array_equal(Maxout(2)(units), [[5.0, 7.0, -3.0]])
    np.testing.assert_array_equal(Maxout(3)(units), [[7.0, 2.0]])


def test_any_leading_axes():
    units = np.random.default_rng(0).normal(size=(2, 3, 4, 6)).astype("float32")
    expected = np.maximum(units[..., ::2], units[..., 1::2])
    np.testing.assert_array_equal(Maxout()(units), expected)


def test_units_that_cannot_be_paired():
    with pytest.raises(ValueError, match="7 units cannot be grouped by 2"):
        Maxout(2)(np.zeros((1, 7)))


def test_config_round_trip():
    layer = keras.layers.deserialize(keras.layers.serialize(Maxout(4)))
    assert layer.pool_size == 4
