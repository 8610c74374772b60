"""Predicts the saliency map of an image file and writes the files that show it."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from salzoo.data.images import DecodedImage, decode_file
from salzoo.prediction.photo_files import check_free, save_picture
from salzoo.utils.drawing import draw_grey, draw_overlay, mark_spots
from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.files import whole_file

if TYPE_CHECKING:
    from salzoo.prediction.attention import Box, BoxFile, ShareCalibration
    from salzoo.prediction.designs import DesignSummary


# The files that show a map, by name: ends of their names.
MAP_FILES = {"npy": "_saliency.npy", "png": "_saliency.png", "overlay": "_overlay.png"}


@dataclass(frozen=True)
class OutputOptions:
    """What is written for an image.

    Attributes:
        write: names in MAP_FILES, each once.
        top: number of the most salient spots; 0: none.
        regions: boxes whose share of attention is computed; None: none.
        crop: aspect ratio of the crop, width over height; None: no crop.
        report: whether a summary for a report is made.
    """

    write: Sequence[str] = tuple(MAP_FILES)
    top: int = 0
    regions: BoxFile | None = None
    crop: float | None = None
    report: bool = False

    def __post_init__(self) -> None:
        for name in self.write:
            if name not in MAP_FILES:
                raise unknown_name("file of a map", name, MAP_FILES)
        if not self.write or len(set(self.write)) < len(self.write):
            raise InputError(
                f"`write` {','.join(self.write)}: name some of {', '.join(MAP_FILES)}, each once."
            )


@dataclass
class PhotoResult:
    """What was written for an image file.

    Attributes:
        files: paths of the files written.
        texts: tables and sentences to print.
        summary: for a report; None: none is written.
    """

    files: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    summary: DesignSummary | None = None


NO_OPTIONS = OutputOptions()


def predict_photo(
    predictor: Callable[[np.ndarray], np.ndarray],
    path: str,
    stem: str,
    options: OutputOptions = NO_OPTIONS,
    read: Collection[str] = (),
) -> PhotoResult:
    """Predict the saliency map of an image file and write its files.

    `<stem>_saliency.npy` is the map, float32; `<stem>_saliency.png` shows it in grey and
    `<stem>_overlay.png` over the image, unless the options choose some of them. They add
    `<stem>_spots.csv`, `<stem>_regions.csv` and `<stem>_crop.jpg` (`<stem>_crop.png` unless the
    image is a JPEG).
    The image file is opened and decoded once.

    Args:
        predictor: function of an image, RGB 0..255 (rows, columns, 3), uint8 or float32, to its map
            (rows, columns). Its attribute `calibration`, if it has one, is that of the shares.
        path: image file.
        stem: path of the files to write, without ending.
        options: what to write.
        read: real paths of files that must not be overwritten, the image file among them.

    Returns:
        The paths of the files and the texts to print.

    Raises:
        InputError: the image is unreadable; a file to be written exists and salzoo did not
            write it; a region lies outside the image.
    """
    decoded = decode_file(path)
    rows, columns = decoded.rgb.shape[:2]
    name = os.path.basename(path)
    boxes = options.regions.of(name, rows, columns) if options.regions else []
    files = _output_files(stem, options, bool(boxes), decoded.format)
    check_free(files.values(), read, (rows, columns))

    map_ = predictor(decoded.rgb)
    # The grey picture comes first: its metadata mark all files of this stem as salzoo's.
    if "png" in files:
        save_picture(draw_grey(map_), files["png"], source=path)
    if "npy" in files:
        with whole_file(files["npy"]) as temporary:
            np.save(temporary, map_)
    picture = draw_overlay(decoded.rgb, map_) if "overlay" in files else None
    asked = options.top or options.regions or options.crop or options.report
    calibration = getattr(predictor, "calibration", None) if asked else None
    texts = _write_attention(options, map_, calibration, path, boxes, files, picture, decoded)
    summary = None
    if options.report:
        from salzoo.prediction.designs import SPOTS, summarise_design

        spots = options.top or SPOTS
        summary = summarise_design(path, decoded.rgb, map_, boxes, spots, calibration)
    return PhotoResult(list(files.values()), texts, summary)


def write_crop(decoded: DecodedImage, box: Box, path: str) -> None:
    """Write a part of an image in the colour mode and with the ICC profile of its file.

    Args:
        decoded: the image, upright.
        box: of whole pixels.
        path: to write, ending in .jpg (quality 95) or .png.
    """
    crop, options = cut_crop(decoded, box, path.endswith(".jpg"))
    save_picture(crop, path, **options)


def cut_crop(decoded: DecodedImage, box: Box, jpeg: bool) -> tuple[Image.Image, dict[str, Any]]:
    """Cut a part out of an image, in the colour mode of its file where the format has it.

    Args:
        decoded: the image, upright.
        box: of whole pixels.
        jpeg: whether it will be a JPEG (quality 95), else a PNG.

    Returns:
        The part, and the options of Pillow's writer with the ICC profile among them.
    """
    corners = (box.x, box.y, box.x + box.width, box.y + box.height)
    crop = decoded.picture.crop(corners)
    profile = decoded.picture.info.get("icc_profile")
    if jpeg:
        if crop.mode not in ("L", "RGB", "CMYK"):
            left, top, right, bottom = map(int, corners)
            crop = Image.fromarray(decoded.rgb[top:bottom, left:right].round().astype("uint8"))
            profile = None
        return crop, {"quality": 95, "subsampling": 0, "icc_profile": profile}
    if crop.mode.startswith("I"):  # 16 bits, as all other modes of integers are refused
        crop = Image.fromarray(np.asarray(crop, "uint16"))  # in this machine's byte order
    elif crop.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
        crop, profile = crop.convert("RGB"), None  # PNG has no CMYK
    return crop, {"icc_profile": profile}


def _output_files(
    stem: str, options: OutputOptions, has_boxes: bool, image_format: str
) -> dict[str, str]:
    """Return the paths to write, by what they hold."""
    files = {name: f"{stem}{end}" for name, end in MAP_FILES.items() if name in options.write}
    if options.top:
        files["spots"] = f"{stem}_spots.csv"
    if has_boxes:
        files["regions"] = f"{stem}_regions.csv"
    if options.crop:
        files["crop"] = f"{stem}_crop.{'jpg' if image_format == 'jpeg' else 'png'}"
    return files


def _write_attention(
    options: OutputOptions,
    map_: np.ndarray,
    calibration: ShareCalibration | None,
    path: str,
    boxes: list[Box],
    files: dict[str, str],
    picture: Image.Image | None,
    decoded: DecodedImage,
) -> list[str]:
    """Write the overlay, the tables and the crop.

    Args:
        options: what to write.
        map_: saliency map, 0 or more, (rows, columns).
        calibration: of the shares; None: there is none.
        path: of the image file.
        boxes: of the image.
        files: paths to write.
        picture: the overlay, in which spots are marked; None: none is written.
        decoded: the image.

    Returns:
        Texts to print.
    """
    texts, name = [], os.path.basename(path)
    if options.top or options.regions or options.crop:
        from salzoo.prediction import attention
        from salzoo.prediction.attention import tables

        corrected = calibration.correct(map_) if calibration else map_
    if options.top:
        spots = attention.find_spots(corrected, options.top)
        radius = attention.spot_radius(map_.shape)
        if picture is not None:
            mark_spots(picture, spots, radius)
        texts.append(tables.write_spots(files["spots"], name, spots, radius))
    if picture is not None:
        save_picture(picture, files["overlay"], source=path)
    if boxes:
        regions = attention.region_shares(map_, boxes, calibration)
        texts.append(tables.write_regions(files["regions"], name, regions, calibration))
    elif options.regions:
        texts.append(f"{name}: {options.regions.path} has no region of it.")
    if options.crop:
        box, share = attention.best_crop(corrected, options.crop)
        write_crop(decoded, box, files["crop"])
        texts.append(
            f"{name}: the best crop is x {box.x}, y {box.y}, width {box.width}, height "
            f"{box.height}; it keeps {share:.1%} of the attention."
        )
    return texts
