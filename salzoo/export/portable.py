"""Portable files: a network for LiteRT with its card, for predictions without TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from salzoo.export.litert_conversion import convert_to_litert
from salzoo.export.target import Predict, Target
from salzoo.prediction.litert import LiteRTNetwork
from salzoo.prediction.opening import Opened
from salzoo.prediction.portable_files import ENDING, PRECISIONS, write_portable_file
from salzoo.prediction.predictor import Predictor
from salzoo.utils.errors import InputError

FILE = f"model{ENDING}"
# Largest difference between TensorFlow's and LiteRT's output, relative to its maximum.
TOLERANCE = 1e-4


def write(
    opened: Opened, folder: str, precision: str, images: Sequence[np.ndarray]
) -> dict[str, Any]:
    """Write `model.tflite`.

    Args:
        opened: a model with its network.
        folder: to write to.
        precision: of the stored weights, "float32" or "float16", which halves the file.
        images: not used.

    Returns:
        Nothing.
    """
    write_opened(opened, os.path.join(folder, FILE), precision)
    return {}


def write_opened(opened: Opened, path: str, precision: str = "float32") -> str:
    """Write an opened model as a portable file.

    Args:
        opened: from `open_source` or `open_run`.
        path: of the file, ending in .tflite.
        precision: of the stored weights, "float32" or "float16".

    Returns:
        The path.

    Raises:
        InputError: the source is no model, or LiteRT gives other maps than TensorFlow.
    """
    model, output = opened.model, opened.card["output"]
    if model is None or opened.fingerprint is None:
        raise InputError(f"{opened.card['model']}: give the run, the file or the name of a model.")
    fixed_size = None not in model.input_shape[1:3]
    shape = [1, *model.input_shape[1:]]

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32, "image")], autograph=False)
    def network(image: tf.Tensor) -> tf.Tensor:
        found = model(image, training=False)
        return found if output is None else found[output]

    content = convert_to_litert(network, precision)
    rows, columns = opened.card["geometry"]["size"]
    image = np.random.default_rng(0).uniform(0, 255, (1, rows, columns, 3)).astype("float32")
    expected, found = network(image).numpy(), LiteRTNetwork(content, path)(image)
    difference = np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-30)
    if precision == "float32" and not difference <= TOLERANCE:
        raise InputError(
            f"{opened.card['model']} in LiteRT differs from TensorFlow by {difference:.1e} of the "
            f"maximum, more than {TOLERANCE:g}; take TensorFlow."
        )
    weights = opened.fingerprint[0]  # type: ignore[index]
    write_portable_file(path, content, opened.card, weights, fixed_size, precision)
    return path


def open_file(folder: str, precision: str) -> Predict:
    """Open `model.tflite` as predictions do.

    Args:
        folder: of the export.
        precision: not used; the file has it.
    """
    return Predictor(os.path.join(folder, FILE))


TARGET = Target(
    name="portable",
    extra="litert",
    packages={"": ("ai_edge_litert",)},
    precisions=PRECISIONS,
    write=write,
    open=open_file,
)
