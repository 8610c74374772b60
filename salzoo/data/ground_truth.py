"""Densities, masks and saliency maps: pictures and arrays whose values are numbers.

Datasets, `salzoo check`, `salzoo evaluate` and the pipeline read them here, so that all of
them take the same files, in the same way:

pictures        one channel, or several that are equal; of any depth, also floating-point
.npy            a 2-D array of numbers

What has no certain reading is refused: an alpha channel that is not opaque, colours, and
what is said of `read_density` and `read_mask`.
"""

import os
from typing import BinaryIO

import numpy as np
from PIL import Image

from salzoo.data.images import (
    EXTENSIONS,
    MAX_MEGAPIXELS,
    ImageHeader,
    check_image_file,
    load_picture,
    open_binary,
)
from salzoo.data.jpeg import decode_grey_jpeg
from salzoo.utils import array_files
from salzoo.utils.errors import InputError, shorten

ARRAY_ENDING = ".npy"
ENDINGS = (*EXTENSIONS, ARRAY_ENDING)
# Largest difference of the channels of a grey picture that was compressed with losses.
LOSSY_DIFFERENCE = 8
_LOSSY = ("JPEG", "MPO", "WEBP", "AVIF")
# A mask marks the object where it is above this level of 255, as in PySODMetrics.
OBJECT_LEVEL = 128
# PASCAL VOC draws the borders of its objects with this index, which counts as no label.
_BORDER_INDEX = 255

FilePath = str | os.PathLike[str]


def read_density(path: FilePath, file: BinaryIO | None = None) -> np.ndarray:
    """Read a fixation density.

    Args:
        path: picture or .npy file.
        file: the same file if it is open already.

    Returns:
        float32 (rows, columns), of any range: pictures of up to 16 bits 0..255, all others
        as stored. No value is negative, and not all are equal.

    Raises:
        InputError: as `read_values`; negative, infinite, missing or equal values.
    """
    return to_levels(_checked_density(path, file))


def read_mask(path: FilePath, graded: bool = False, file: BinaryIO | None = None) -> np.ndarray:
    """Read a mask of salient objects.

    Args:
        path: picture or .npy file. Black and white of any depth, 0 and 1, floats 0..1, or a
            palette picture of labels, in which all but index 0 is the object.
        graded: the values are shares of people, as in PASCAL-S: there may be no object.
        file: the same file if it is open already.

    Returns:
        float32 0..1 (rows, columns).

    Raises:
        InputError: as `read_values`; values of no certain scale, no object, or all object.
    """
    values, scale = _checked_mask(path, graded, file)
    return np.divide(values, np.float32(scale), dtype="float32")


def check_density(path: FilePath) -> None:
    """Raise the InputError of `read_density`, if any; a little faster."""
    _checked_density(path)


def check_mask(path: FilePath, graded: bool = False) -> None:
    """Raise the InputError of `read_mask`, if any; twice as fast."""
    _checked_mask(path, graded)


def read_values(path: FilePath, what: str, file: BinaryIO | None = None) -> np.ndarray:
    """Read the numbers of a picture or an array.

    Args:
        path: picture or .npy file.
        what: "density", "mask", "saliency map" or "point map". The indices of a mask may be
            labels: its palette may have colours.
        file: the same file if it is open already.

    Returns:
        (rows, columns) in the type of the file: uint8 and uint16 for pictures of up to 16
        bits, bool for labels. float32 where channels differ by compression: their mean.

    Raises:
        InputError: the file is missing, damaged, animated or too large, has colours or an
            alpha channel that is not opaque, or no 2-D array of numbers.
    """
    if is_array_file(path):
        with open_binary(path, file) as opened:
            header = array_files.read_header(opened, path)
            size = map_shape(header.shape, header.dtype, path)
            return array_files.read_values(opened, header).reshape(size)
    with open_binary(path, file) as opened:
        grey = decode_grey_jpeg(opened, MAX_MEGAPIXELS * 1e6)
        if grey is not None:
            return grey
        image = load_picture(path, opened)
    if _is_transparent(image):
        raise InputError(
            f"{path} has an alpha channel that is not opaque, so its values depend on what lies "
            "behind; save grey levels without alpha."
        )
    if image.mode == "1":
        return np.asarray(image.convert("L"))
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image)
        # Pillow reads a PGM of more than 8 bits as 32-bit numbers, scaled to 0..65535.
        deep = image.mode.startswith("I;16") or (image.mode, image.format) == ("I", "PPM")
        return values.astype("uint16") if deep else values
    if image.mode in ("L", "LA"):
        return np.asarray(image.getchannel(0))
    return _equal_channels(image, path, what)


