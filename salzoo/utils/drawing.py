"""Pictures of maps: grey, in colour, as overlays, and in panels for comparison."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Protocol

import numpy as np
from PIL import Image, ImageDraw, ImageFont

# Colour map from dark violet over red to pale yellow, in even steps of lightness.
_HEAT = np.array(
    [
        (0, 0, 4),
        (31, 12, 72),
        (85, 15, 109),
        (136, 34, 106),
        (186, 54, 85),
        (227, 89, 51),
        (249, 140, 10),
        (249, 201, 50),
        (252, 255, 164),
    ],
    "float64",
)
PANEL_HEIGHT = 180
GAP = 6
# Width over height of a picture in panels; panoramas have up to 8.
WIDEST = 8


class Spot(Protocol):
    """A place in an image, in pixels; the origin is the centre of the top left pixel."""

    @property
    def x(self) -> float:
        """Column."""

    @property
    def y(self) -> float:
        """Row."""


def scale_by_maximum(map_: np.ndarray) -> np.ndarray:
    """Divide a map by its maximum.

    Args:
        map_: any shape; negative values count as 0.

    Returns:
        float32 array of the same shape, 0..1; all 0 if the map is.
    """
    values = np.maximum(np.asarray(map_, "float32"), 0.0)
    return values / max(values.max(initial=0.0), np.finfo("float32").tiny)


def draw_grey(map_: np.ndarray) -> Image.Image:
    """Return a map (rows, columns) as an 8-bit grey picture, scaled by its maximum."""
    map_ = np.asarray(map_)
    highest = max(map_.max(initial=0.0), np.finfo("float32").tiny)
    levels = np.empty(map_.shape, "uint8")
    for band in _bands(len(levels)):
        levels[band] = np.round(np.maximum(np.asarray(map_[band], "float32"), 0) / highest * 255)
    return Image.fromarray(levels)


def _bands(rows: int) -> Iterator[slice]:
    """Yield slices of some rows: images may have 100 megapixels, whose floats need much memory."""
    for top in range(0, rows, 256):
        yield slice(top, top + 256)


def apply_colour_map(values: np.ndarray) -> np.ndarray:
    """Apply the colour map.

    Args:
        values: any shape, 0..1.

    Returns:
        RGB colours (..., 3), float64, 0..255.
    """
    anchors = np.linspace(0, 1, len(_HEAT))
    return np.stack([np.interp(values, anchors, _HEAT[:, channel]) for channel in range(3)], -1)


def overlay_opacity(values: np.ndarray) -> np.ndarray:
    """Return how opaque the colours of an overlay are.

    The slope at 0 is small enough that steps of an 8-bit map are not seen on light images.

    Args:
        values: any shape, 0..1.

    Returns:
        Array of the same shape, 0..0.85.
    """
    return 0.85 * values * (2 - values)


def draw_overlay(image: np.ndarray, map_: np.ndarray, colour_bar: bool = True) -> Image.Image:
    """Draw a map over its image; higher values are brighter and more opaque.

    Args:
        image: (rows, columns, 3), 0..255.
        map_: (rows, columns); it is scaled by its maximum.
        colour_bar: draw the colour map into the lower right corner, if there is room.

    Returns:
        RGB picture of the size of the image.
    """
    levels = draw_grey(map_)
    shares = np.linspace(0, 1, 256)
    opacity = levels.point(np.round(255 * overlay_opacity(shares)).tolist())
    colours = levels.copy()
    colours.putpalette(np.uint8(np.round(apply_colour_map(shares))).tobytes())
    # Pillow blends bytes, several times as fast as numpy floats.
    picture = colours.convert("RGB")
    below = image if image.dtype == np.uint8 else np.uint8(np.clip(np.round(image), 0, 255))
    picture = Image.composite(picture, Image.fromarray(below), opacity)
    if colour_bar and picture.width >= 120 and picture.height >= 60:
        _draw_colour_bar(picture)
    return picture


def _draw_colour_bar(picture: Image.Image) -> None:
    text = max(10, picture.height // 40)
    font = ImageFont.load_default(text)
    width, height = picture.width // 4, max(6, picture.height // 50)
    margin = text // 2
    left = picture.width - width - 2 * margin
    top = picture.height - height - text - 3 * margin
    draw = ImageDraw.Draw(picture, "RGBA")
    draw.rectangle(
        (left - margin, top - margin, picture.width, picture.height), fill=(0, 0, 0, 150)
    )
    bar = np.broadcast_to(apply_colour_map(np.linspace(0, 1, width)), (height, width, 3))
    picture.paste(Image.fromarray(np.uint8(bar)), (left, top))
    for share, label, anchor in ((0, "0", "la"), (0.5, "0.5", "ma"), (1, "1", "ra")):
        position = (left + share * width, top + height + margin // 2)
        draw.text(position, label, fill="white", font=font, anchor=anchor)


def mark_spots(picture: Image.Image, spots: Iterable[Spot], radius: float) -> None:
    """Draw a numbered circle around each spot into a picture, starting at 1.

    Args:
        picture: RGB picture; it is changed.
        spots: places, in pixels.
        radius: of the circles, in pixels.
    """
    draw = ImageDraw.Draw(picture)
    line = max(1, min(picture.size) // 250)
    font = ImageFont.load_default(max(10, round(0.6 * radius)))
    for number, spot in enumerate(spots, 1):
        x, y = spot.x + 0.5, spot.y + 0.5
        for width, colour in ((3 * line, "black"), (line, "white")):
            reach = radius + width / 2
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), outline=colour, width=width)
        draw.text(
            (x, y), str(number), "white", font, "mm", stroke_width=2 * line, stroke_fill="black"
        )


def draw_panel(
    rows: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]], names: Sequence[str] | None = None
) -> Image.Image:
    """Compose a picture with a row for each image: image, truth, prediction and overlay.

    Args:
        rows: (image, truth, prediction) of each image: an array (rows, columns, 3), 0..255,
            and two maps, which are scaled by their maximum.
        names: captions of the rows; None: no captions.

    Returns:
        RGB picture.
    """
    titles = ("image", "truth", "prediction", "prediction over image")
    strips = [
        [
            Image.fromarray(np.uint8(np.clip(np.round(image), 0, 255))),
            Image.fromarray(np.uint8(apply_colour_map(scale_by_maximum(truth)))),
            Image.fromarray(np.uint8(apply_colour_map(scale_by_maximum(prediction)))),
            draw_overlay(image, prediction, colour_bar=False),
        ]
        for image, truth, prediction in rows
    ]
    return draw_rows(strips, titles, [[name] for name in names] if names else None)


def draw_rows(
    strips: Sequence[Sequence[Image.Image]],
    titles: Sequence[str],
    captions: Sequence[Sequence[str]] | None = None,
    height: int = PANEL_HEIGHT,
) -> Image.Image:
    """Compose a picture of rows of pictures under titles.

    Args:
        strips: the pictures of each row, one below each title; the last row may be shorter.
        titles: of the columns.
        captions: texts below the pictures of each row, for all or the first of them; None: no
            captions.
        height: of each picture, in pixels; very wide ones are lower.

    Returns:
        RGB picture.
    """
    font = ImageFont.load_default(13)
    strips = [[_at_height(picture, height) for picture in strip] for strip in strips]
    columns = zip_longest(*strips)
    widths = [max(picture.width for picture in column if picture) for column in columns]
    line = 20
    step = height + GAP + (line if captions else 0)
    size = (sum(widths) + GAP * (len(widths) + 1), line + GAP + step * len(strips))
    canvas = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(canvas)
    lefts = np.cumsum([GAP, *(width + GAP for width in widths)]).tolist()
    for left, title in zip(lefts, titles, strict=False):
        draw.text((left, 3), title, fill="black", font=font)
    for number, strip in enumerate(strips):
        top = line + GAP + step * number
        for left, picture in zip(lefts, strip, strict=False):
            canvas.paste(picture, (left, top))
        for left, caption in zip(lefts, captions[number] if captions else (), strict=False):
            draw.text((left, top + height + 2), caption, fill="black", font=font)
    return canvas


def draw_grid(maps: np.ndarray, columns: int = 8, height: int = 96) -> Image.Image:
    """Compose a picture of several maps in rows.

    Args:
        maps: (n, rows, columns), which are scaled by their common maximum and shown in
            colour; or RGB pictures (n, rows, columns, 3), 0..1.
        columns: maximal number of maps in a row.
        height: of each map, in pixels.

    Returns:
        RGB picture.
    """
    maps = np.asarray(maps)
    colours = (
        apply_colour_map(scale_by_maximum(maps))
        if maps.ndim == 3
        else np.round(np.clip(maps, 0, 1) * 255)
    )
    pictures = [_at_height(Image.fromarray(np.uint8(pixels)), height) for pixels in colours]
    width = pictures[0].width
    columns = min(columns, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    size = (columns * (width + GAP) + GAP, rows * (height + GAP) + GAP)
    canvas = Image.new("RGB", size, "white")
    for number, picture in enumerate(pictures):
        row, column = divmod(number, columns)
        canvas.paste(picture, (GAP + column * (width + GAP), GAP + row * (height + GAP)))
    return canvas


def _at_height(picture: Image.Image, height: int) -> Image.Image:
    """Resize a picture to a height, in its aspect ratio; a very wide one to less."""
    width = max(1, round(picture.width * height / picture.height))
    if width > WIDEST * height:
        width = WIDEST * height
        height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.BICUBIC)
