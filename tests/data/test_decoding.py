"""The decoder of TensorFlow's graphs: Pillow's pixels, and Pillow's refusals."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from salzoo.data.decoding import decode_image
from salzoo.data.images import read_image
from tests.data.test_images import encoded, huge_png, picture


@pytest.mark.parametrize(
    ("mode", "format", "options"),
    [
        ("RGB", "JPEG", {}),
        ("RGB", "JPEG", {"quality": 30, "progressive": True}),
        ("RGB", "JPEG", {"subsampling": 0}),
        ("L", "JPEG", {}),
        ("RGB", "PNG", {}),
        ("L", "PNG", {}),
        ("P", "PNG", {}),
        ("RGBA", "PNG", {}),
        ("LA", "PNG", {}),
        ("1", "PNG", {}),
        ("P", "PNG", {"bits": 4}),
        ("P", "PNG", {"bits": 2, "transparency": 1}),
        ("RGB", "PNG", {"transparency": (0, 0, 0)}),
        ("L", "PNG", {"transparency": 0}),
        ("L", "PNG", {"transparency": 200}),
        ("1", "PNG", {"transparency": 1}),
    ],
)
def test_both_decoders_agree_to_the_bit(tmp_path, mode, format, options):
    smooth = picture().resize((75, 51), Image.Resampling.BICUBIC).convert("RGBA")
    content = encoded(smooth.convert(mode), format, **options)
    (tmp_path / "image").write_bytes(content)
    np.testing.assert_allclose(decode_image(content), read_image(tmp_path / "image"), atol=1e-4)


def test_graph_decoder_refuses_by_name():
    for content, reason in (
        (b"", "neither a JPEG nor a PNG"),
        (b"Dear Sir", "neither a JPEG nor a PNG"),
        (encoded(picture("P"), "GIF"), "neither a JPEG nor a PNG"),
        (huge_png(20_000, 10_000), "more than 100 megapixels"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=reason):
            decode_image(tf.constant(content))
    with pytest.raises(tf.errors.InvalidArgumentError):
        decode_image(tf.constant(encoded(picture(size=(200, 200)), "JPEG")[:2000]))
