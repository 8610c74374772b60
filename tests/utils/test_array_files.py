"""Arrays in .npz files: type and size come from the header, before any value is read."""

import contextlib
import io
import zipfile

import numpy as np
import pytest

from salzoo.utils.array_files import read_arrays
from salzoo.utils.errors import InputError

SHAPES = {"a": (2, 3), "b": (1,)}


def test_arrays_come_back(tmp_path):
    arrays = {"a": np.arange(6, dtype="float32").reshape(2, 3), "b": np.ones(1, "float32")}
    np.savez_compressed(tmp_path / "arrays.npz", **arrays)
    found = read_arrays(tmp_path / "arrays.npz", SHAPES)
    assert all(np.array_equal(found[name], arrays[name]) for name in arrays)


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
