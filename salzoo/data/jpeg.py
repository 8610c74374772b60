"""JPEG files: damage that Pillow passes over, and grey files at half the cost."""

import contextlib
import os
from typing import BinaryIO

import numpy as np
import simplejpeg

from salzoo.utils.errors import InputError
from salzoo.utils.regular_files import open_regular

# Parts of libjpeg's warnings about lost data.
_LOSSES = ("remature end", "bad Huffman code", "bad arithmetic code", "instead of RST")


def check_jpeg(path: str | os.PathLike[str], file: BinaryIO) -> None:
    """Check that no pixel data of a JPEG are missing or damaged.

    libjpeg fills in grey and only warns, and Pillow passes over its warnings. Warnings
    that cost no pixel, like bytes too many, are no reason to refuse a file. A progressive
    file that ends exactly between two of its scans looks like a whole one.

    Args:
        path: JPEG file, for messages.
        file: the same, open.

    Raises:
        InputError: pixels are lost.
    """
    try:
        decode_strictly(path, file)
    except ValueError as error:
        if any(loss in str(error) for loss in _LOSSES):
            raise InputError(
                f"{path} is damaged or cut short ({str(error).splitlines()[0]}); replace the file."
            ) from error


def decode_strictly(path: str | os.PathLike[str], file: BinaryIO | None = None) -> None:
    """Decode a JPEG at an eighth of its size, which halves the cost, to find damage.

    Args:
        path: JPEG file.
        file: the same file if it is open already.

    Raises:
        ValueError: libjpeg warns.
    """
    with open_regular(path) if file is None else contextlib.nullcontext(file) as opened:
        opened.seek(0)
        simplejpeg.decode_jpeg(opened.read(), "GRAY", min_height=1, min_width=1, strict=True)


def decode_grey_jpeg(file: BinaryIO, largest: float) -> np.ndarray | None:
    """Decode a whole JPEG of one channel, at half the cost of Pillow.

    Args:
        file: any open file.
        largest: number of pixels.

    Returns:
        uint8 (rows, columns), equal to Pillow's; None for every other file, larger ones and
        those that libjpeg warns of.
    """
    file.seek(0)
    content = file.read(2)
    if content != b"\xff\xd8":
        return None
    content += file.read()
    try:
        rows, columns, colours, _ = simplejpeg.decode_jpeg_header(content)
        if colours != "Gray" or rows * columns > largest:
            return None
        return simplejpeg.decode_jpeg(content, "GRAY", strict=True)[..., 0]
    except ValueError:
        return None
