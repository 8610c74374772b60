"""MATLAB files of versions 4 and 5, judged by their headers before their values are read."""

import io
import math
import os
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np
import scipy.io

from salzoo.utils.errors import InputError, shorten
from salzoo.utils.matlab_structure import MATRIX, check_structure

Path = str | os.PathLike[str]

# Of one variable in memory.
VARIABLE_LIMIT = 2**30
_FILE_HEADER = 128
_COMPRESSED = 15
# Bytes of a variable that are unpacked to learn its name, type and shape.
_HEAD = 4096
# A tag, flags, a shape and a name beside the values; complex values take twice their room.
_AROUND = 4096


class Variable(NamedTuple):
    """What a file says of a variable.

    Attributes:
        shape: of it.
        kind: "double", "uint8", "logical", "sparse", "cell", "struct" and so on, as
            `scipy.io.whosmat` names them.
    """

    shape: tuple[int, ...]
    kind: str


class _Element(NamedTuple):
    """Where a variable of version 5 is stored: its content, and how it begins."""

    start: int
    size: int
    compressed: bool
    head: bytes


class MatlabFile:
    """An open file of version 4 or 5.

    Args:
        file: open for reading.
        where: its path, for messages.

    Attributes:
        variables: {name: `Variable`}, in order; none of MATLAB's own.

    Raises:
        InputError: it is no such file, or is damaged.
    """

    def __init__(self, file: BinaryIO, where: Path) -> None:
        self._file, self._where = file, os.fspath(where)
        self._elements: dict[str, _Element] = {}
        self.variables: dict[str, Variable] = {}
        try:
            version, _ = scipy.io.matlab.matfile_version(file)
            file.seek(0)
            if version == 0:
                found = scipy.io.whosmat(file)
                self.variables = {name: Variable(shape, kind) for name, shape, kind in found}
            else:
                self._list_version_5()
        except InputError:
            raise
        except Exception as error:  # scipy and zlib raise many kinds for damaged files
            raise self._unreadable(error) from error
        self.variables = {
            name: variable for name, variable in self.variables.items() if not name.startswith("__")
        }

    def read(self, name: str) -> np.ndarray:
        """Return the value of a variable in scipy's default form.

        Args:
            name: of the variable.

        Raises:
            InputError: it is damaged, larger than an array of its shape is, or larger than
                VARIABLE_LIMIT.
        """
        variable = self.variables[name]
        limit = VARIABLE_LIMIT
        if variable.kind not in ("cell", "struct"):
            limit = min(limit, 16 * math.prod(variable.shape) + _AROUND)
        try:
            stream: BinaryIO = self._file
            if name in self._elements:
                content = self._unpack(name, self._elements[name], limit)
                check_structure(content, self._order, _FILE_HEADER)
                stream = io.BytesIO(content)
            stream.seek(0)
            return scipy.io.loadmat(stream, variable_names=[name])[name]
        except InputError as error:
            raise InputError(f"{self._where}: {error}") from error
        except Exception as error:
            raise self._unreadable(error) from error

    def _list_version_5(self) -> None:
        self._start = self._file.read(_FILE_HEADER)
        self._order = "<" if self._start[126:128] == b"IM" else ">"
        for element in self._find_elements():
            found = scipy.io.whosmat(io.BytesIO(self._start + element.head))
            for name, shape, kind in found:
                self._elements[name] = element
                self.variables[name] = Variable(shape, kind)

    def _find_elements(self) -> Iterator[_Element]:
        end, start = self._file.seek(0, os.SEEK_END), _FILE_HEADER
        while start + 8 <= end:
            self._file.seek(start)
            tag = self._file.read(8)
            kind, size = struct.unpack(f"{self._order}II", tag)
            start += 8
            if kind not in (MATRIX, _COMPRESSED) or not size or start + size > end:
                raise ValueError("it is damaged or cut short")
            head = self._file.read(min(size, _HEAD))
            if kind == _COMPRESSED:
                head = zlib.decompressobj().decompress(head, _HEAD)
            else:
                head = tag + head
            inside, stated = struct.unpack_from(f"{self._order}II", head)
            if inside != MATRIX:
                raise ValueError("it is damaged")
            yield _Element(start, size, kind == _COMPRESSED, head[: 8 + stated])
            start += size

    def _unpack(self, name: str, element: _Element, limit: int) -> bytes:
        """Return a file that holds this variable alone, not compressed."""
        # What the variable says of its size, which is not trusted, and what it takes here.
        (stated,) = struct.unpack_from(f"{self._order}I", element.head, 4)
        if stated > limit or element.size > limit + limit // 100 + _AROUND:
            raise InputError(
                f"{shorten(name)} has {max(stated, element.size)} bytes; "
                f"one of its shape and type has at most {limit}."
            )
        self._file.seek(element.start)
        content = self._file.read(element.size)
        if not element.compressed:
            return self._start + element.head[:8] + content
        content = zlib.decompressobj().decompress(content, stated + 9)
        if len(content) > stated + 8:
            raise InputError(f"{shorten(name)} has more than the {stated} bytes that it states.")
        return self._start + content

    def _unreadable(self, error: Exception) -> InputError:
        reason = shorten((str(error) or type(error).__name__).splitlines()[0], 200)
        return InputError(f"{self._where} is not a readable MATLAB 5 file ({reason}); replace it.")
