"""Arrays in .npz files, checked by their headers before their values are read."""

import os
import zipfile
import zlib
from collections.abc import Mapping

import numpy as np

from salzoo.utils.errors import InputError
from salzoo.utils.regular_files import open_regular

# Largest text in an array, four bytes a character.
TEXT_BYTES = 4 * 4096


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
    try:
        with open_regular(path) as file, zipfile.ZipFile(file) as archive:
            return {name: _read(archive, name, shape) for name, shape in shapes.items()}
    except (OSError, KeyError, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"{os.fspath(path)} is damaged ({error}).") from error
    except (zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{os.fspath(path)} is damaged ({error}).") from error


def _read(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> np.ndarray:
    try:
        with archive.open(f"{name}.npy") as member:
            if np.lib.format.read_magic(member) != (1, 0):
                raise ValueError("an unknown format")
            found, _, dtype = np.lib.format.read_array_header_1_0(member)
        is_text = dtype.kind == "U" and dtype.itemsize <= TEXT_BYTES
        if found != shape or not (dtype == np.float32 or is_text):
            raise InputError(f"{name} is {dtype} of shape {found}, not float32 or text of {shape}")
        with archive.open(f"{name}.npy") as member:
            return np.lib.format.read_array(member, allow_pickle=False)
    except InputError:
        raise
    except ValueError as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{name} is no array that salzoo wrote ({reason})") from error
