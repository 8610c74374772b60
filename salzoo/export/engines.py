"""The engines that can compute a model on this machine, measured in turns."""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from salzoo.data.resampling import resample
from salzoo.export import parity
from salzoo.export.target import Predict, find_target
from salzoo.models import MODELS, PRETRAINED
from salzoo.prediction.options import InferenceOptions
from salzoo.prediction.predictor import Predictor
from salzoo.prediction.speed import measure_in_turns, peak_memory
from salzoo.utils.errors import InputError

if TYPE_CHECKING:
    from salzoo.prediction.opening import Opened

TENSORFLOW = ("tensorflow", "float32")
# (engine, precision) -> target and precision of the export that it runs.
EXPORTS = {
    ("litert", "float32"): ("portable", "float32"),
    ("litert", "int8"): ("portable", "int8"),
    ("onnx", "float32"): ("onnx", "float32"),
    ("openvino", "float32"): ("openvino", "float32"),
    ("openvino", "bfloat16"): ("openvino", "bfloat16"),
}
# Scenes on which maps are compared; the first one is measured.
SCENES, SIZE = 4, (480, 640)


@dataclass(frozen=True)
class EngineMeasurement:
    """An engine beside TensorFlow in float32.

    Attributes:
        engine: name.
        precision: of the network.
        missing: why it was not measured; "" if it was.
        milliseconds: median for one image of 480x640, from the image to its map.
        peak_bytes: peak memory of a process that opens the model and predicts one image.
        cc: smallest correlation with the maps of TensorFlow in float32.
        max_difference: largest difference from them, relative to the maximum of the map.
    """

    engine: str
    precision: str
    missing: str = ""
    milliseconds: float = 0.0
    peak_bytes: int = 0
    cc: float = 0.0
    max_difference: float = 0.0


def measure_engines(source: Any, rounds: int = 10) -> tuple[list[EngineMeasurement], str | None]:
    """Measure the engines that are installed, in turns.

    Args:
        source: what `salzoo.load_model` takes, except an export; or the name of any model, with
            random weights where none come with salzoo.
        rounds: number of measurements of each engine.

    Returns:
        The measurements, and the engine that `salzoo.load_model(source)` takes; None for random
        weights.

    Raises:
        InputError: the source is no model.
    """
    from salzoo.prediction.opening import open_source

    with tempfile.TemporaryDirectory() as folder:
        has_weights = not isinstance(source, str) or source not in MODELS or source in PRETRAINED
        path = source if has_weights else _random_model(source, folder)
        opened = open_source(path)
        if opened.model is None:
            raise InputError(f"{source} is an exported model; give what it was made from.")
        calls, missing = _open_all(opened, folder)
        images = [resample(s.image[None], SIZE)[0] for s in parity.draw_scenes(SCENES)]
        expected = [calls[TENSORFLOW](image) for image in images]
        times = measure_in_turns(calls, images[0], rounds)
        measured = []
        for engine, predict in calls.items():
            maps = [predict(image) for image in images]
            measured.append(
                EngineMeasurement(
                    *engine,
                    milliseconds=1e3 * statistics.median(times[engine]),
                    peak_bytes=peak_memory(_predict_once, engine, os.fspath(path), folder),
                    cc=min(map(parity.correlation, expected, maps)),
                    max_difference=max(map(parity.relative_difference, expected, maps)),
                )
            )
        chosen = Predictor(path).engine if has_weights else None
    return [*measured, *missing], chosen


def _random_model(name: str, folder: str) -> str:
    import keras

    from salzoo.models import build_model

    keras.utils.set_random_seed(0)
    path = os.path.join(folder, f"{name}.keras")
    build_model(name).save(path)
    return path


def _open_all(
    opened: Opened, folder: str
) -> tuple[dict[tuple[str, str], Predict], list[EngineMeasurement]]:
    """Return the engines as functions of an image, and those that are missing."""
    calls: dict[tuple[str, str], Predict] = {TENSORFLOW: _predict_with(opened)}
    missing = []
    openers: dict[tuple[str, str], Callable[[], Predict]] = {
        ("tensorflow", "bfloat16"): lambda: _open_bfloat16(opened)
    }
    for engine, (name, precision) in EXPORTS.items():
        openers[engine] = lambda name=name, precision=precision: _export(  # type: ignore[misc]
            opened, folder, name, precision
        )
    for engine, open_ in openers.items():
        try:
            calls[engine] = open_()
        except InputError as error:
            missing.append(EngineMeasurement(*engine, missing=str(error)))
    return calls, missing


def _export(opened: Opened, folder: str, name: str, precision: str) -> Predict:
    target = find_target(name)
    target.check(precision)
    place = os.path.join(folder, f"{name}-{precision}")
    os.mkdir(place)
    target.write(opened, place, precision, [])
    return target.open(place, precision)


def _open_bfloat16(opened: Opened) -> Predict:
    """Return the model in TensorFlow with its layers computed in bfloat16."""
    import keras

    from salzoo.models import build_model
    from salzoo.prediction.portable_models import read_geometry
    from salzoo.prediction.saliency import saliency_function

    card = opened.card
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build_model(card["model"], **card["model_options"])
        assert opened.model is not None
        model.set_weights(opened.model.get_weights())
    except ValueError as error:  # a .keras file does not tell its options
        raise InputError("not built in bfloat16: its options are not known") from error
    finally:
        keras.config.set_dtype_policy(before)
    blur, geometry = card["post_processing"]["blur"], read_geometry(card["geometry"])
    saliency = saliency_function(model, geometry, blur, output=card["output"])
    return _predict_with(opened._replace(model=model, saliency=saliency))


def _predict_with(opened: Opened) -> Predict:
    return lambda image: opened.maps(image)[0, ..., 0]


def _predict_once(engine: tuple[str, str], source: str, folder: str) -> None:
    """Open a model and predict one image."""
    image = np.zeros((*SIZE, 3), "float32")
    if engine in EXPORTS:
        name, precision = EXPORTS[engine]
        find_target(name).open(os.path.join(folder, f"{name}-{precision}"), precision)(image)
    elif engine == TENSORFLOW:
        Predictor(source, InferenceOptions(engine="tensorflow"))(image)
    else:
        from salzoo.prediction.opening import open_source

        _open_bfloat16(open_source(source))(image)