def to_levels(values: np.ndarray) -> np.ndarray:
    """Return values of `read_values` as float32, 16 bits scaled to 0..255.

    Args:
        values: (rows, columns), any numeric type.
    """
    levels = values.astype("float32")
    return levels / np.float32(257) if values.dtype.name == "uint16" else levels


def is_array_file(path: FilePath) -> bool:
    """Return whether a file is an array by its name."""
    return os.fspath(path).lower().endswith(ARRAY_ENDING)


def check_header(path: FilePath, file: BinaryIO | None = None) -> ImageHeader:
    """Check that a file of `read_values` is whole, without decoding it.

    Args:
        path: picture or .npy file.
        file: the same file if it is open already.

    Raises:
        InputError: the file is cut short, no picture, or no 2-D array of numbers.
    """
    if is_array_file(path):
        with open_binary(path, file) as opened:
            header = array_files.read_header(opened, path)
        return ImageHeader(map_shape(header.shape, header.dtype, path))
    return check_image_file(path, file=file)


def map_shape(shape: tuple[int, ...], dtype: np.dtype, name: object) -> tuple[int, int]:
    """Return the size of a map by the header of its file, before its values are read.

    Args:
        shape: of the array; axes of length 1 beside rows and columns are left out.
        dtype: of its values.
        name: of its file, for the message.

    Returns:
        (rows, columns).

    Raises:
        InputError: it is no 2-D array of numbers, or larger than MAX_MEGAPIXELS.
    """
    sides = shape if len(shape) < 3 else tuple(side for side in shape if side != 1)
    described = shorten("x".join(map(str, shape))) or "single"
    if len(sides) != 2 or dtype.kind not in "fiub" or 0 in sides:
        raise InputError(
            f"{name} holds a {described} array of {shorten(dtype)}; a map is (rows, columns) of "
            "numbers."
        )
    if sides[0] * sides[1] > MAX_MEGAPIXELS * 1_000_000:
        raise InputError(
            f"{name} holds a {described} array, more than {MAX_MEGAPIXELS} megapixels; shrink it."
        )
    return sides[0], sides[1]


_SAVE_MASK = f"save 0 and 255 (object above {OBJECT_LEVEL}) or 0 and 1"


def _checked_density(path: FilePath, file: BinaryIO | None = None) -> np.ndarray:
    """Return the values of a density, in the type of the file."""
    values = read_values(path, "density", file)
    low, high = _finite_range(values, path)
    if high < 0:
        raise InputError(
            f"{path} has no value above 0 ({low:g} to {high:g}), as a log density; save exp of it."
        )
    if low < 0:
        raise InputError(f"{path} has values below 0 (the least is {low:g}); a density has none.")
    if low == high:
        found = "is black everywhere" if high == 0 else f"has the value {high:g} everywhere"
        raise InputError(
            f"{path} {found}, so nobody looked anywhere; replace it, or remove it and its image."
        )
    return values


