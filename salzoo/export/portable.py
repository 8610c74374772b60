"""Exports a trained model as a portable file, with which salzoo predicts without TensorFlow."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import tensorflow as tf

from salzoo.export.litert_conversion import convert_to_litert
from salzoo.prediction.litert import LiteRTNetwork
from salzoo.prediction.opening import Opened, open_source
from salzoo.prediction.portable_files import ENDING, IN_RUN, PRECISIONS, write_portable_file
from salzoo.prediction.sources import SourceKind, resolve_source
from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.files import check_folder, compute_digest

# Largest difference between TensorFlow's and LiteRT's output, relative to its maximum.
TOLERANCE = 1e-4


def export_portable(
    source: Any, out: str | os.PathLike[str] | None = None, precision: str = "float32"
) -> str:
    """Write a trained model as a portable file.

    Args:
        source: see `write_portable`.
        out: folder to write to, as `out/<model>-<number>.tflite`, the next free number. None:
            that of a run gets `best.tflite`, where predictions with the run find it; other
            sources go to the folder exports.
        precision: see `write_portable`.

    Returns:
        The path.
    """
    found = resolve_source(source)
    if out is None and found.kind is SourceKind.RUN:
        folder = str(found.path)
        config = compute_digest(os.path.join(folder, "config.json"))
        return write_opened(open_source(source), os.path.join(folder, IN_RUN), precision, config)
    out = "exports" if out is None else out
    check_folder("out", out)
    opened = open_source(source)
    number = 1
    while os.path.lexists(path := os.path.join(out, f"{opened.card['model']}-{number}{ENDING}")):
        number += 1
    return write_opened(opened, path, precision)


def write_portable(source: Any, path: str | os.PathLike[str], precision: str = "float32") -> str:
    """Write a trained model as a portable file.

    Args:
        source: what `salzoo.load_model` takes, except an export.
        path: of the file, ending in .tflite.
        precision: of the stored weights, "float32" or "float16", which halves the file.

    Returns:
        The path.

    Raises:
        InputError: the source is no model, or LiteRT gives other maps than TensorFlow.
    """
    check_folder("out", os.path.dirname(path) or ".")
    return write_opened(open_source(source), path, precision)


def write_opened(
    opened: Opened, path: str | os.PathLike[str], precision: str = "float32", config: str = ""
) -> str:
    """Write an opened model as a portable file, see `write_portable`.

    Args:
        opened: from `open_source` or `open_run`, with default options.
        path: of the file.
        precision: of the stored weights.
        config: see `salzoo.prediction.portable_files.Facts`.

    Returns:
        The path.
    """
    if precision not in PRECISIONS:
        raise unknown_name("`precision`", precision, PRECISIONS)
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
    expected, found = network(image).numpy(), LiteRTNetwork(content, os.fspath(path))(image)
    difference = np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-30)
    if not difference <= TOLERANCE:
        raise InputError(
            f"{opened.card['model']} in LiteRT differs from TensorFlow by {difference:.1e} of the "
            f"maximum, more than {TOLERANCE:g}; take precision float32, or TensorFlow."
        )
    weights = opened.fingerprint[0]  # type: ignore[index]
    write_portable_file(
        os.fspath(path), content, opened.card, weights, fixed_size, precision, config
    )
    return os.fspath(path)
