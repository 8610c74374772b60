"""Maps as bytes: grey PNG files of 8 or 16 bits, or arrays of float16, at a chosen size."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from salzoo.utils.png_files import write_png

# Of these "none" stores no map. PNG files are scaled by the maximum of the map.
ENCODINGS = ("png8", "png16", "float16", "none")
DTYPES = {"png8": "uint8", "png16": "uint16", "float16": "float16"}
_TINY = float(np.finfo("float32").tiny)
# A size is (rows, columns), or the length of the longer side.
Size = tuple[int, int] | int | None


def resize(map_: np.ndarray, size: Size) -> np.ndarray:
    """Resize a map bilinearly, with antialiasing where it shrinks.

    Args:
        map_: float32 (rows, columns).
        size: (rows, columns); the length of the longer side, which keeps the aspect ratio and
            enlarges nothing; or None for the size of the image.
    """
    if isinstance(size, int):
        rows, columns = map_.shape
        factor = min(1.0, size / max(rows, columns))
        size = max(1, round(rows * factor)), max(1, round(columns * factor))
    if size is None or tuple(size) == map_.shape:
        return map_
    picture = Image.fromarray(np.asarray(map_, "float32"))
    return np.asarray(picture.resize(size[::-1], Image.Resampling.BILINEAR))


def quantise(map_: np.ndarray, encoding: str) -> tuple[np.ndarray, float]:
    """Return the values that are stored of a map.

    Args:
        map_: 0 or more, float32 (rows, columns).
        encoding: one of DTYPES.

    Returns:
        uint8 or uint16, scaled by the maximum, or float16; and the value that the largest whole
        number stands for (1 for float16).
    """
    dtype = DTYPES[encoding]
    if encoding == "float16":
        return np.minimum(map_, np.finfo("float16").max).astype(dtype), 1.0
    highest = max(float(map_.max(initial=0)), _TINY)
    levels = np.round(np.maximum(map_, 0) / np.float32(highest) * np.iinfo(dtype).max)
    return levels.astype(dtype), highest


def encode(values: np.ndarray, raw: bool = False) -> bytes:
    """Return the values of `quantise` as a PNG file.

    Args:
        values: (rows, columns).
        raw: return the little-endian bytes of the array, as always for float16.
    """
    if raw or values.dtype == np.float16:
        return values.astype(values.dtype.newbyteorder("<")).tobytes()
    buffer = io.BytesIO()
    if values.dtype == np.uint8:
        write_png(buffer, values)
    else:  # more compression saves little and takes longer than the network
        Image.fromarray(values).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def from_bytes(content: bytes, row: Mapping[str, Any]) -> np.ndarray:
    """Return the values of which `encode` made raw bytes.

    Args:
        content: the bytes.
        row: with `map_type`, `map_rows` and `map_columns`.
    """
    dtype = np.dtype(DTYPES[row["map_type"]]).newbyteorder("<")
    return np.frombuffer(content, dtype).reshape(row["map_rows"], row["map_columns"])


def decode_map(row: Mapping[str, Any]) -> np.ndarray | None:
    """Return the map of a row of a batch's Parquet files.

    Args:
        row: its columns by name; `map`, `map_rows`, `map_columns`, `map_type` and `map_maximum`
            are used.

    Returns:
        float32 (rows, columns); None where there is no map.
    """
    if row["map"] is None:
        return None
    if row["map_type"] == "float16":
        return from_bytes(row["map"], row).astype("float32")
    with Image.open(io.BytesIO(row["map"]), formats=("PNG",)) as picture:
        levels = np.asarray(picture)
    top = np.iinfo(DTYPES[row["map_type"]]).max
    return levels.astype("float32") / np.float32(top) * np.float32(row["map_maximum"])
