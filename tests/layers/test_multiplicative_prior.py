import keras
import numpy as np
from scipy.ndimage import map_coordinates

from salzoo.layers import MultiplicativePrior


def with_map(values):
    layer = MultiplicativePrior(np.shape(values))
    layer.build((None, None, None, 1))
    layer.set_weights([np.asarray(values, "float32")])
    return layer


def test_the_start_changes_nothing(random):
    maps = random.random((2, 30, 40, 1)).astype("float32")
    np.testing.assert_array_equal(MultiplicativePrior()(maps), maps)


def test_equals_interpolation_at_pixel_centres(random):
    values = random.uniform(-0.9, 2, (3, 4))
    maps = random.random((2, 17, 40, 2)).astype("float32")
    grid = np.meshgrid(
        (np.arange(17) + 0.5) * 3 / 17 - 0.5, (np.arange(40) + 0.5) * 4 / 40 - 0.5, indexing="ij"
    )
    factor = 1 + map_coordinates(values, grid, order=1, mode="nearest")
    np.testing.assert_allclose(with_map(values)(maps), maps * factor[..., None], atol=1e-5)


def test_never_negative():
    output = np.asarray(with_map([[-3.0]])(np.ones((1, 4, 6, 1), "float32")))
    assert not output.any()


def test_maps_smaller_than_the_prior():
    assert MultiplicativePrior()(np.ones((1, 1, 2, 1), "float32")).shape == (1, 1, 2, 1)


def test_unknown_sizes_and_config():
    inputs = keras.Input((None, None, 1))
    model = keras.Model(inputs, MultiplicativePrior((2, 5))(inputs))
    twin = keras.Model.from_config(model.get_config())
    assert twin.output_shape == (None, None, None, 1) and twin.count_params() == 10
