"""Nesting of cells and structs in MATLAB 5 files, which scipy reads by recursion in C.

A file of 1 MB can be nested so deeply that the process ends. scipy trusts the shapes and does not
look at the sizes of arrays, so that both must agree here.
"""

import math
import struct

from salzoo.utils.errors import InputError

MATRIX = 14
# A level takes 48 bytes or more, and 4000 levels fit on the stack.
SMALL = 192 * 1024
DEPTH_LIMIT = 50
_CELL, _STRUCT, _CHAR, _SPARSE, _COMPLEX = 1, 2, 4, 5, 0x800
_NUMBERS = range(6, 16)


def check_nesting(content: bytes, order: str) -> None:
    """Check a variable before it is given to scipy.

    Args:
        content: the variable, not compressed, from its tag on.
        order: of the bytes, "<" or ">".

    Raises:
        InputError: cells and structs are nested more than 50 deep, or sizes contradict shapes.
    """
    if len(content) > SMALL:
        try:
            _walk(content, order)
        except struct.error:
            raise InputError("it is damaged; replace the file.") from None


def _walk(content: bytes, order: str) -> None:
    tag = struct.Struct(f"{order}II")
    # (end, number of parts that are still to come) of the arrays around the current place
    around: list[list[int]] = []
    place = 0
    while True:
        kind, size = tag.unpack_from(content, place)
        place += 8
        if kind != MATRIX or place + size > len(content):
            raise InputError("it is damaged; replace the file.")
        if size:
            end = place + size
            place, arrays = _head_end(content, order, tag, place)
            around.append([end, arrays])
            if len(around) > DEPTH_LIMIT:
                raise InputError(f"cells are nested more than {DEPTH_LIMIT} deep.")
        while around and not around[-1][1]:
            if around.pop()[0] != place:
                raise InputError("sizes contradict shapes; replace the file.")
        if not around:
            return
        around[-1][1] -= 1


def _head_end(content: bytes, order: str, tag: struct.Struct, place: int) -> tuple[int, int]:
    """Return where the arrays within an array begin, and how many there are."""
    flags, _ = tag.unpack_from(content, place + 8)
    kind = flags & 0xFF
    dimensions_start, dimensions_size, place = _element(content, tag, place + 16)
    sides = struct.unpack_from(f"{order}{dimensions_size // 4}i", content, dimensions_start)
    _, _, place = _element(content, tag, place)  # the name
    count = math.prod(sides)
    if kind == _CELL:
        return place, count
    if kind == _STRUCT:
        length_start, _, place = _element(content, tag, place)
        (length,) = struct.unpack_from(f"{order}i", content, length_start)
        _, names_size, place = _element(content, tag, place)
        return place, count * (names_size // length if length > 0 else 0)
    if kind not in (_CHAR, _SPARSE, *_NUMBERS):
        raise InputError("it holds an object or a function; save numbers, texts, cells, structs.")
    parts = (3 if kind == _SPARSE else 1) + bool(flags & _COMPLEX)
    for _ in range(parts):
        _, _, place = _element(content, tag, place)
    return place, 0


def _element(content: bytes, tag: struct.Struct, place: int) -> tuple[int, int, int]:
    """Return start and size of the values of an element, and where the next one begins."""
    kind, size = tag.unpack_from(content, place)
    if kind >> 16:  # up to four bytes within the tag
        return place + 4, kind >> 16, place + 8
    return place + 8, size, place + 8 + (size + 7) // 8 * 8
