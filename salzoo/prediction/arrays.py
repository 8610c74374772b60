"""Images in whatever form Python has them, to maps in one line."""

import functools
import os

import numpy as np
from PIL import Image

from salzoo.data.images import over_white, read_image, to_rgb
from salzoo.models import MODELS, model_record
from salzoo.prediction.predictor import Predictor
from salzoo.utils.errors import InputError


def predict(image, model="msinet_lite"):
    """Predict where people look in an image.

    Args:
        image: a file's path (the picture is turned as its EXIF orientation says); a PIL
            image (its pixels as they are); an array (rows, columns, 3), grey (rows,
            columns) or with alpha as a last channel, which is laid over white, values
            0..255 of any type; a batch of such, an array (n, rows, columns, channels); or
            a list of any of these.
        model: what `salzoo.load_model` takes, or what it returns. Models that come with
            salzoo are loaded once in a process.

    Returns:
        float32 map (rows, columns) of the image's size, maximum 1 (0 where the network
        says 0 everywhere). Of a batch an array (n, rows, columns), of a list a list.

    Raises:
        InputError: an unreadable file, an array of another shape, values outside 0..255
            or NaN; what `load_model` raises.
    """
    if not isinstance(model, Predictor):
        named = isinstance(model, str) and model in MODELS and model_record(model).weights
        model = _shipped(model) if named else Predictor(model)
    if isinstance(image, list | tuple):
        images = [
            as_image(each, f"image {number} of the list") for number, each in enumerate(image)
        ]
        return [model(each) for each in images]
    if getattr(image, "ndim", 0) == 4:
        batch = np.asarray(image)
        maps = [model(as_image(each, f"image {n} of the batch")) for n, each in enumerate(batch)]
        return np.stack(maps) if maps else np.zeros(batch.shape[:3], "float32")
    return model(as_image(image))


_shipped = functools.lru_cache(Predictor)


def as_image(image, name="the image"):
    """Return an image as float32 RGB 0..255, (rows, columns, 3); see `predict`."""
    if isinstance(image, str | os.PathLike):
        return read_image(os.path.expanduser(image))
    if isinstance(image, Image.Image):
        if not image.width or not image.height:
            raise InputError(
                f"{name} has {image.height} rows and {image.width} columns; give one with pixels."
            )
        try:
            return to_rgb(image, name)
        except OSError as error:  # opened, and read only now
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


def _check_values(values, name):
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
