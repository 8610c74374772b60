"""LiteRT runs networks of any size of image, and refuses what is none."""

import numpy as np
import pytest

from salzoo.prediction.litert import LiteRTNetwork
from salzoo.utils.errors import InputError


@pytest.mark.parametrize("content", [b"", b"no network" * 100])
def test_what_is_no_network(content):
    with pytest.raises(InputError, match="here is damaged or no network"):
        LiteRTNetwork(content, "here", (64, 96))


def test_sizes_that_the_network_does_not_take():
    from salzoo.models import WEIGHTS_FOLDER
    from salzoo.prediction.portable_files import read_portable_file

    content = read_portable_file(f"{WEIGHTS_FOLDER}/msinet_lite.tflite").network
    network = LiteRTNetwork(content, "x", (64, 96))
    for size in ((64, 96), (96, 64), (64, 96)):
        found = network(np.zeros((1, *size, 3), "float32"))
        assert found.shape == (1, size[0] // 4, size[1] // 4, 1)
        assert found.sum() == pytest.approx(1, rel=1e-5)
    with pytest.raises(InputError, match="x does not take images of 64x96"):
        network(np.zeros((1, 64, 96, 5), "float32"))


def test_a_network_that_one_pixel_is_too_small_for():
    """Files for any size have 1x1 pixels, for which memory cannot be laid out here."""
    import tensorflow as tf

    from salzoo.prediction.litert_conversion import convert_to_litert

    kernel = np.ones((5, 5, 3, 1), "float32")

    @tf.function(input_signature=[tf.TensorSpec([1, None, None, 3], tf.float32)], autograph=False)
    def convolve(image):
        return tf.nn.conv2d(image, kernel, 1, "VALID")

    content = convert_to_litert(convolve)
    with pytest.raises(InputError, match="damaged or no network"):
        LiteRTNetwork(content, "x", (1, 1))
    found = LiteRTNetwork(content, "x", (5, 6))(np.ones((1, 5, 6, 3), "float32"))
    np.testing.assert_array_equal(found, np.full((1, 1, 2, 1), 75))
