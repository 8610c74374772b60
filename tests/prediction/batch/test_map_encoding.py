"""Stored maps: what is read back, and its size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from salzoo.prediction.batch import map_encoding
from salzoo.prediction.batch.map_encoding import decode_map, encode, quantise, resize
from salzoo.utils.drawing import draw_grey
from salzoo.utils.resize import resize_map

maps = arrays(
    "float32",
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    elements=st.floats(0, 1, width=32),
)
STEPS = {"png8": 1 / 255, "png16": 1 / 65535, "float16": 2**-10}


def stored(map_, encoding):
    values, highest = quantise(map_, encoding)
    rows, columns = values.shape
    return {
        "map": encode(values),
        "map_type": encoding,
        "map_rows": rows,
        "map_columns": columns,
        "map_maximum": highest,
    }


@pytest.mark.parametrize("encoding", STEPS)
@given(maps, st.floats(0.1, 100))
def test_maps_come_back(encoding, map_, scale):
    """To half a step of the encoding, whatever their scale."""
    map_ = map_ * np.float32(scale)
    decoded = decode_map(stored(map_, encoding))
    assert decoded.dtype == np.float32 and decoded.shape == map_.shape
    step = STEPS[encoding] * max(map_.max(), 1e-4)
    assert np.abs(decoded - map_).max() <= 0.5001 * step


def test_bytes_of_arrays():
    values, _ = quantise(np.array([[0.0, 0.5, 1.0]], "float32"), "png16")
    row = stored(values.astype("float32"), "png16")
    assert encode(values, raw=True) == b"\x00\x00\x00\x80\xff\xff"
    np.testing.assert_array_equal(map_encoding.from_bytes(encode(values, raw=True), row), values)
    assert decode_map({"map": None}) is None


def test_levels_are_those_of_salzoo_predict():
    map_ = np.random.default_rng(0).random((20, 30), "float32")
    np.testing.assert_array_equal(quantise(map_, "png8")[0], np.asarray(draw_grey(map_)))


@pytest.mark.parametrize(
    "size, expected",
    [(None, (60, 80)), (40, (30, 40)), (200, (60, 80)), ((7, 9), (7, 9)), (1, (1, 1))],
)
def test_sizes(size, expected):
    map_ = np.random.default_rng(0).random((60, 80), "float32")
    resized = resize(map_, size)
    assert resized.shape == expected
    # At the border the two codes see different pixels outside.
    edge = 2 if min(expected) > 6 else 0
    inside = np.s_[edge : expected[0] - edge, edge : expected[1] - edge]
    tolerance = 1e-5 if edge else 1e-3
    np.testing.assert_allclose(resized[inside], resize_map(map_, expected)[inside], atol=tolerance)
