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
from salzoo.utils.matlab_structure import check_structure

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
    with pytest.raises(
        InputError, match="nested more than 50 deep|beyond its end|sizes contradict|where"
    ):
        opened(START + matrix(1, (1, 1), content)).read("a")


def test_leaves_that_hide_arrays_are_refused():
    """What scipy would read next stands within an array by its stated size."""
    leaf = head(6, (1, 1), b"") + element(9, bytes(8)) + nested(20_000)
    content = matrix(1, (1, 2), element(14, leaf) + matrix(6, (1, 1), element(9, bytes(8))))
    with pytest.raises(ValueError, match="sizes contradict shapes"):
        check_structure(content, "<")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (matrix(6, (1, 2), element(0, bytes(16))), "a part of type 0 where 1 should be"),
        (matrix(6, (1, 2), element(17, bytes(16))), "a part of type 17"),
        (matrix(6, (1, 3), element(9, bytes(16))), "2 values of a shape of 3"),
        (matrix(6, (3,), element(9, bytes(24))), "a shape of 1 axes"),
        (matrix(6, (-1, -2), element(9, bytes(16))), "a shape of 2 axes"),
        (matrix(4, (), element(16, b"x")), "a shape of 0 axes"),
        (matrix(4, (1, 1), element(14, b"")), "a part of type 14 where 1 should be"),
        (matrix(4, (1, 2), element(4, b"x\0")), "1 values of a shape of 2"),
        (matrix(4, (1, 2), element(16, b"")), "a text without characters"),
        (matrix(2, (1, 1), element(5, bytes(4)) + element(1, b"a")), "names of 1 bytes, 0 each"),
        (matrix(1, (1, 1), b""), "a part of type 0 where 14 should be"),
        (matrix(16, (1, 1), b""), "an object or a function"),
        (matrix(6, (1, 1), element(9, bytes(8)) * 2), "sizes contradict shapes"),
        (matrix(6, (1, 1), struct.pack("<II", 9, 99)), "a part of 99 bytes, beyond its end"),
        (matrix(6, (1, 1), struct.pack("<HHI", 9, 5, 0)), "a part of 5 bytes, beyond its end"),
        (matrix(6, (1, 1), b"\x09\0\0"), "it is cut short"),
    ],
)
def test_wrong_types_and_lengths_are_refused(content, message):
    """scipy 1.17 ends the process at the first and the sixth."""
    with pytest.raises(ValueError, match=message):
        check_structure(content, "<")
    file = START + matrix(1, (1, 1), content) if b"a" in content[:60] else START + content
    with pytest.raises(InputError, match=r"^a\.mat is not a readable MATLAB 5 file"):
        opened(file).read("a")


@pytest.mark.parametrize(
    ("rows", "ends", "message"),
    [
        ([0, 9], [0, 1, 2], "indices outside"),
        ([0, -1], [0, 1, 2], "indices outside"),
        ([0, 1], [0, 5, 2], "no order"),
        ([0, 1], [0, 1, 3], "no order"),
        ([0, 1], [1, 1, 2], "no order"),
        ([0, 1], [0, 1], "no order"),
        ([0, 1, 1], [0, 1, 3], "fewer values"),
    ],
)
def test_indices_of_sparse_matrices_are_checked(rows, ends, message):
    parts = [element(5, struct.pack(f"<{len(part)}i", *part)) for part in (rows, ends)]
    values = element(9, struct.pack("<2d", 1, 2))
    with pytest.raises(ValueError, match=message):
        check_structure(matrix(5, (3, 2), b"".join(parts) + values), "<")
    good = [element(5, struct.pack("<2i", 0, 2)), element(5, struct.pack("<3i", 0, 1, 2)), values]
    file = opened(START + matrix(5, (3, 2), b"".join(good)))
    np.testing.assert_array_equal(file.read("a").toarray(), [[1, 0], [0, 0], [0, 2]])


def test_any_bytes_may_be_wrong(tmp_path):
    """Every other byte of a small file, in its variables of all kinds."""
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {name: VALUES[name] for name in ("levels", "record", "text", "sparse")})
    content = path.read_bytes()
    read = 0
    for place in range(128, len(content), 2):
        for wrong in (0, 0xFF):
            try:
                file = opened(content[:place] + bytes([wrong]) + content[place + 1 :])
                for name in file.variables:
                    file.read(name)
                read += 1
            except InputError as error:
                assert "\n" not in str(error)
    assert read > 100
