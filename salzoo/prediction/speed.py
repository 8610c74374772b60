"""Measures the speed and memory of models on this machine."""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import numpy as np

from salzoo.utils.errors import InputError

Name = TypeVar("Name")

# Speed, memory and multiply-adds from the papers, with the input sizes and devices they name.
PUBLISHED = {
    "msinet": (
        "17 ms, 58 images/s, 173 MB, 44 billion at 240x320; 18 ms, 56, 175, 48 at 216x384; "
        "23 ms, 43, 194, 75 at 360x360; TITAN Xp"
    ),
    "shallow_convnet": "200 ms, GTX 980",
    "asnet": "80 ms at 224x224, GPU not named",
}


@dataclass(frozen=True)
class Measurement:
    """Speed and memory of a model at one input size, batch size 1.

    Attributes:
        model: name.
        size: (rows, columns) of the input.
        seconds: median for one image, from the decoded image to the map of its size.
        fastest: the shortest time, seconds.
        peak_bytes: peak memory of a process that builds the model and predicts one image,
            TensorFlow included.
        multiply_adds: of the network for one image.
        published: figures from the paper, "" if it has none.
    """

    model: str
    size: tuple[int, int]
    seconds: float
    fastest: float
    peak_bytes: int
    multiply_adds: int
    published: str


def benchmark(
    names: Sequence[str] = (),
    size: tuple[int, int] | None = None,
    image_size: tuple[int, int] = (480, 640),
    rounds: int = 10,
) -> list[Measurement]:
    """Measure models in turns, so that a change of the machine's speed affects all of them.

    Args:
        names: registered models; () for all.
        size: (rows, columns) of the input; None: that of each model's recipe. If `names` is
            empty, models that do not take this size are measured at their recipe's.
        image_size: (rows, columns) of the image.
        rounds: number of measurements of each model.

    Returns:
        One measurement per model.

    Raises:
        InputError: unknown model, or a named model does not take the size.
    """
    from salzoo.models import limits, list_models

    limits.check_pixels(*image_size, "`image_size`")
    sizes = {name: _size(name, size, named=bool(names)) for name in names or list_models()}
    # Measured first: on Linux a child process starts with the peak memory of its parent.
    peaks = {name: peak_memory(_predict_once, name, sizes[name], image_size) for name in sizes}
    predictors, multiply_adds = {}, {}
    for name in sizes:
        predictors[name], multiply_adds[name] = _predictor(name, sizes[name])
    image = np.random.default_rng(0).uniform(0, 255, (1, *image_size, 3)).astype("float32")
    times = measure_in_turns(predictors, image, rounds)
    return [
        Measurement(
            name,
            sizes[name],
            statistics.median(times[name]),
            min(times[name]),
            peaks[name],
            multiply_adds[name],
            PUBLISHED.get(name, ""),
        )
        for name in sizes
    ]


def measure_in_turns(
    calls: Mapping[Name, Callable[[np.ndarray], object]], image: np.ndarray, rounds: int
) -> dict[Name, list[float]]:
    """Measure functions in turns, after a first one that prepares.

    Args:
        calls: {name: function of an image}.
        image: what they get.
        rounds: number of measurements of each.

    Returns:
        {name: seconds of each round}.
    """
    times: dict[Name, list[float]] = {name: [] for name in calls}
    for turn in range(rounds + 1):
        for name, predict in calls.items():
            start = time.perf_counter()
            predict(image)
            if turn:  # the first one traces the graph
                times[name].append(time.perf_counter() - start)
    return times


def _size(name: str, size: tuple[int, int] | None, named: bool) -> tuple[int, int]:
    """Return `size` if the model takes it, else that of its recipe."""
    from salzoo.models import model_record

    record = model_record(name)
    if size:
        try:
            record.check_size(*size, where="`size`")
            return size
        except InputError:
            if named:
                raise
    rows, columns = record.recipe.input_size
    return rows, columns


def _predictor(name: str, size: tuple[int, int]) -> tuple[Callable[[np.ndarray], np.ndarray], int]:
    """Return a function of a batch of images to maps, and the multiply-adds of the network."""
    import tensorflow as tf

    from salzoo.data.geometry import Geometry
    from salzoo.models import build_model, choose_output, model_record
    from salzoo.models.complexity import complexity
    from salzoo.prediction.saliency import saliency_function

    record = model_record(name)
    model = build_model(name, input_shape=(*size, 3))
    geometry = Geometry(record.fit_mode, size, record.size_multiple, record.padding_value)
    saliency = saliency_function(model, geometry, record.blur, output=choose_output(model))
    return lambda image: saliency(tf.constant(image)).numpy(), complexity(model).multiply_adds


def peak_memory(function: Callable[..., object], *arguments: Any) -> int:
    """Return the peak memory of a process of its own that calls a function, in bytes.

    Args:
        function: of a module.
        *arguments: of the function.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_send_peak, args=(sender, function, arguments))
    child.start()
    sender.close()
    try:
        return receiver.recv()
    finally:
        child.join()


def _send_peak(
    sender: Connection, function: Callable[..., object], arguments: tuple[Any, ...]
) -> None:
    function(*arguments)
    sender.send(peak_bytes())


def _predict_once(name: str, size: tuple[int, int], image_size: tuple[int, int]) -> None:
    from salzoo.utils.tensorflow import load_tensorflow

    load_tensorflow()
    predict, _ = _predictor(name, size)
    predict(np.zeros((1, *image_size, 3), "float32"))


def peak_bytes() -> int:
    """Return the peak memory of this process."""
    if os.path.exists("/proc/self/status"):  # elsewhere that of its parent may be counted
        with open("/proc/self/status", encoding="ascii") as file:
            return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024)
