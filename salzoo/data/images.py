"""Image files: checked before they are decoded, then read as RGB by Pillow.

Where an image has an alpha channel it is laid over white, as a viewer would.
`salzoo.data.decoding` gives the same pixels inside TensorFlow's graphs. Pictures whose values are
numbers (densities, masks, maps) are read by `salzoo.data.ground_truth`.
"""

import contextlib
import os
import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from salzoo.data.image_kinds import EXTENSIONS as EXTENSIONS
from salzoo.data.image_kinds import FORMATS
from salzoo.data.jpeg import check_jpeg
from salzoo.utils.errors import ImageTooLarge, InputError
from salzoo.utils.regular_files import open_regular

MAX_MEGAPIXELS = 100
# Converted at a time, so that copies and floats of large images take little memory.
PIXELS_AT_ONCE = 4_000_000
# Bytes: float64 or four channels of 16 bits at the largest size take 0.8 GB without compression.
FILE_LIMIT = 2**30


class ImageHeader(NamedTuple):
    """What an image file says of its image.

    Attributes:
        size: (rows, columns) as stored, EXIF rotation ignored.
        orientation: EXIF orientation 1..8, 1 where none is stored.
    """

    size: tuple[int, int]
    orientation: int = 1


def image_size(path: str | os.PathLike[str]) -> tuple[int, int]:
    """Return (rows, columns) from the file's header, EXIF rotation ignored.

    Args:
        path: image file.

    Raises:
        InputError: the file is missing, empty, no image, animated, or larger
            than MAX_MEGAPIXELS.
    """
    with open_binary(path) as file, _open(path, file) as image:
        return image.height, image.width


def check_image_file(
    path: str | os.PathLike[str], exif: bool = False, file: BinaryIO | None = None
) -> ImageHeader:
    """Check that an image file is whole and return its header, without decoding it.

    A JPEG or PNG file is whole if it ends where its format says it must, which takes
    microseconds to find. The file is opened once.

    Args:
        path: image file.
        exif: read the EXIF orientation too.
        file: the same file if it is open already.

    Raises:
        InputError: as `image_size`, or the file is cut short.
    """
    with open_binary(path, file) as opened:
        _check_end(path, opened)
        opened.seek(0)
        with _open(path, opened) as image:
            size = image.height, image.width
            return ImageHeader(size, _orientation(image) if exif else 1)


def _orientation(image: Image.Image) -> int:
    try:
        return image.getexif().get(ExifTags.Base.Orientation, 1)
    except (OSError, SyntaxError, ValueError):
        return 1  # what its EXIF part says cannot be known


class DecodedImage(NamedTuple):
    """The content of an image file.

    Attributes:
        rgb: RGB 0..255 (rows, columns, 3), uint8; float32 for an image of 16 bits.
        picture: the same as a Pillow image in the mode of the file, with its ICC profile in
            `info`.
        format: "jpeg", "png" or "other".
    """

    rgb: np.ndarray
    picture: Image.Image
    format: str


def decode_file(
    path: str | os.PathLike[str], exif: bool = True, file: BinaryIO | None = None
) -> DecodedImage:
    """Open and decode an image file once.

    Grey, palette, CMYK, 16-bit and alpha images are converted to RGB.

    Args:
        path: image file.
        exif: turn the image as its EXIF orientation says.
        file: the same file if it is open already.

    Raises:
        InputError: as `image_size`, or the image data is damaged.
    """
    with open_binary(path, file) as opened, _open(path, opened) as image, _named_damage(path):
        _load(path, image, opened)
        if exif:
            ImageOps.exif_transpose(image, in_place=True)
        return DecodedImage(to_rgb(image, path), image, file_format(path, opened))


def load_picture(path: str | os.PathLike[str], file: BinaryIO | None = None) -> Image.Image:
    """Open and decode an image file once, as a Pillow image in the mode of the file.

    Args:
        path: image file.
        file: the same file if it is open already.

    Raises:
        InputError: as `decode_file`.
    """
    with open_binary(path, file) as opened, _open(path, opened) as image, _named_damage(path):
        _load(path, image, opened)
        return image


def _load(path: str | os.PathLike[str], image: Image.Image, file: BinaryIO) -> None:
    """Decode an opened image and check that nothing of it is missing."""
    image.load()
    if image.mode == "P" and image.palette is None:  # Pillow's conversions would assert it
        raise InputError(f"{path} is damaged: its palette is missing; replace the file.")
    if image.format in ("JPEG", "MPO"):
        check_jpeg(path, file)


@contextlib.contextmanager
def _named_damage(path: str | os.PathLike[str]) -> Iterator[None]:
    """Turn the errors of damaged image data into InputError."""
    try:
        yield
    except InputError:
        raise
    except MemoryError as error:
        raise InputError(
            f"{path} needs more memory than there is; shrink it before giving it here."
        ) from error
    except Exception as error:  # Pillow raises many kinds for damaged data
        raise InputError(
            f"{path} is damaged or cut short ({_reason(error)}); replace the file."
        ) from error


