"""Arrays in .npy and .npz files, checked by their headers before their values are read."""

import math
import os
import zipfile
import zlib
from collections.abc import Mapping
from typing import BinaryIO, Literal, NamedTuple

import numpy as np

from salzoo.utils.errors import InputError, shorten
from salzoo.utils.regular_files import open_regular

# Largest text in an array, four bytes a character.
TEXT_BYTES = 4 * 4096


class ArrayHeader(NamedTuple):
    """What a .npy file says of its array.

    Attributes:
        shape: of the array.
        dtype: of its values.
        order: "C" or "F".
        start: of the values in the file, bytes.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    order: Literal["C", "F"]
    start: int


def read_header(file: BinaryIO, where: str | os.PathLike[str]) -> ArrayHeader:
    """Read the header of a .npy file.

    Args:
        file: open at its start.
        where: its path, for the message.

    Raises:
        InputError: it is no such file, or ends before the last value.
    """
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    if file.read(2) == b"PK":
        raise InputError(f"{where} is an .npz file; save a single array with numpy.save.")
    file.seek(0)
    try:
        version = np.lib.format.read_magic(file)
        if version not in readers:
            raise ValueError(f"version {version} of the format is not read")
        shape, fortran, dtype = readers[version](file)
    except Exception as error:  # numpy raises many kinds for damaged headers
        raise InputError(
            f"{where} cannot be read ({_reason(error)}); save the array with numpy.save."
        ) from error
    start = file.tell()
    held = file.seek(0, os.SEEK_END) - start
    needed = math.prod(shape) * dtype.itemsize
    # The values of an object array are a pickle, which is not opened.
    if min(shape, default=0) < 0 or (held < needed and not dtype.hasobject):
        raise InputError(
            f"{where} is cut short: {held} bytes of values, not {needed}; replace the file."
        )
    # numpy takes True for a length in the header, and for none of a view.
    return ArrayHeader(tuple(map(int, shape)), dtype, "F" if fortran else "C", start)


def read_values(file: BinaryIO, header: ArrayHeader) -> np.ndarray:
    """Read the values of a .npy file.

    Args:
        file: open, at any place.
        header: of the file, whose type is one of numbers.
    """
    content = np.empty(math.prod(header.shape) * header.dtype.itemsize, "uint8")
    file.seek(header.start)
    file.readinto(content.data)  # type: ignore[attr-defined]  # all of it: a buffered file
    return content.view(header.dtype).reshape(header.shape, order=header.order)


def read_arrays(
    path: str | os.PathLike[str], shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, np.ndarray]:
    """Read arrays of known shapes from an .npz file.

    Args:
        path: of the file.
        shapes: {name: shape}.

    Returns:
        {name: array}, of float32 or text.

    Raises:
        InputError: it is no such file, lacks an array, or holds one of another shape or type.
    """
    with open_regular(path) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                return {name: _read(archive, name, shape) for name, shape in shapes.items()}
        except InputError as error:
            raise InputError(f"{os.fspath(path)}: {error}.") from error
        except Exception as error:  # zipfile raises many kinds
            raise InputError(f"{os.fspath(path)} is damaged ({_reason(error)}).") from error


def _read(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> np.ndarray:
    try:
        with archive.open(f"{name}.npy") as member:
            if np.lib.format.read_magic(member) != (1, 0):
                raise ValueError("an unknown format")
            found, _, dtype = np.lib.format.read_array_header_1_0(member)
        is_text = dtype.kind == "U" and dtype.itemsize <= TEXT_BYTES
        if found != shape or not (dtype == np.float32 or is_text):
            what = shorten(f"{dtype} of shape {found}", 200)
            raise InputError(f"{name} is {what}, not float32 or text of {shape}")
        with archive.open(f"{name}.npy") as member:
            return np.lib.format.read_array(member, allow_pickle=False)
    except (InputError, OSError, EOFError, zipfile.BadZipFile, zlib.error):
        raise
    except Exception as error:  # numpy raises many kinds for damaged headers
        raise InputError(f"{name} is no array that salzoo wrote ({_reason(error)})") from error


def _reason(error: Exception) -> str:
    return shorten((str(error) or type(error).__name__).splitlines()[0], 200)
