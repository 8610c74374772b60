"""A trained model as a SavedModel that needs nothing but TensorFlow."""

import os
from typing import Any

import tensorflow as tf

from salzoo import __version__
from salzoo.data.decoding import decode_image
from salzoo.data.images import MAX_MEGAPIXELS
from salzoo.prediction.opening import Opened, open_source
from salzoo.prediction.options import DEFAULT_OPTIONS, InferenceOptions
from salzoo.utils.errors import InputError
from salzoo.utils.files import check_folder, whole_folder, write_json
from salzoo.utils.task import Task

EXIF_NOTE = (
    "EXIF orientation is ignored: pixels are taken as stored, and the map has their size. "
    "Turn photos upright before sending them."
)


def export_model(
    source: Any, out: str | os.PathLike, options: InferenceOptions = DEFAULT_OPTIONS
) -> str:
    """Write a trained model as `out/<model>/<version>/`, the next free version.

    Args:
        source: what `salzoo.load_model` takes, but for an export; of a run the best
            weights.
        options: `InferenceOptions`.

    Signatures:
        serving_default: `images`, string (batch,), each an encoded JPEG or PNG
            of any size -> `maps`, string (batch,), each a 16-bit grey PNG of the
            image's size, scaled by its maximum (maps of objects as they are);
            `sizes`, int32 (batch, 2), rows and columns.
        tensor: `images`, float32 RGB 0..255 (batch, rows, columns, 3), any size
            -> `saliency`, float32 (batch, rows, columns, 1).
    The model's card lies in `assets/card.json`.

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


def export_opened(opened: Opened, out: str | os.PathLike) -> str:
    """Write what `open_source` or `open_run` returns, see `export_model`."""
    card, saliency = opened.card, opened.saliency
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
        tf.saved_model.save(module, folder, signatures)
        os.remove(card_path)  # its copy lies in assets/
    return target


class _Served(tf.Module):
    """The two ways in, around one saliency function."""

    def __init__(self, saliency, card_path, scaled):
        super().__init__()
        self.scaled = scaled
        self.saliency = saliency
        self.variables_ = saliency.get_concrete_function().variables
        self.card = tf.saved_model.Asset(card_path)

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.float32, "images")])
    def from_tensor(self, images):
        return {"saliency": self.saliency(images)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "images")])
    def from_bytes(self, images):
        maps, sizes = tf.map_fn(
            self._served, images, fn_output_signature=(tf.string, tf.TensorSpec([2], tf.int32))
        )
        return {"maps": maps, "sizes": sizes}

    def _served(self, content):
        image = decode_image(content)
        map_ = self.saliency(tf.cast(image, tf.float32)[None])[0]
        if self.scaled:
            map_ = tf.math.divide_no_nan(map_, tf.reduce_max(map_))
        levels = tf.cast(tf.round(map_ * 65535.0), tf.uint16)
        return tf.io.encode_png(levels), tf.shape(map_)[:2]


def _next_version(parent):
    names = os.listdir(parent) if os.path.isdir(parent) else []
    return max((int(name) for name in names if name.isdigit()), default=0) + 1
