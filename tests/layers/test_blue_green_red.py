import numpy as np

from salzoo.layers import BlueGreenRed


def test_channels_are_reversed():
    image = np.random.default_rng(0).random((1, 2, 3, 3)).astype("float32")
    np.testing.assert_array_equal(BlueGreenRed()(image), image[..., ::-1])
