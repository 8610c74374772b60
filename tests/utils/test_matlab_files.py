"""MATLAB files: shapes and sizes come from headers, before any value is read."""

import io
import struct
import zlib

import numpy as np
import pytest
import scipy.io
import scipy.sparse

from salzoo.utils.errors import InputError
from salzoo.utils.matlab_files import MatlabFile
from salzoo.utils.matlab_nesting import check_nesting

START = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x0100) + b"IM"


def element(kind, content):
    return struct.pack("<II", kind, len(content)) + content + bytes(-len(content) % 8)


def head(kind, shape, name=b"a"):
    return (
        element(6, struct.pack("<II", kind, 0))
        + element(5, struct.pack(f"<{len(shape)}i", *shape))
        + element(1, name)
    )


def matrix(kind, shape, values, name=b"a"):
    return element(14, head(kind, shape, name) + values)


def compressed(content):
    return struct.pack("<II", 15, len(zlib.compress(content))) + zlib.compress(content)


def opened(content):
    return MatlabFile(io.BytesIO(content), "a.mat")


STRUCT = np.array([(1.5, "text")], [("one", object), ("two", object)])
CELLS = np.empty((2, 3), object)
CELLS[:] = [[np.eye(3), "abc", STRUCT], [1j * np.eye(2), np.empty((0, 0)), 3.0]]
VALUES = {
    "levels": np.arange(12, dtype="uint8").reshape(3, 4),
    "map": np.linspace(0, 1, 60_000).reshape(200, 300),
    "flags": np.eye(3, dtype=bool),
    "complex": np.eye(3) * 1j,
    "text": np.array(["some", "text"]),
    "sparse": scipy.sparse.eye(5).tocsc(),
    "record": STRUCT,
    "cells": CELLS,
    # More than 192 KB, so that it is walked through.
    "large": np.array([*[np.eye(100)] * 3, CELLS], object),
}


def same(left, right):
    if scipy.sparse.issparse(right):
        return np.array_equal(left.toarray(), right.toarray())
    return repr(left) == repr(right) and left.dtype == right.dtype


@pytest.mark.parametrize("form", ["5", "5 compressed", "4"])
def test_variables_are_those_of_scipy(tmp_path, form):
    values = VALUES if form[0] == "5" else {n: VALUES[n] for n in ("map", "text", "sparse")}
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, values, format=form[0], do_compression=form.endswith("compressed"))
    expected = scipy.io.loadmat(path)
    with open(path, "rb") as file:
        found = MatlabFile(file, path)
        assert list(found.variables) == list(values)
        assert found.variables["map"] == ((200, 300), "double")
        for name in values:
            assert same(found.read(name), expected[name]), name


def test_the_other_byte_order_is_read():
    def big(kind, content):
        return struct.pack(">II", kind, len(content)) + content + bytes(-len(content) % 8)

    values = np.arange(6, dtype=">f8").reshape(2, 3)
    inside = big(6, struct.pack(">II", 6, 0)) + big(5, struct.pack(">2i", 2, 3)) + big(1, b"map")
    start = START[:124] + struct.pack(">H", 0x0100) + b"MI"
    found = opened(start + big(14, inside + big(9, values.tobytes("F"))))
    np.testing.assert_array_equal(found.read("map"), values)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Dear Sir",
        START + b"rest of a file",
        START + struct.pack("<II", 14, 0),
        START + struct.pack("<II", 14, 999),
        START + struct.pack("<II", 15, 8) + b"no zlib!",
        START + compressed(b"too short"),
        START + compressed(compressed(bytes(99))),
    ],
)
def test_damage_is_a_sentence(content):
    with pytest.raises(InputError, match=r"^a\.mat is not a readable MATLAB 5 file \("):
        opened(content)


@pytest.mark.parametrize("store", [compressed, bytes])
def test_variables_do_not_take_more_than_their_shape(store):
    """As 3 MB that become 3.4 GB, here small: the shape is 10x10, the values are not."""
    file = opened(START + store(matrix(6, (10, 10), element(9, bytes(8 * 100_000)))))
    with pytest.raises(InputError, match=r"a\.mat: a has 800056 bytes; .* at most 5696"):
        file.read("a")


def test_variables_do_not_unpack_to_more_than_they_state():
    content = head(6, (10, 10)) + element(9, bytes(8 * 100_000))
    file = opened(START + compressed(struct.pack("<II", 14, 900) + content))
    with pytest.raises(InputError, match="a has more than the 900 bytes that it states"):
        file.read("a")


def test_absurd_shapes_take_no_memory():
    file = opened(START + matrix(6, (2**31 - 1, 2**31 - 1), element(9, bytes(8))))
    assert file.variables["a"].shape == (2**31 - 1, 2**31 - 1)
    with pytest.raises(InputError, match="not a readable"):
        file.read("a")


def nested(depth, size=None):
    """Return cells in cells, each of which states a size: the true one, or `size`."""
    parts = [matrix(6, (1, 1), element(9, bytes(8)), b"")]
    inside = len(parts[0])
    for _ in range(depth):
        own = head(1, (1, 1), b"")
        inside += len(own)
        parts.append(struct.pack("<II", 14, size or inside) + own)
        inside += 8
    parts.reverse()
    content = b"".join(parts)
    return struct.pack("<II", 14, len(content) - 8) + content[8:]


@pytest.mark.parametrize("size", [None, 40, 48, 10**9])
def test_nesting_that_would_end_the_process_is_refused(size):
    content = nested(20_000, size)
    with pytest.raises(InputError, match="nested more than 50 deep|damaged|sizes contradict"):
        opened(START + matrix(1, (1, 1), content)).read("a")


def test_small_files_may_be_nested():
    check_nesting(nested(3000), "<")
    value = scipy.io.loadmat(io.BytesIO(START + matrix(1, (1, 1), nested(3000))))["a"]
    for _ in range(3000):
        value = value[0, 0]
    assert value.shape == (1, 1)


def test_leaves_that_hide_arrays_are_refused():
    """What scipy would read next stands within an array by its stated size."""
    leaf = head(6, (1, 1), b"") + element(9, bytes(8)) + nested(20_000)
    content = matrix(1, (1, 2), element(14, leaf) + matrix(6, (1, 1), element(9, bytes(8))))
    with pytest.raises(InputError, match="sizes contradict shapes"):
        check_nesting(content, "<")
