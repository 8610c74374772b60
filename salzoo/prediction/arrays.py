"""Saliency maps of images in memory or in files, in one call."""

from __future__ import annotations

import functools
import os
from typing import Any

import numpy as np
from PIL import Image

from salzoo.data.images import over_white, read_image, to_rgb
from salzoo.models import PRETRAINED
from salzoo.prediction.predictor import Predictor
from salzoo.utils.errors import InputError


def predict(image: Any, model: Any = "msinet_lite") -> np.ndarray | list[np.ndarray]:
    """Predict the saliency map of an image, or of each image of a batch or list.

    Args:
        image: path of an image file, turned as its EXIF orientation says; a Pillow image, its
            pixels as they are; an array of values 0..255 of any type, (rows, columns, 3),
            (rows, columns) for grey, or with alpha as the last channel, which is laid over
            white; a batch of arrays (images, rows, columns, channels); or a list of any of
            these.
        model: what `salzoo.load_model` takes or returns. Pretrained models are loaded once
            per process.

    Returns:
        Map of the image's size, float32 (rows, columns), maximum 1 (0 where the model
        predicts 0 everywhere). For a batch an array (images, rows, columns), for a list a
        list.

    Raises:
        InputError: an unreadable file, an array of another shape, values outside 0..255 or
            NaN, or an unusable model.

    Examples:
        >>> map_ = salzoo.predict("photo.jpg")
        >>> maps = salzoo.predict(["a.jpg", "b.jpg"], model="runs/msinet-osie-001")
    """
    if not isinstance(model, Predictor):
        pretrained = isinstance(model, str) and model in PRETRAINED
        model = _load_pretrained(model) if pretrained else Predictor(model)
    if isinstance(image, list | tuple):
        images = [
            as_image(item, f"image {number} of the list") for number, item in enumerate(image)
        ]
        return [model(rgb) for rgb in images]
    if getattr(image, "ndim", 0) == 4:
        batch = np.asarray(image)
        maps = [
            model(as_image(item, f"image {number} of the batch"))
            for number, item in enumerate(batch)
        ]
        return np.stack(maps) if maps else np.zeros(batch.shape[:3], "float32")
    return model(as_image(image))


_load_pretrained = functools.lru_cache(Predictor)


def as_image(image: Any, name: str = "the image") -> np.ndarray:
    """Convert an image to RGB.

    Args:
        image: as for `predict`, but no batch and no list.
        name: of the image in error messages.

    Returns:
        float32 RGB 0..255, (rows, columns, 3).

    Raises:
        InputError: as `predict`.
    """
    if isinstance(image, str | os.PathLike):
        return read_image(os.path.expanduser(image))
    if isinstance(image, Image.Image):
        if not image.width or not image.height:
            raise InputError(
                f"{name} has {image.height} rows and {image.width} columns; give one with pixels."
            )
        try:
            return to_rgb(image, name).astype("float32")
        except OSError as error:  # Pillow reads the pixels only now
            raise InputError(f"{name} is damaged or cut short ({error}); replace it.") from error
    if not hasattr(image, "ndim"):
        raise InputError(
            f"{name} is a {type(image).__name__}; give a file's path, a PIL image or an array."
        )
    values = np.asarray(image)
    values = values[..., None] if values.ndim == 2 else values
    if values.ndim != 3 or not 1 <= values.shape[-1] <= 4 or not values.size:
        raise InputError(
            f"{name} has the shape {np.shape(image)}; give (rows, columns, 3), (rows, columns) "
            "for grey, or (images, rows, columns, 3)."
        )
    _check_values(values, name)
    values = values.astype("float32")
    colours, alpha = values, None
    if values.shape[-1] in (2, 4):
        colours, alpha = values[..., :-1], values[..., -1:]
    colours = np.broadcast_to(colours, (*values.shape[:2], 3))
    if alpha is None:
        return np.ascontiguousarray(colours)
    return np.round(over_white(np.concatenate([colours, alpha], axis=-1)))


def _check_values(values: np.ndarray, name: str) -> None:
    """Raise InputError unless an array holds numbers of 0 to 255."""
    if values.dtype.kind not in "uif":
        raise InputError(f"{name} is an array of {values.dtype}; give numbers of 0 to 255.")
    lowest, highest = values.min(), values.max()
    if np.isnan(lowest):
        raise InputError(f"{name} has values that are not numbers (NaN); replace them.")
    if lowest < 0 or highest > 255:
        raise InputError(
            f"{name} has values of {lowest:g} to {highest:g}; give 0 to 255, as image files have."
        )
    if values.dtype.kind == "f" and 0 < highest <= 1:
        raise InputError(
            f"{name} looks like floats of 0 to 1; multiply it by 255. (If it is that dark, give "
            "it as uint8.)"
        )
