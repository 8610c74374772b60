"""What a report shows of an image and its map, and which images are variants of one design."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from salzoo.prediction.attention import (
    Box,
    Region,
    ShareCalibration,
    Spot,
    find_spots,
    region_shares,
    shares,
    spot_radius,
)
from salzoo.utils.drawing import draw_overlay
from salzoo.utils.errors import InputError

# Longest sides, in pixels: of pictures in the report, and of the grid on which maps are compared.
LONGEST_SIDE = 1000
GRID_SIDE = 160
# Spots of a report where their number is not given.
SPOTS = 5
# Before the ending: poster_a.png and poster_b.png are variants of poster.
_VARIANT = re.compile(r"(?P<design>.+)[_-](?P<letter>[a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class DesignSummary:
    """An image in a report.

    Attributes:
        path: of the image file.
        size: (rows, columns) of the image.
        image: the image, reduced, JPEG.
        overlay: the map over the image, reduced, JPEG.
        spots: most salient spots, in pixels of the image.
        radius: of the spots.
        regions: shares of attention of the image's boxes.
        attention: shares of attention on a coarse grid, float32 (rows, columns), sum 1.
    """

    path: str
    size: tuple[int, int]
    image: bytes
    overlay: bytes
    spots: list[Spot]
    radius: int
    regions: list[Region]
    attention: np.ndarray

    @property
    def name(self) -> str:
        """Name of the image file."""
        return os.path.basename(self.path)


@dataclass(frozen=True)
class Design:
    """One image, or several variants of it.

    Attributes:
        title: of the design.
        variants: images; the first is the one that others are compared with.
    """

    title: str
    variants: list[DesignSummary]


def summarise_design(
    path: str,
    image: np.ndarray,
    map_: np.ndarray,
    boxes: Sequence[Box],
    spots: int,
    calibration: ShareCalibration | None = None,
) -> DesignSummary:
    """Reduce an image and its map to what a report shows.

    Args:
        path: of the image file.
        image: RGB 0..255 (rows, columns, 3).
        map_: saliency map (rows, columns).
        boxes: whose shares are computed.
        spots: number of spots.
        calibration: of the shares; None: there is none.
    """
    corrected = calibration.correct(map_) if calibration else map_
    rows, columns = map_.shape
    picture = Image.fromarray(np.uint8(np.round(image)))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    small_map = _reduced(map_, (picture.height, picture.width))
    scale = min(1.0, GRID_SIDE / max(map_.shape))
    grid = _reduced(corrected, (max(1, round(rows * scale)), max(1, round(columns * scale))))
    return DesignSummary(
        path,
        (rows, columns),
        _jpeg(picture),
        _jpeg(draw_overlay(np.asarray(picture), small_map, colour_bar=False)),
        find_spots(corrected, spots),
        spot_radius(map_.shape),
        region_shares(map_, boxes, calibration),
        shares(grid).astype("float32"),
    )


def group_variants(
    summaries: Iterable[DesignSummary], pairs: Sequence[Sequence[str]] = ()
) -> list[Design]:
    """Group the variants of a design.

    Variants are the files of a pair, and files of one folder whose names differ in a last letter
    after _ or - only, such as poster_a.png and poster_b.png.

    Args:
        summaries: of all images.
        pairs: (first, second) paths or names of files that are variants of one design.

    Returns:
        Designs in the order of their first image.

    Raises:
        InputError: a pair names an image that is not there, is ambiguous, or is in another pair.
    """
    left = list(summaries)
    groups: dict[str, list[DesignSummary]] = {}
    keys: dict[str, str] = {}  # path of an image: key of its group
    for number, pair in enumerate(pairs):
        found = [_find(left, name) for name in pair]
        for summary in found:
            if summary.path in keys or found[0] is found[1]:
                raise InputError(f"`pair`: {summary.name} is in it twice; name two other images.")
        groups[f"pair {number}"] = found
        keys |= {summary.path: f"pair {number}" for summary in found}
    for summary in left:
        if summary.path not in keys:
            keys[summary.path] = _design_of(summary.path)
            groups.setdefault(keys[summary.path], []).append(summary)
    designs = []
    for key in dict.fromkeys(keys[summary.path] for summary in left):
        variants = groups[key]
        if not key.startswith("pair "):
            variants = sorted(variants, key=lambda summary: summary.name.lower())
        designs.append(Design(_title(variants, key), variants))
    return designs


def _find(summaries: list[DesignSummary], name: str) -> DesignSummary:
    """Return the image of a path, or of a name that only one has."""
    place = os.path.abspath(os.path.expanduser(name))
    by_path = [summary for summary in summaries if os.path.abspath(summary.path) == place]
    found = by_path or [summary for summary in summaries if summary.name == name]
    if len(found) != 1:
        problem = "several images have this name; give the path" if found else "is no image here"
        raise InputError(f"`pair` {name}: {problem}.")
    return found[0]


def _design_of(path: str) -> str:
    """Return what the variants of a design have in common; the path itself of other images."""
    folder, name = os.path.split(os.path.abspath(path))
    match = _VARIANT.fullmatch(os.path.splitext(name)[0])
    design = os.path.join(folder, match["design"].lower()) if match else ""
    return f"variants of {design}" if match else os.path.join(folder, name)


def _title(variants: list[DesignSummary], key: str) -> str:
    if len(variants) == 1:
        return variants[0].name
    if key.startswith("pair "):
        return " and ".join(summary.name for summary in variants)
    match = _VARIANT.fullmatch(os.path.splitext(variants[0].name)[0])
    return match["design"] if match else variants[0].name


def _reduced(map_: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return a map at a smaller size, each value the mean over its area."""
    picture = Image.fromarray(np.asarray(map_, "float32"))
    return np.maximum(np.asarray(picture.resize(size[::-1], Image.Resampling.BOX)), 0)


def _jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85, optimize=True)
    return buffer.getvalue()


def difference(first: DesignSummary, second: DesignSummary) -> np.ndarray | None:
    """Return where the second of two variants gets more attention, and where less.

    Args:
        first: a variant.
        second: another.

    Returns:
        float32 map on the grid of the first: difference of the shares of attention, 1 for as
        much as an even share. None if the images differ in their aspect ratio by 2 % or more.
    """
    aspects = [summary.size[1] / summary.size[0] for summary in (first, second)]
    if not 0.98 < aspects[0] / aspects[1] < 1.02:
        return None
    size = first.attention.shape
    picture = Image.fromarray(second.attention).resize(size[::-1], Image.Resampling.BILINEAR)
    other = shares(np.maximum(np.asarray(picture), 0))
    return ((other - first.attention) * first.attention.size).astype("float32")
