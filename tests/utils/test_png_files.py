"""PNG files that are written here are read by Pillow, pixel by pixel."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from salzoo.utils.png_files import write_png


def written(levels, texts=None):
    file = io.BytesIO()
    write_png(file, levels, texts)
    picture = Image.open(io.BytesIO(file.getvalue()))
    picture.load()
    return picture


@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from([(), (3,)]),
    st.integers(0, 2**32),
    st.sampled_from([2, 256]),
)
def test_pixels_are_kept(rows, columns, channels, seed, levels):
    values = np.random.default_rng(seed).integers(0, levels, (rows, columns, *channels), "uint8")
    picture = written(values)
    assert picture.mode == ("RGB" if channels else "L")
    np.testing.assert_array_equal(np.asarray(picture), values)


@pytest.mark.parametrize("rows", [255, 256, 257, 600])
def test_several_bands(random, rows):
    for channels in ((), (3,)):
        values = random.integers(0, 256, (rows, 5, *channels), dtype="uint8")
        np.testing.assert_array_equal(np.asarray(written(values)), values)


def test_metadata():
    picture = written(np.zeros((2, 3), "uint8"), {"Software": "salzoo", "Source": "a b"})
    assert picture.info == {"Software": "salzoo", "Source": "a b"}
    Image.open(io.BytesIO(_bytes())).verify()


def _bytes():
    file = io.BytesIO()
    write_png(file, np.full((300, 4, 3), 7, "uint8"))
    return file.getvalue()
