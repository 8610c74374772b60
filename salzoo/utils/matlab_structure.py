"""Structure of MATLAB 5 files, which scipy trusts: wrong types or lengths may end the process.

The format is described in "MAT-File Format" of The MathWorks. An element has a type, a length and
a content, and begins at a multiple of 8 bytes; a variable is an element of the type MATRIX, which
consists of elements: flags, a shape, a name, and values or variables. All of them must be of the
types and lengths that shape and flags ask for.
"""

import math
import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

MATRIX = 14
DEPTH_LIMIT = 50
_INT8, _INT32, _UINT32, _UTF8 = 1, 5, 6, 16
# Bytes of a value of a type.
_NUMBERS = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4, 9: 8, 12: 8, 13: 8}
_CHARACTERS = {1: 1, 2: 1, 4: 2, 17: 2, 18: 4}
_CELL, _STRUCT, _CHAR, _SPARSE = 1, 2, 4, 5
_NUMERIC = range(6, 16)
_COMPLEX = 0x800


class _Element(NamedTuple):
    """A part of a variable.

    Attributes:
        kind: its type.
        content: its bytes.
    """

    kind: int
    content: memoryview


def check_structure(content: bytes, order: str, start: int = 0) -> None:
    """Check a variable before it is given to scipy.

    Args:
        content: with the variable, not compressed.
        order: of the bytes, "<" or ">".
        start: of the variable's tag.

    Raises:
        ValueError: it is not of the format; or cells and structs are nested more than 50 deep.
    """
    parts = _elements(memoryview(content)[start:], order)
    _check_matrix(_part(parts, MATRIX), order, DEPTH_LIMIT)


def _elements(content: memoryview, order: str) -> Iterator[_Element]:
    place = 0
    while place < len(content):
        if place + 8 > len(content):
            raise ValueError("it is cut short")
        kind, length = struct.unpack_from(f"{order}II", content, place)
        start, end = place + 8, place + 8 + length
        if kind >> 16:  # a small element: length, type and content in 8 bytes
            kind, length, start, end = kind & 0xFFFF, kind >> 16, place + 4, place + 8
        if (length > 4 and end == place + 8) or start + length > len(content):
            raise ValueError(f"it has a part of {length} bytes, beyond its end")
        yield _Element(kind, content[start : start + length])
        place = end + -end % 8


def _check_matrix(content: memoryview, order: str, depth: int) -> None:
    """Check the elements that a variable, a cell or a field consists of."""
    if depth == 0:
        raise ValueError(f"cells are nested more than {DEPTH_LIMIT} deep")
    # scipy passes over the bytes that fill up the last element, wherever the array ends.
    if depth < DEPTH_LIMIT and len(content) % 8:
        raise ValueError("sizes contradict shapes")
    parts = _elements(content, order)
    flags = int(_numbers(_part(parts, _UINT32), "u4", order, 2)[0])
    kind = flags & 0xFF
    shape = _numbers(_part(parts, _INT32), "i4", order)
    if not 2 <= len(shape) <= 32 or min(shape) < 0:
        raise ValueError(f"it has a shape of {len(shape)} axes")
    count = math.prod(shape)
    _part(parts, _INT8, _UTF8)  # its name
    if kind == _CELL:
        _check_matrices(parts, order, depth, count)
    elif kind == _STRUCT:
        [length] = _numbers(_part(parts, _INT32), "i4", order, 1)
        names = len(_part(parts, _INT8))
        if length < 1 or names % length:
            raise ValueError(f"it has names of {names} bytes, {length} each")
        _check_matrices(parts, order, depth, count * (names // length))
    elif kind == _CHAR:
        # A character takes one byte or more in UTF-8.
        text = _part(parts, *_CHARACTERS, _UTF8, size=_CHARACTERS, count=count)
        if count and not text:
            raise ValueError("it has a text without characters")
    elif kind == _SPARSE:
        _check_sparse(parts, order, shape, 2 if flags & _COMPLEX else 1)
    elif kind in _NUMERIC:
        for _ in range(2 if flags & _COMPLEX else 1):
            _part(parts, *_NUMBERS, size=_NUMBERS, count=count)
    else:
        raise ValueError("it holds an object or a function; save numbers, texts, cells, structs")
    if next(parts, None) is not None:  # scipy would take it for what comes next
        raise ValueError("sizes contradict shapes")


def _check_matrices(parts: Iterator[_Element], order: str, depth: int, count: int) -> None:
    """Check the values of a cell array or of the fields of a struct; empty ones have no bytes."""
    for _ in range(count):
        content = _part(parts, MATRIX)
        if content:
            _check_matrix(content, order, depth - 1)


def _check_sparse(parts: Iterator[_Element], order: str, shape: list[int], values: int) -> None:
    """Check the indices of a sparse matrix, which scipy does not."""
    rows = np.array(_numbers(_part(parts, _INT32), "i4", order))
    ends = np.array(_numbers(_part(parts, _INT32), "i4", order))
    fits = len(shape) == 2 and len(ends) == shape[1] + 1
    if not fits or ends[0] != 0 or (np.diff(ends) < 0).any() or ends[-1] > len(rows):
        raise ValueError("it has a sparse matrix whose columns have no order")
    used = rows[: ends[-1]]
    if ((used < 0) | (used >= shape[0])).any():
        raise ValueError("it has a sparse matrix with indices outside")
    for _ in range(values):
        kind, content = next(parts, _Element(0, memoryview(b"")))
        if len(content) < ends[-1] * _NUMBERS.get(kind, math.inf):
            raise ValueError("it has a sparse matrix with fewer values than indices")


def _part(
    parts: Iterator[_Element],
    *kinds: int,
    size: dict[int, int] | None = None,
    count: int = 0,
) -> memoryview:
    """Return the content of the next element.

    Args:
        parts: elements.
        kinds: types that it may have.
        size: {type: bytes of a value}, of those types whose number of values must be `count`.
        count: number of values.
    """
    kind, content = next(parts, _Element(0, memoryview(b"")))
    if kind not in kinds:
        raise ValueError(f"it has a part of type {kind} where {kinds[0]} should be")
    if size and kind in size and len(content) != count * size[kind]:
        raise ValueError(f"it has {len(content) / size[kind]:g} values of a shape of {count}")
    return content


def _numbers(content: memoryview, kind: str, order: str, count: int | None = None) -> list[int]:
    """Return 4-byte numbers, of which there must be `count`."""
    if len(content) % 4 or (count is not None and len(content) != 4 * count):
        raise ValueError(f"it has {len(content)} bytes for {count or 'whole'} numbers")
    return np.frombuffer(content, order + kind).tolist()
