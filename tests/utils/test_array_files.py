"""Arrays in .npy and .npz files: type and size come from the header, before any value is read."""

import contextlib
import io
import zipfile

import numpy as np
import pytest

from salzoo.utils.array_files import read_arrays, read_header, read_values
from salzoo.utils.errors import InputError

SHAPES = {"a": (2, 3), "b": (1,)}


def test_arrays_come_back(tmp_path):
    arrays = {"a": np.arange(6, dtype="float32").reshape(2, 3), "b": np.ones(1, "float32")}
    np.savez_compressed(tmp_path / "arrays.npz", **arrays)
    found = read_arrays(tmp_path / "arrays.npz", SHAPES)
    assert all(np.array_equal(found[name], arrays[name]) for name in arrays)


@pytest.mark.parametrize("dtype", ["uint8", ">f8", "float16", "bool"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_file_is_read_as_numpy_does(tmp_path, dtype, order):
    values = np.asarray(np.arange(24).reshape(2, 3, 4) % 5, dtype, order)
    np.save(tmp_path / "a.npy", values)
    with open(tmp_path / "a.npy", "rb") as file:
        head = read_header(file, "a.npy")
        found = read_values(file, head)
    assert (head.shape, head.dtype) == ((2, 3, 4), values.dtype)
    np.testing.assert_array_equal(found, np.load(tmp_path / "a.npy"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: b"", "cannot be read"),
        (lambda: b"PK\x03\x04", "is an .npz file; save a single array"),
        (lambda: b"\x80\x04N.", "cannot be read"),  # a pickle
        (lambda: b"\x93NUMPY\x09\x00", "cannot be read"),
        (lambda: header((2**62, 2**62)), "is cut short: 0 bytes of values"),
        (lambda: header((-5, 3)) + bytes(99), "cut short"),
        (lambda: header((10, 3)) + bytes(119), "119 bytes of values, not 120"),
    ],
)
def test_array_files_are_judged_by_their_headers(make, message):
    with pytest.raises(InputError, match=message):
        read_header(io.BytesIO(make()), "a.npy")


def test_pickles_are_not_opened(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}, None]))
    with open(tmp_path / "a.npy", "rb") as file:
        assert read_header(file, "a.npy").dtype == object


def header(shape):
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        content, {"descr": "<f4", "fortran_order": False, "shape": shape}
    )
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (header((10**6, 10**6)), r"a is float32 of shape \(1000000, 1000000\), not float32"),
        (header((2, 3)), "a is no array"),
        (b"PK", "a is no array"),
        (b"\x93NUMPY\x01\x00\x10\x00{'shape': (2,\0\0\0\n", "a is no array .*EOF in multi-line"),
        (b"", "a is no array"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, content, message):
    with zipfile.ZipFile(tmp_path / "arrays.npz", "w") as archive:
        archive.writestr("a.npy", content)
    with pytest.raises(InputError, match=message):
        read_arrays(tmp_path / "arrays.npz", SHAPES)


def test_objects_are_never_unpickled(tmp_path):
    np.savez(tmp_path / "arrays.npz", a=np.full((2, 3), print), b=np.ones(1, "float32"))
    with pytest.raises(InputError, match="a is object of shape"):
        read_arrays(tmp_path / "arrays.npz", SHAPES)


def test_damaged_files_are_refused(tmp_path):
    np.savez(tmp_path / "arrays.npz", a=np.ones((2, 3), "float32"), b=np.ones(1, "float32"))
    content = (tmp_path / "arrays.npz").read_bytes()
    for length in range(0, len(content), 7):
        (tmp_path / "arrays.npz").write_bytes(content[:length])
        with pytest.raises(InputError, match="is damaged"):
            read_arrays(tmp_path / "arrays.npz", SHAPES)
    for place in range(0, len(content), 5):
        (tmp_path / "arrays.npz").write_bytes(content[:place] + b"\xff" + content[place + 1 :])
        with contextlib.suppress(InputError):
            read_arrays(tmp_path / "arrays.npz", SHAPES)


def test_long_names_are_shortened_in_messages(tmp_path):
    np.savez(tmp_path / "arrays.npz", a=np.ones((2, 3), "float32"), b=np.ones(1, "float32"))
    content = (tmp_path / "arrays.npz").read_bytes()
    # The length of the name in the header of the first file.
    (tmp_path / "arrays.npz").write_bytes(content[:26] + b"\xff\x01" + content[28:])
    with pytest.raises(InputError, match="is damaged .File name in directory") as caught:
        read_arrays(tmp_path / "arrays.npz", SHAPES)
    assert len(str(caught.value)) < 400 + len(str(tmp_path))


def test_a_length_may_be_true(tmp_path):
    file = io.BytesIO(header((True, 2)) + np.float32([3, 4]).tobytes())
    head = read_header(file, "a.npy")
    assert head.shape == (1, 2) and head.shape[0] is not True
    np.testing.assert_array_equal(read_values(file, head), [[3, 4]])
