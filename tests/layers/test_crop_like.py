import keras
import numpy as np

from salzoo.layers import CropLike


def test_cuts_at_the_bottom_and_right():
    maps = np.arange(2 * 8 * 12, dtype="float32").reshape(2, 8, 12, 1)
    cut = CropLike()([maps, np.zeros((2, 5, 11, 3), "float32")])
    np.testing.assert_array_equal(cut, maps[:, :5, :11])
    twice = CropLike(2)([maps, np.zeros((2, 3, 5, 3), "float32")])
    np.testing.assert_array_equal(twice, maps[:, :6, :10])


def test_unknown_sizes_and_config():
    layer = CropLike(2)
    assert layer.compute_output_shape([(None, 8, 8, 1), (None, None, 3, 3)]) == (None, None, 6, 1)
    assert keras.layers.deserialize(keras.layers.serialize(layer)).factor == 2
