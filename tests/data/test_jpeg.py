"""Grey JPEG files are decoded as Pillow does."""

import io

import numpy as np
import pytest
from PIL import Image

from salzoo.data.jpeg import decode_grey_jpeg
from tests.data.test_images import encoded, picture


@pytest.mark.parametrize("options", [{}, {"quality": 20}, {"progressive": True}])
def test_equals_pillow_to_the_bit(options):
    smooth = picture("L").resize((75, 51))
    content = io.BytesIO(encoded(smooth, "JPEG", **options))
    np.testing.assert_array_equal(decode_grey_jpeg(content, 1e6), np.asarray(Image.open(content)))


def test_other_files_are_left_to_pillow():
    grey = encoded(picture("L"), "JPEG")
    for content, largest in (
        (encoded(picture("RGB"), "JPEG"), 1e6),
        (encoded(picture("L")), 1e6),
        (grey, 100),
        (grey[:300], 1e6),
        (b"", 1e6),
    ):
        assert decode_grey_jpeg(io.BytesIO(content), largest) is None
