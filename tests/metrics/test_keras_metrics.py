"""Against the float64 metrics, image by image, on TensorFlow and JAX."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from salzoo import metrics
from salzoo.metrics import keras_metrics, object_scores
from salzoo.metrics.keras_metrics import metrics_in_fit
from salzoo.utils.task import Task

NAMES = {Task.FIXATIONS: ("nss", "cc", "sim", "kld"), Task.OBJECTS: ("mae", "max_f")}


def batches(task):
    """Yield two batches of truths and predictions, float32, degenerate ones among them."""
    random = np.random.default_rng(0)
    for images in (3, 4):
        predictions = random.random((images, 15, 22, 1)) ** 3
        if task is Task.OBJECTS:
            truths = (random.random((images, 15, 22, 1)) < 0.3) * 1.0
            truths[0] = 0
            truths[1, 4:6] = 128 / 255  # background still
        else:
            counts = random.integers(0, 9, (images, 15, 22)) // 8
            truths = np.stack([random.random(counts.shape) ** 2, counts], axis=-1)
            truths[0] = 0  # nothing known of this image
            predictions[1] = 0.3
            predictions[2] = 0
        yield truths.astype("float32"), predictions.astype("float32")


def expected(task):
    """Means over the images of all batches, by the float64 metrics."""
    images = [pair for batch in batches(task) for pair in zip(*batch, strict=True)]
    if task is Task.OBJECTS:
        scored = [object_scores(p[..., 0], t[..., 0], convention="raw") for t, p in images]
        mae = np.mean([scores["MAE"] for scores, _ in scored])
        return {"mae": mae, "max_f": np.mean([curves["f"] for _, curves in scored], axis=0).max()}
    known = [(t[..., 0], t[..., 1], p[..., 0]) for t, p in images if t.any()]
    # A point for each fixation, however many a pixel has.
    points = [np.repeat(np.argwhere(n)[:, ::-1], n[n > 0].astype(int), axis=0) for _, n, _ in known]
    how = {"convention": "tuebingen"}
    return {
        "nss": np.mean(
            [metrics.nss(p, f, **how) for (_, _, p), f in zip(known, points, strict=True)]
        ),
        "cc": np.mean([metrics.cc(p, t, **how) for t, _, p in known]),
        "sim": np.mean([metrics.similarity(p, t, **how) for t, _, p in known]),
        "kld": np.mean([metrics.kl_divergence(p, t, **how) for t, _, p in known]),
    }


@pytest.mark.parametrize("task", NAMES)
def test_equal_the_float64_metrics(task):
    measured = metrics_in_fit(task)
    for metric in measured:
        for truths, predictions in batches(task):
            metric.update_state(truths, predictions)
    results = {metric.name: float(metric.result()) for metric in measured}
    assert tuple(results) == NAMES[task]
    assert results == pytest.approx(expected(task), rel=1e-5)


JAX = """
import json, keras, numpy as np
from salzoo.metrics.keras_metrics import metrics_in_fit
from tests.metrics.test_keras_metrics import NAMES, batches
from salzoo.utils.task import Task
assert keras.backend.backend() == "jax"
results = {}
for task in NAMES:
    inputs = keras.Input((15, 22, 1))
    model = keras.Model(inputs, keras.layers.Activation("linear")(inputs))
    model.compile(loss=lambda truth, prediction: prediction, metrics=metrics_in_fit(task))
    truths, images = (np.concatenate(parts) for parts in zip(*batches(task)))
    scores = model.evaluate(images, truths, batch_size=3, verbose=0, return_dict=True)
    results |= {name: float(scores[name]) for name in NAMES[task]}
print(json.dumps(results))
"""


def test_equal_on_jax_compiled():
    pytest.importorskip("jax")
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    answer = subprocess.run(
        [sys.executable, "-c", JAX],
        env=environment,
        check=True,
        timeout=300,
        stdout=subprocess.PIPE,
    )
    results = json.loads(answer.stdout.decode().splitlines()[-1])
    assert results == pytest.approx(
        {**expected(Task.FIXATIONS), **expected(Task.OBJECTS)}, rel=1e-5
    )


@pytest.mark.parametrize("task", NAMES)
def test_no_image_gives_nan_and_a_reset_starts_over(task):
    for metric in metrics_in_fit(task):
        assert np.isnan(float(metric.result()))
        truths, predictions = next(batches(task))
        metric.update_state(truths, predictions)
        assert np.isfinite(float(metric.result()))
        metric.reset_state()
        assert np.isnan(float(metric.result()))


@pytest.mark.parametrize("task", NAMES)
def test_weights_of_images(task):
    """Weight 0 leaves an image out, weight 2 counts it twice."""
    truths, predictions = next(batches(task))
    for weighted, plain in zip(metrics_in_fit(task), metrics_in_fit(task), strict=True):
        weighted.update_state(truths, predictions, sample_weight=np.array([1.0, 2, 0]))
        picked = [0, 1, 1]
        plain.update_state(truths[picked], predictions[picked])
        assert float(weighted.result()) == pytest.approx(float(plain.result()), rel=1e-6)


def test_perfect_predictions_score_best():
    truths, predictions = next(batches(Task.OBJECTS))
    truths = np.round(truths[2:])
    results = {}
    for metric in metrics_in_fit(Task.OBJECTS):
        metric.update_state(truths, truths)
        results[metric.name] = float(metric.result())
    assert results == {"mae": 0, "max_f": 1}
    density = predictions[:1]
    for metric in metrics_in_fit(Task.FIXATIONS)[1:]:
        metric.update_state(np.concatenate([density, density], axis=-1), density)
        results[metric.name] = float(metric.result())
    assert results["cc"] == pytest.approx(1, abs=1e-5) == results["sim"]
    assert results["kld"] == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("task", NAMES)
def test_config_round_trip_and_no_clash_with_the_losses(task):
    from salzoo import losses

    for metric in metrics_in_fit(task):
        copy = keras.metrics.deserialize(keras.metrics.serialize(metric))
        assert type(copy) is type(metric) and copy.name == metric.name
    kld = keras.losses.deserialize(keras.losses.serialize(losses.KLD()))
    assert isinstance(kld, losses.KLD) and not isinstance(kld, keras_metrics.KLD)


def test_metrics_need_no_keras():
    """Worker processes import them: keras would take them seconds."""
    code = "import sys, salzoo.metrics; sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
