"""Exports a trained model as a SavedModel that needs TensorFlow only."""

from __future__ import annotations

import copy
import errno
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from salzoo import __version__
from salzoo.data.decoding import decode_image, known_format
from salzoo.data.images import MAX_MEGAPIXELS
from salzoo.export.target import Predict, Target
from salzoo.prediction.opening import Opened, open_source
from salzoo.prediction.options import DEFAULT_OPTIONS, InferenceOptions
from salzoo.prediction.saved_models import open_saved_model
from salzoo.prediction.sources import is_version
from salzoo.utils.errors import InputError, shorten
from salzoo.utils.files import check_folder, whole_folder
from salzoo.utils.json_files import write_json
from salzoo.utils.task import Task

UNKNOWN = "The bytes are neither a JPEG nor a PNG image."
UNREADABLE = f"The image is damaged, or has more than {MAX_MEGAPIXELS} megapixels."
RANGE_NOTE = (
    "The signature `tensor` takes values of 0 to 255, not of 0 to 1, in the order red, green, "
    "blue: values of 0 to 1 give the map of a black image without an error."
)
EXIF_NOTE = (
    "EXIF orientation is ignored: pixels are taken as stored, and the map has their size. "
    "Turn photos upright before sending them."
)


def export_model(
    source: Any, out: str | os.PathLike[str], options: InferenceOptions = DEFAULT_OPTIONS
) -> str:
    """Export a source as a SavedModel without comparing it, see `export_opened`.

    Args:
        source: what `salzoo.load_model` takes, except an export. Of a run the best checkpoint is
            exported.
        out: folder to write to.
        options: preprocessing, postprocessing and choice of output.

    Returns:
        The folder written.

    Raises:
        InputError: the source is no model, or an export already.
    """
    check_folder("out", out)
    opened = open_source(source, options)
    if opened.model is None:
        raise InputError(f"{source} is an exported model already; copy it.")
    return export_opened(opened, out)


def export_opened(opened: Opened, out: str | os.PathLike[str]) -> str:
    """Export an opened model to `out/<model>/<version>/`, the next free version, unmeasured.

    The SavedModel has two signatures and the model's card in `assets/card.json`:

    - serving_default: `images`, string (batch,), encoded JPEG or PNG files of any size, to
      `maps_bytes`, string (batch,), 16-bit grey PNG files of the images' sizes, scaled by
      their maximum (maps of objects are not scaled); `sizes`, int32 (batch, 2), rows and
      columns; and `errors`, string (batch,), why an image has no map, "" if it has. An image
      that cannot be read has an empty map, the size 0x0 and an error; the others have their
      maps. TensorFlow Serving sends over REST only outputs named like `maps_bytes` as base64.
    - tensor: `images`, float32 RGB 0..255 (batch, rows, columns, 3) of any size, to `saliency`,
      float32 (batch, rows, columns, 1).

    Args:
        opened: from `open_source` or `open_run`; no export.
        out: folder to write to.

    Returns:
        The folder written.
    """
    parent = os.path.join(out, opened.card["model"])
    target = os.path.join(parent, str(next_version(parent)))
    with whole_folder(target) as folder:
        write(opened, folder)
    return target


def write(
    opened: Opened, folder: str, precision: str = "float32", images: Sequence[np.ndarray] = ()
) -> dict[str, Any]:
    """Write a SavedModel, see `export_opened`.

    Args:
        opened: a model with its network.
        folder: to write to.
        precision: "float32".
        images: not used.

    Returns:
        Nothing that its card does not have.
    """
    card = copy.copy(opened.card)
    card["export"] = {
        "salzoo": __version__,
        "tensorflow": tf.__version__,
        "exif_orientation": EXIF_NOTE,
        "alpha": "laid over white",
        "limits": f"JPEG and PNG up to {MAX_MEGAPIXELS} megapixels, 8 bits a channel",
        "tensor_range": RANGE_NOTE,
        "signatures": ["serving_default", "tensor"],
    }
    card_path = os.path.join(folder, "card.json")
    write_json(card_path, card)
    module = _Served(opened.saliency, card_path, scaled=card["task"] != str(Task.OBJECTS))
    signatures = {"serving_default": module.from_bytes, "tensor": module.from_tensor}
    try:
        tf.saved_model.save(module, folder, signatures)
    except tf.errors.OpError as error:  # a full disk, a folder that was removed
        reason = f"not written ({shorten(error.message, 200)}); is the disk full?"
        raise OSError(errno.EIO, reason, folder) from error
    os.remove(card_path)  # a copy of it is in assets/
    return {}


def open_folder(folder: str, precision: str) -> Predict:
    """Open the signature `tensor`.

    Args:
        folder: of the export.
        precision: not used.
    """
    saliency = open_saved_model(folder)

    def predict(image: np.ndarray) -> np.ndarray:
        return saliency(tf.constant(np.asarray(image, "float32")[None])).numpy()[0, ..., 0]

    return predict


class _Served(tf.Module):
    """The signatures of an export.

    Args:
        saliency: from `saliency_function`.
        card_path: file of the card.
        scaled: whether `serving_default` divides maps by their maximum.
    """

    def __init__(self, saliency: Any, card_path: str, scaled: bool) -> None:
        super().__init__()
        self.scaled = scaled
        self.saliency = saliency
        self.variables_ = saliency.get_concrete_function().variables
        self.card = tf.saved_model.Asset(card_path)

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32, "images")])
    def from_tensor(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return maps of images, the signature `tensor`."""
        return {"saliency": self.saliency(images)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "images")])
    def from_bytes(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return encoded maps of encoded images, the signature `serving_default`."""
        kinds = (tf.string, tf.TensorSpec([2], tf.int32), tf.string)
        maps, sizes, errors = tf.map_fn(self._served, images, fn_output_signature=kinds)
        return {"maps_bytes": maps, "sizes": sizes, "errors": errors}

    def _served(self, content: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        image, readable = _decode_or_nothing(content)
        map_ = self.saliency(tf.cast(image, tf.float32)[None])[0]
        if self.scaled:
            map_ = tf.math.divide_no_nan(map_, tf.reduce_max(map_))
        levels = tf.cast(tf.round(map_ * 65535.0), tf.uint16)
        known = known_format(content)
        reason = tf.where(known, UNREADABLE, UNKNOWN)
        return (
            tf.where(readable, tf.io.encode_png(levels), ""),
            tf.where(readable, tf.shape(map_)[:2], 0),
            tf.where(readable, "", reason),
        )


def _decode_or_nothing(content: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return a decoded image and true, or one pixel and false.

    A dataset is what can leave out an element that fails; elsewhere the whole batch would.
    """
    one = tf.data.Dataset.from_tensors(content)
    decoded = one.map(lambda bytes_: (decode_image(bytes_), True)).ignore_errors(log_warning=False)
    nothing = tf.data.Dataset.from_tensors((tf.zeros([1, 1, 3], tf.uint8), False))
    image, readable = decoded.concatenate(nothing).take(1).get_single_element()
    image.set_shape([None, None, 3])
    return image, readable


def next_version(parent: str) -> int:
    """Return the next free number of a folder of versions.

    Args:
        parent: the folder, which may be absent.
    """
    names = os.listdir(parent) if os.path.isdir(parent) else []
    return max((int(name) for name in names if is_version(name)), default=0) + 1


TARGET = Target(
    name="savedmodel",
    extra=None,
    packages={},
    precisions=("float32",),
    write=write,
    open=open_folder,
)
