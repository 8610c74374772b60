"""LiteRT runs networks of any size of image, and refuses what is none."""

import numpy as np
import pytest

from salzoo.prediction.litert import LiteRTNetwork
from salzoo.utils.errors import InputError


@pytest.mark.parametrize("content", [b"", b"no network" * 100])
def test_what_is_no_network(content):
    with pytest.raises(InputError, match="here is damaged or no network"):
        LiteRTNetwork(content, "here")


def test_sizes_that_the_network_does_not_take():
    from salzoo.models import WEIGHTS_FOLDER
    from salzoo.prediction.portable_files import read_portable_file

    network = LiteRTNetwork(read_portable_file(f"{WEIGHTS_FOLDER}/msinet_lite.tflite").network, "x")
    for size in ((64, 96), (96, 64), (64, 96)):
        found = network(np.zeros((1, *size, 3), "float32"))
        assert found.shape == (1, size[0] // 4, size[1] // 4, 1)
        assert found.sum() == pytest.approx(1, rel=1e-5)
    with pytest.raises(InputError, match="x does not take images of 64x96"):
        network(np.zeros((1, 64, 96, 5), "float32"))
