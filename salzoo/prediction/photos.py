"""A photo to its files: map, overlay and what else was asked for."""

import os
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageOps

from salzoo.data.images import FORMATS, file_format, read_image
from salzoo.prediction.photo_files import check_free, save_picture
from salzoo.utils.drawing import grey_picture, mark_spots, overlay
from salzoo.utils.files import whole_file


@dataclass(frozen=True)
class Wishes:
    """What is asked for beside map and overlay.

    top: number of spots, 0 for none. regions: `BoxFile` or None. crop: width over height,
    or None.
    """

    top: int = 0
    regions: object = None
    crop: float | None = None


@dataclass
class Answer:
    """What a photo gave: paths of the files written, and texts to print."""

    files: list = field(default_factory=list)
    texts: list = field(default_factory=list)


def predict_photo(predictor, photo, stem, wishes=Wishes(), read=()):
    """Write the files of a photo, `<stem>_saliency.npy` and so on.

    `_saliency.npy` is the map, float32; `_saliency.png` shows it in grey, `_overlay.png`
    over the photo. As wished: `_spots.csv`, `_regions.csv`, `_crop.jpg` (of other photos
    than JPEG `_crop.png`).

    Args:
        predictor: function of an image to its map. photo: path. wishes: `Wishes`.
        read: real paths of files that must not be written over, the photo among them.

    Returns:
        `Answer`.

    Raises:
        InputError: the photo is unreadable; a file to be written is somebody else's; a
            region lies outside the photo.
    """
    image = read_image(photo)
    rows, columns = image.shape[:2]
    name = os.path.basename(photo)
    boxes = wishes.regions.of(name, rows, columns) if wishes.regions else []
    crop_path = f"{stem}_crop.{'jpg' if file_format(photo) == 'jpeg' else 'png'}"
    written = [f"{stem}_saliency.npy", f"{stem}_saliency.png", f"{stem}_overlay.png"]
    written += [f"{stem}_spots.csv"] * bool(wishes.top) + [f"{stem}_regions.csv"] * bool(boxes)
    written += [crop_path] * bool(wishes.crop)
    check_free(written, read, (rows, columns))

    map_ = predictor(image)
    save_picture(grey_picture(map_), written[1], photo=photo)  # first: it says whose they are
    with whole_file(written[0]) as path:
        np.save(path, map_)
    picture, texts = overlay(image, map_), []
    if wishes.top or boxes or wishes.crop:
        from salzoo.prediction import attention
        from salzoo.prediction.attention import tables

        map_ = np.maximum(map_, 0)  # raw ones may be negative
    if wishes.top:
        spots, radius = (
            attention.most_looked_at(map_, wishes.top),
            attention.spot_radius(map_.shape),
        )
        mark_spots(picture, spots, radius)
        texts.append(tables.write_spots(f"{stem}_spots.csv", name, spots, radius))
    save_picture(picture, written[2])
    if boxes:
        regions = attention.region_shares(map_, boxes)
        texts.append(tables.write_regions(f"{stem}_regions.csv", name, regions))
    elif wishes.regions:
        texts.append(f"{name}: {wishes.regions.path} has no region of it.")
    if wishes.crop:
        box, share = attention.best_crop(map_, wishes.crop)
        write_crop(photo, box, crop_path)
        texts.append(
            f"{name}: the best crop is x {box.x}, y {box.y}, width {box.width}, height "
            f"{box.height}; it keeps {share:.1%} of the attention."
        )
    return Answer(written, texts)


def write_crop(photo, box, path):
    """Cut a box of whole pixels out of a photo, turned upright, its colours as they are.

    Args:
        photo: path. box: `Box`. path: ending in .jpg (quality 95) or .png.
    """
    with Image.open(photo, formats=FORMATS) as image:
        upright = ImageOps.exif_transpose(image)
        picture = upright.crop((box.x, box.y, box.x + box.width, box.y + box.height))
        profile = image.info.get("icc_profile")
    if path.endswith(".jpg"):
        save_picture(picture, path, quality=95, subsampling=0, icc_profile=profile)
        return
    if picture.mode.startswith("I"):  # of 16 bits, or it would not have been read
        picture = Image.fromarray(np.asarray(picture, "uint16"))  # in this machine's byte order
    elif picture.mode not in ("1", "L", "LA", "P", "RGB", "RGBA"):
        picture, profile = picture.convert("RGB"), None  # PNG has no CMYK
    save_picture(picture, path, icc_profile=profile)