def read_image(
    path: str | os.PathLike[str], exif: bool = True, file: BinaryIO | None = None
) -> np.ndarray:
    """Read an image file as float32 RGB 0..255, (rows, columns, 3).

    Args:
        path: image file.
        exif: turn the image as its EXIF orientation says.
        file: the same file if it is open already.

    Raises:
        InputError: as `decode_file`.
    """
    return decode_file(path, exif, file).rgb.astype("float32")


def _check_end(path: str | os.PathLike[str], file: BinaryIO) -> None:
    start = file.read(8)
    file.seek(0, 2)
    file.seek(max(0, file.tell() - 4096))
    end = file.read()
    jpeg, png = start[:2] == b"\xff\xd8", start[:4] == b"\x89PNG"
    if (jpeg or png) and (b"\xff\xd9" if jpeg else b"IEND") not in end:
        raise InputError(f"{path} is cut short: its end is missing; replace the file.")


def file_format(path: str | os.PathLike[str], file: BinaryIO | None = None) -> str:
    """Return "jpeg", "png" or "other", by the first bytes of a file.

    Args:
        path: any file.
        file: the same file if it is open already.
    """
    with open_binary(path, file) as opened:
        opened.seek(0)
        start = opened.read(4)
    return "jpeg" if start[:2] == b"\xff\xd8" else "png" if start == b"\x89PNG" else "other"


def open_binary(
    path: str | os.PathLike[str], file: BinaryIO | None = None
) -> contextlib.AbstractContextManager[BinaryIO]:
    """Open an image, density, mask or map for reading, unless it is open already.

    Args:
        path: of the file.
        file: the same file if it is open already; it is left open.

    Raises:
        InputError: it does not exist, is no regular file or larger than FILE_LIMIT.
    """
    return contextlib.nullcontext(file) if file is not None else open_regular(path, FILE_LIMIT)


def _open(path: str | os.PathLike[str], file: BinaryIO) -> Image.Image:
    """Open with Pillow, header only, and refuse what cannot be one picture.

    Args:
        path: image file, for messages.
        file: the same, open.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # size is judged below, odd metadata do not matter
            image = Image.open(file, formats=FORMATS)
            frames = getattr(image, "n_frames", 1)
    except Image.DecompressionBombError:
        raise _too_large(path) from None
    except UnidentifiedImageError:
        raise InputError(f"{path} is not an image that can be read; give JPEG or PNG.") from None
    except Exception as error:  # Pillow raises many kinds for damaged headers
        raise InputError(f"{path} is not a readable image ({_reason(error)}).") from error
    if image.width * image.height > MAX_MEGAPIXELS * 1_000_000:
        image.close()
        raise _too_large(path)
    # A telephone's MPO file is an upright picture followed by previews of it.
    if frames > 1 and image.format != "MPO":
        image.close()
        raise InputError(f"{path} holds {frames} pictures; save the one you want as JPEG or PNG.")
    return image


def _reason(error: Exception) -> str:
    """Return the first line of a library's message."""
    return (str(error) or type(error).__name__).splitlines()[0]


def _too_large(path: str | os.PathLike[str]) -> ImageTooLarge:
    return ImageTooLarge(
        f"{path} has more than {MAX_MEGAPIXELS} megapixels; shrink it before giving it here."
    )


def to_rgb(image: Image.Image, path: str | os.PathLike[str]) -> np.ndarray:
    """Convert aPillow image to RGB.

    Args:
        image: any mode.
        path: name of the image in errors.

    Returns:
        RGB 0..255 (rows, columns, 3), uint8; float32 for an image of 16 bits.

    Raises:
        InputError: the range of its values is not known.
    """
    # Pillow reads a PGM of more than 8 bits as 32-bit numbers, scaled to 0..65535.
    if image.mode.startswith("I;16") or (image.mode, image.format) == ("I", "PPM"):
        return np.repeat(np.asarray(image, "float32")[..., None] / 257.0, 3, axis=-1)
    if image.mode in ("I", "F"):
        kind = "32-bit" if image.mode == "I" else "floating-point"
        raise InputError(f"{path} has {kind} values of no known range; save it as 8-bit PNG.")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    rgb = np.empty((image.height, image.width, 3), "uint8")
    rows = max(1, PIXELS_AT_ONCE // image.width)
    for top in range(0, image.height, rows):
        part = image
        if rows < image.height:
            part = image.crop((0, top, image.width, min(top + rows, image.height)))
        values = np.asarray(part if part.mode == mode else part.convert(mode))
        if mode == "RGBA":
            values = np.round(over_white(values.astype("float32")))
        rgb[top : top + rows] = values
    return rgb


def over_white(rgba: Any) -> Any:
    """Lay an image with alpha over white.

    Args:
        rgba: array or tensor (..., 4), 0..255.

    Returns:
        RGB (..., 3), not rounded.
    """
    return 255.0 - (255.0 - rgba[..., :3]) * (rgba[..., 3:] / 255.0)
