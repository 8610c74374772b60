"""How fast models are on this machine, side by side, and how much memory they take."""

import multiprocessing
import resource
import statistics
import sys
import time
from dataclasses import dataclass

import numpy as np

from salzoo.utils.errors import InputError

# What the papers print, at the size they print it for.
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
    """One model at one size, batch 1.

    size: (rows, columns) of the network's input. seconds: median for one image,
    from decoded image to map at the image's size. fastest: the shortest.
    peak_bytes: highest memory of a process that builds the model and predicts
    one image, TensorFlow included. multiply_adds: of the network, one image.
    published: the paper's figures in words, "" if it prints none.
    """

    model: str
    size: tuple
    seconds: float
    fastest: float
    peak_bytes: int
    multiply_adds: int
    published: str


def benchmark(names=(), size=None, image_size=(480, 640), rounds=10):
    """Measure models in one run, taking turns, so that their ratios can be trusted.

    Args:
        names: registered models, () for all. size: (rows, columns) of their input,
            None: of each one's recipe. Of all models, those that do not take this
            size are measured at their recipe's. image_size: of the image. rounds:
            turns of each.

    Returns:
        list of `Measurement`.

    Raises:
        InputError: unknown model, or a size that a named one does not take.
    """
    from salzoo.models import list_models

    sizes = {name: _size(name, size, named=bool(names)) for name in names or list_models()}
    # Before this process fills its memory: a child begins with its parent's peak on Linux.
    peaks = {name: _peak_memory(name, sizes[name], image_size) for name in sizes}
    predictors, multiply_adds = {}, {}
    for name in sizes:
        predictors[name], multiply_adds[name] = _predictor(name, sizes[name])
    image = np.random.default_rng(0).uniform(0, 255, (1, *image_size, 3)).astype("float32")
    times = {name: [] for name in sizes}
    for turn in range(rounds + 1):
        for name, predict in predictors.items():
            start = time.perf_counter()
            predict(image)
            if turn:  # the first one traces the graph
                times[name].append(time.perf_counter() - start)
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


def _size(name, size, named):
    """Return the size of a model's input: the wanted one, if it takes it, or its recipe's."""
    from salzoo.models import model_record

    record = model_record(name)
    if size:
        try:
            record.check_size(*size, where="--size")
            return size
        except InputError:
            if named:
                raise
    return tuple(record.recipe.input_size)


def _predictor(name, size):
    """Return a function of a batch of images to numpy maps, and the network's multiply-adds."""
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


def _peak_memory(name, size, image_size):
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_measure_peak, args=(sender, name, size, image_size))
    child.start()
    sender.close()
    try:
        return receiver.recv()
    finally:
        child.join()


def _measure_peak(sender, name, size, image_size):
    from salzoo.utils.tensorflow import load_tensorflow

    load_tensorflow()
    predict, _ = _predictor(name, size)
    predict(np.zeros((1, *image_size, 3), "float32"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sender.send(peak * (1 if sys.platform == "darwin" else 1024))
