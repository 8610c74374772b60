"""Large images: the network sees a smaller copy, so that memory does not grow with the image.

The inputs of the networks have about 0.1 megapixels. An image of up to LARGEST_PIXELS is
resized to them directly, as in training and in all published measurements.
"""

import math

import numpy as np
from PIL import Image

LARGEST_PIXELS = 16_000_000
# Of one side: graphs compute places in it in 32 bits.
LONGEST_SIDE = 30_000
# Blocks that are averaged at a time, so that their floats take little memory.
_ROWS_AT_ONCE = 128


def block_side(size: tuple[int, int]) -> int:
    """Return the side of the square blocks over which an image is averaged.

    Args:
        size: (rows, columns) of the image, at least 1 pixel.

    Returns:
        The smallest whole number with which at most LARGEST_PIXELS, and LONGEST_SIDE of a side,
        are left.
    """
    rows, columns = size
    side = math.ceil(
        max(math.sqrt(rows * columns / LARGEST_PIXELS), max(rows, columns) / LONGEST_SIDE)
    )
    while math.ceil(rows / side) * math.ceil(columns / side) > LARGEST_PIXELS:
        side += 1  # an image of few rows
    return side


def reduce_image(image: np.ndarray, side: int) -> np.ndarray:
    """Average an image over square blocks, those at the border over what there is of them.

    Args:
        image: (rows, columns, 3), any numeric type.
        side: of the blocks.

    Returns:
        float32 (rows / side, columns / side, 3), rounded up; the image itself if `side` is 1.
    """
    if side == 1:
        return image
    rows, columns = image.shape[:2]
    reduced = np.empty((math.ceil(rows / side), math.ceil(columns / side), 3), "float32")
    lefts = np.arange(0, columns, side)
    widths = np.diff([*lefts, columns])[:, None]
    for top in range(0, len(reduced), _ROWS_AT_ONCE):
        band = image[top * side : (top + _ROWS_AT_ONCE) * side].astype("float32")
        tops = np.arange(0, len(band), side)
        heights = np.diff([*tops, len(band)])[:, None, None]
        sums = np.add.reduceat(np.add.reduceat(band, tops, axis=0), lefts, axis=1)
        reduced[top : top + _ROWS_AT_ONCE] = sums / (heights * widths)
    return reduced


def enlarge_map(map_: np.ndarray, size: tuple[int, int], side: int) -> np.ndarray:
    """Resize the map of a reduced image to the image, linearly.

    Args:
        map_: float32 (rows / side, columns / side), rounded up.
        size: (rows, columns) of the image.
        side: of the blocks that were averaged.

    Returns:
        float32 (rows, columns); the map itself if `side` is 1.
    """
    if side == 1:
        return map_
    rows, columns = size
    picture = Image.fromarray(np.asarray(map_, "float32"))
    enlarged = np.empty(size, "float32")
    for top in range(0, rows, _ROWS_AT_ONCE):
        bottom = min(top + _ROWS_AT_ONCE, rows)
        # In pixels of the small map, whose last blocks may reach beyond the image.
        box = (0, top / side, columns / side, bottom / side)
        band = picture.resize((columns, bottom - top), Image.Resampling.BILINEAR, box=box)
        enlarged[top:bottom] = np.asarray(band)
    return enlarged