def _checked_mask(
    path: FilePath, graded: bool, file: BinaryIO | None = None
) -> tuple[np.ndarray, float]:
    """Return the values of a mask, in the type of the file, and that of a pixel of the object."""
    values = read_values(path, "mask", file)
    low, high = _finite_range(values, path)
    scale = _mask_scale(values, low, high, graded)
    if scale is None or low < 0:
        raise InputError(f"{path} has values from {low:g} to {high:g}; {_SAVE_MASK}.")
    if not graded:
        _check_object(path, low, high, scale)
    return values, scale


def _finite_range(values: np.ndarray, path: FilePath) -> tuple[float, float]:
    """Return the least and the largest value, which must be finite in float32 too."""
    with np.errstate(over="ignore"):
        low, high = np.float32(values.min()), np.float32(values.max())
    if not np.isfinite([low, high]).all():
        raise InputError(f"{path} has values that are not numbers (NaN or infinite); replace them.")
    return float(low), float(high)


def _mask_scale(values: np.ndarray, low: float, high: float, graded: bool) -> float | None:
    """Return the value of a pixel that is surely object, None if it is not known."""
    if high <= 1 and not graded:
        return 1.0
    limits = {"uint8": 255.0, "uint16": 65535.0, "bool": 1.0}
    scale = limits.get(values.dtype.name)
    if scale is None:  # wider numbers hold values of fewer bits
        scale = next((limit for limit in (1.0, 255.0, 65535.0) if high <= limit), None)
    return scale


def _check_object(path: FilePath, low: float, high: float, scale: float) -> None:
    """Check that a mask has pixels of the object and others."""
    least, largest = (np.rint(value / scale * 255) for value in (low, high))
    if largest <= OBJECT_LEVEL:
        if high == 0:
            raise InputError(
                f"{path} is black everywhere, so it has no object; replace it, or remove it and "
                "its image."
            )
        raise InputError(f"{path} has values from {low:g} to {high:g}, no object; {_SAVE_MASK}.")
    if least > OBJECT_LEVEL:
        raise InputError(
            f"{path} marks every pixel as object; replace it, or remove it and its image."
        )


def _is_transparent(image: Image.Image) -> bool:
    """Return whether any pixel is not opaque."""
    if not image.has_transparency_data:
        return False
    key = image.info.get("transparency")
    if image.mode.startswith("I"):  # 16 bits and a transparent grey level
        return bool((np.asarray(image) == key).any())
    return bool(np.asarray(image.convert("RGBA"))[..., 3].min() < 255)


def _equal_channels(image: Image.Image, path: FilePath, what: str) -> np.ndarray:
    """Return the grey levels of a picture with several channels, or the labels of a mask."""
    try:
        channels = np.asarray(image.convert("RGB"))
    except ValueError:
        raise InputError(
            f"{path} has {image.mode} pixels, which are no grey levels; save grey levels."
        ) from None
    # By channel: the smallest axis is the last, and numpy is slow on it.
    red, green, blue = (channels[..., place] for place in range(3))
    if np.array_equal(red, green) and np.array_equal(red, blue):
        return red
    if what == "mask" and image.mode == "P":
        return _labels(image, path)
    lossy = image.format in _LOSSY
    difference = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    if not lossy or difference.max() > LOSSY_DIFFERENCE:
        raise InputError(
            f"{path} has colours; a colour map such as jet is not a {what}; save grey levels."
        )
    return channels.astype("float32").mean(axis=-1)


def _labels(image: Image.Image, path: FilePath) -> np.ndarray:
    """Return where a picture of labels, index 0 the background in black, has any."""
    indices = np.asarray(image)
    background = (image.getpalette("RGB") or [])[:3]
    if background != [0, 0, 0]:
        raise InputError(
            f"{path} has colours, and index 0 of its palette is not black as the background of "
            f"labels is; {_SAVE_MASK}."
        )
    labels = np.unique(indices)
    if _BORDER_INDEX in labels and len(labels) > 2:
        raise InputError(
            f"{path} has the index {_BORDER_INDEX} beside other labels, as PASCAL VOC draws "
            f"borders, which are neither object nor background; {_SAVE_MASK}."
        )
    return indices > 0
