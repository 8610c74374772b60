"""Conversion of opened models to portable files."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from salzoo.prediction.litert import LiteRTNetwork
from salzoo.prediction.litert_conversion import convert_to_litert
from salzoo.prediction.opening import Opened
from salzoo.prediction.portable_files import write_portable_file
from salzoo.utils.errors import InputError

# Largest difference between TensorFlow's and LiteRT's output, relative to its maximum.
TOLERANCE = 1e-4


def write_opened(opened: Opened, path: str, precision: str = "float32") -> str:
    """Write an opened model as a portable file.

    Args:
        opened: from `open_source` or `open_run`.
        path: of the file, ending in .tflite.
        precision: "float32", "float16" or "int8", see `convert_to_litert`.

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
    expected = network(image).numpy()
    found = LiteRTNetwork(content, path, image.shape[1:3])(image)
    difference = np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-30)
    if precision == "float32" and not difference <= TOLERANCE:
        raise InputError(
            f"{opened.card['model']} in LiteRT differs from TensorFlow by {difference:.1e} of the "
            f"maximum, more than {TOLERANCE:g}; take TensorFlow."
        )
    weights = opened.fingerprint[0]  # type: ignore[index]
    write_portable_file(path, content, opened.card, weights, fixed_size, precision)
    return path
