"""Networks for browsers: a LiteRT model of any input size, and what goes around it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import absl.logging
import tensorflow as tf

from salzoo import __version__
from salzoo.prediction.attention.calibration import ShareCalibration, find_calibration
from salzoo.prediction.opening import Opened, open_source
from salzoo.prediction.sources import resolve_source, shares_file
from salzoo.utils.errors import InputError
from salzoo.utils.files import whole_file, whole_folder
from salzoo.utils.home import cache_folder
from salzoo.utils.json_files import write_json

MODEL, DESCRIPTION = "model.tflite", "model.json"
# Sides of the input relative to that of training: from the fastest to the finest map.
SCALES = (0.3, 0.5, 0.7, 1.0, 1.3)


def web_model(source: str) -> str:
    """Convert the network of a source, unless that was done before.

    Args:
        source: see `salzoo.load_model`.

    Returns:
        Path of a folder with `model.tflite`, whose weights are float16, and `model.json`.

    Raises:
        InputError: the source is no model, or its maps need more than the browser computes.
    """
    opened = open_source(source)
    _check(opened, source)
    place = shares_file(resolve_source(source))
    calibration = find_calibration(place, opened.fingerprint) if place else None
    known = asdict(calibration) if calibration else None
    made_from = json.dumps([__version__, tf.__version__, opened.fingerprint, known], sort_keys=True)
    key = hashlib.sha256(made_from.encode()).hexdigest()[:16]
    folder = os.path.join(cache_folder(), "web", f"{opened.card['model']}-{key}")
    if not os.path.isdir(folder):
        with whole_folder(folder) as draft:
            write_web_model(opened, draft, calibration)
    return folder


def _check(opened: Opened, source: str) -> None:
    """Check that the page computes all that is around the network."""
    processing = opened.card["post_processing"]
    if opened.model is None:
        raise InputError(f"{source} is an export; give the run or the model that it was made from.")
    if processing["blur"]:
        raise InputError(
            f"{opened.card['model']} blurs its maps by {processing['blur']:g} pixels, which the "
            "page does not do; give another model, such as msinet_lite."
        )


def write_web_model(
    opened: Opened, folder: str, calibration: ShareCalibration | None = None
) -> None:
    """Write `model.tflite`, the network alone, and `model.json`, what goes around it.

    Args:
        opened: a model with its network.
        folder: to write to.
        calibration: of the model's shares of attention; None: there is none.
    """
    content = _convert(opened)
    with whole_file(os.path.join(folder, MODEL)) as path, open(path, "wb") as file:
        file.write(content)
    known = None
    if calibration is not None:
        names = ("exponent", "shares", "low", "high")
        known = {name: getattr(calibration, name) for name in names}
    description = {**_describe(opened, content), "calibration": known}
    write_json(os.path.join(folder, DESCRIPTION), description)


def _describe(opened: Opened, content: bytes) -> dict[str, Any]:
    geometry = opened.card["geometry"]
    rows, columns = geometry["size"]
    map_rows = _network(opened).compute_output_shape((1, rows, columns, 3))[1]
    return {
        "salzoo": __version__,
        "model": opened.card["model"],
        "trained_on": opened.card["trained_on"],
        "paper": opened.card["paper"],
        "file": MODEL,
        "sha256": hashlib.sha256(content).hexdigest(),
        "geometry": geometry,
        "map_scale": map_rows / rows,
        "divide_by_maximum": opened.card["post_processing"]["divide_by_maximum"],
        "sizes": _sizes(opened),
    }


def _sizes(opened: Opened) -> list[tuple[int, int]]:
    """Return the input sizes to choose from, (rows, columns)."""
    geometry = opened.card["geometry"]
    if None not in _network(opened).input_shape[1:3]:
        return [tuple(geometry["size"])]
    multiple = max(geometry["size_multiple"], 1)

    def scaled(side: int, scale: float) -> int:
        return max(1, int(side * scale / multiple + 0.5)) * multiple

    return [
        (scaled(geometry["size"][0], scale), scaled(geometry["size"][1], scale))
        if scale != 1
        else tuple(geometry["size"])
        for scale in SCALES
    ]


def _network(opened: Opened) -> Any:
    return opened.model


@contextlib.contextmanager
def _without_advice() -> Iterator[None]:
    """Let libraries log errors only."""
    before = absl.logging.get_verbosity()
    absl.logging.set_verbosity(absl.logging.ERROR)
    try:
        yield
    finally:
        absl.logging.set_verbosity(before)


def _convert(opened: Opened) -> bytes:
    """Convert the network alone, with float16 weights, as salzoo ships them."""
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    network, output = _network(opened), opened.card["output"]
    rows, columns = network.input_shape[1:3]

    @tf.function(
        input_signature=[tf.TensorSpec([1, rows, columns, 3], tf.float32, "image")],
        autograph=False,
    )
    def predict(images: tf.Tensor) -> tf.Tensor:
        maps = network(images, training=False)
        return maps if output is None else maps[output]

    # Otherwise the file would have no weights.
    frozen = convert_variables_to_constants_v2(predict.get_concrete_function())
    # Not with the network as a second argument, as TensorFlow advises: it would forget the number
    # of channels after each upsampling, and then refuse what follows.
    with _without_advice():
        converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return converter.convert()
