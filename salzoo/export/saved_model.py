"""Exports a trained model as a SavedModel that needs TensorFlow only."""

from __future__ import annotations

import copy
import errno
import os
from typing import Any

import tensorflow as tf

from salzoo import __version__
from salzoo.data.decoding import decode_image
from salzoo.data.images import MAX_MEGAPIXELS
from salzoo.prediction.opening import Opened, open_source
from salzoo.prediction.options import DEFAULT_OPTIONS, InferenceOptions
from salzoo.prediction.sources import is_version
from salzoo.utils.errors import InputError, shorten
from salzoo.utils.files import check_folder, whole_folder
from salzoo.utils.json_files import write_json
from salzoo.utils.task import Task

EXIF_NOTE = (
    "EXIF orientation is ignored: pixels are taken as stored, and the map has their size. "
    "Turn photos upright before sending them."
)


def export_model(
    source: Any, out: str | os.PathLike[str], options: InferenceOptions = DEFAULT_OPTIONS
) -> str:
    """Export a trained model to `out/<model>/<version>/`, the next free version.

    The SavedModel has two signatures and the model's card in `assets/card.json`:

    - serving_default: `images`, string (batch,), encoded JPEG or PNG files of any size, to
      `maps_bytes`, string (batch,), 16-bit grey PNG files of the images' sizes, scaled by
      their maximum (maps of objects are not scaled), and `sizes`, int32 (batch, 2), rows and
      columns. TensorFlow Serving sends over REST only outputs named so as base64.
    - tensor: `images`, float32 RGB 0..255 (batch, rows, columns, 3) of any size, to `saliency`,
      float32 (batch, rows, columns, 1).

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
    """Export an opened model, see `export_model`.

    Args:
        opened: from `open_source` or `open_run`; no export.
        out: folder to write to.

    Returns:
        The folder written.
    """
    card, saliency = copy.copy(opened.card), opened.saliency
    parent = os.path.join(out, card["model"])
    target = os.path.join(parent, str(_next_version(parent)))
    card["export"] = {
        "salzoo": __version__,
        "tensorflow": tf.__version__,
        "exif_orientation": EXIF_NOTE,
        "alpha": "laid over white",
        "limits": f"JPEG and PNG up to {MAX_MEGAPIXELS} megapixels, 8 bits a channel",
        "signatures": ["serving_default", "tensor"],
    }
    with whole_folder(target) as folder:
        card_path = os.path.join(folder, "card.json")
        write_json(card_path, card)
        module = _Served(saliency, card_path, scaled=card["task"] != str(Task.OBJECTS))
        signatures = {"serving_default": module.from_bytes, "tensor": module.from_tensor}
        try:
            tf.saved_model.save(module, folder, signatures)
        except tf.errors.OpError as error:  # a full disk, a folder that was removed
            reason = f"not written ({shorten(error.message, 200)}); is the disk full?"
            raise OSError(errno.EIO, reason, target) from error
        os.remove(card_path)  # a copy of it is in assets/
    return target


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
        maps, sizes = tf.map_fn(
            self._served, images, fn_output_signature=(tf.string, tf.TensorSpec([2], tf.int32))
        )
        return {"maps_bytes": maps, "sizes": sizes}

    def _served(self, content: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        image = decode_image(content)
        map_ = self.saliency(tf.cast(image, tf.float32)[None])[0]
        if self.scaled:
            map_ = tf.math.divide_no_nan(map_, tf.reduce_max(map_))
        levels = tf.cast(tf.round(map_ * 65535.0), tf.uint16)
        return tf.io.encode_png(levels), tf.shape(map_)[:2]


def _next_version(parent: str) -> int:
    names = os.listdir(parent) if os.path.isdir(parent) else []
    return max((int(name) for name in names if is_version(name)), default=0) + 1
