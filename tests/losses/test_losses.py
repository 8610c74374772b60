"""Guarantees for every loss: its formula, its direction, its behaviour on empty maps."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from salzoo.losses import FIXATION_LOSSES, LOSSES, OBJECT_LOSSES, make_loss

EPSILON = 1e-7


def unit(map_):
    return map_ / (map_.sum() + EPSILON)


def z(map_):
    return (map_ - map_.mean()) / map_.std()


def kld(q, p):
    q, p = unit(q), unit(p)
    return (q * np.log(EPSILON + q / (EPSILON + p))).sum()


def salient_object(s, q):
    share = s.mean()
    entropy = -(share * (1 - s) * np.log(1 - q) + (1 - share) * s * np.log(q)).mean()
    precision, recall = (s * q).sum() / q.sum(), (s * q).sum() / s.sum()
    f_measure = 1.3 * precision * recall / (0.3 * precision + recall)
    return entropy - 0.1 * (precision + recall + f_measure - np.abs(s - q).mean())


# name -> function of (density, fixation counts, prediction), or of (mask, None, prediction)
FORMULAS = {
    "kld": lambda d, n, p: kld(d, p),
    "mean_kld": lambda d, n, p: kld(d, p) * (d / d.max()).mean(),
    "cc": lambda d, n, p: -np.corrcoef(d.ravel(), p.ravel())[0, 1],
    "nss": lambda d, n, p: -z(p)[n > 0].mean(),
    "weighted_sum": lambda d, n, p: (
        10 * kld(d, p) - 2 * np.corrcoef(d.ravel(), p.ravel())[0, 1] - z(p)[n > 0].mean()
    ),
    "euclidean": lambda d, n, p: ((d / d.max() - p / p.max()) ** 2).mean(),
    "cosine": lambda d, n, p: 1 - (d * p).sum() / np.linalg.norm(d) / np.linalg.norm(p),
    "chi_squared": lambda d, n, p: (unit(d) ** 2 / unit(p)).sum() - 1,
    "total_variation": lambda d, n, p: np.abs(unit(d) - unit(p)).sum() / 2,
    "bhattacharyya": lambda d, n, p: -np.log(np.sqrt(unit(d) * unit(p)).sum()),
    "l2": lambda d, n, p: ((d / d.max() - p) ** 2).mean(),
    "l2_sum": lambda d, n, p: 2 * ((d / d.max() - p) ** 2).sum(),
    "l1": lambda d, n, p: np.abs(d / d.max() - p).mean(),
    "sigmoid_cross_entropy": lambda d, n, p: (
        -(d / d.max() * np.log(p) + (1 - d / d.max()) * np.log(1 - p)).mean()
    ),
    "salient_object": lambda s, n, q: salient_object(s, q),
}


def draw(name, seed, batch=2, size=(6, 7)):
    """Return y_true, y_pred and the maps of each image."""
    random = np.random.default_rng(seed)
    predictions = random.uniform(0.05, 0.95, (batch, *size))
    if name in OBJECT_LOSSES:
        masks = (random.random((batch, *size)) < 0.4).astype(float)
        masks[:, 0, 0] = 1
        maps = [
            (mask, None, prediction) for mask, prediction in zip(masks, predictions, strict=True)
        ]
        return masks[..., None], predictions[..., None], maps
    densities = random.random((batch, *size)) ** 3
    counts = random.poisson(0.4, (batch, *size)).astype(float)
    counts[:, 1, 1] = 2
    maps = list(zip(densities, counts, predictions, strict=True))
    return np.stack([densities, counts], axis=-1), predictions[..., None], maps


@pytest.mark.parametrize("name", LOSSES)
@settings(max_examples=10)
@given(seed=st.integers(0, 9999))
def test_equals_its_formula(name, seed):
    y_true, y_pred, maps = draw(name, seed)
    expected = np.mean([FORMULAS[name](*each) for each in maps])
    value = float(make_loss(name)(np.float32(y_true), np.float32(y_pred)))
    assert value == pytest.approx(expected, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("name", LOSSES)
def test_falls_as_the_map_gets_better(name):
    y_true, _, _ = draw(name, 1, batch=1)
    if name in OBJECT_LOSSES:
        truth, bad = y_true, np.full_like(y_true, 0.5)
    elif name == "nss":
        truth, bad = (y_true[..., 1:] > 0).astype(float), y_true[..., :1]
    else:
        truth = y_true[..., :1] / y_true[..., :1].max()
        bad = np.full_like(truth, truth.mean()) + 0.3 * np.roll(truth, 3, axis=2)
    values = [
        float(make_loss(name)(np.float32(y_true), np.float32(share * truth + (1 - share) * bad)))
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert values == sorted(values, reverse=True) and values[0] > values[-1]


@pytest.mark.parametrize("term", ["precision", "recall", "f_measure", "mae"])
def test_every_term_of_the_object_loss_falls_by_itself(term):
    """A map closer to the mask costs less by what one term adds."""
    mask = np.zeros((1, 8, 8, 1), "float32")
    mask[:, 2:5, 3:7] = 1
    nothing = dict.fromkeys(("precision", "recall", "f_measure", "mae"), 0.0)
    alone, without = (
        make_loss("salient_object", **{**nothing, term: weight}) for weight in (1.0, 0.0)
    )
    values = []
    for share in (0.1, 0.4, 0.7, 0.95):
        prediction = share * mask + (1 - share) * 0.5
        values.append(float(alone(mask, prediction)) - float(without(mask, prediction)))
    assert values == sorted(values, reverse=True) and values[0] - values[-1] > 0.1


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("prediction", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("truth", ["zero", "constant", "drawn"])
def test_loss_and_gradient_are_finite_on_empty_maps(name, prediction, truth):
    y_true, y_pred, _ = draw(name, 2)
    y_true = {"zero": 0 * y_true, "constant": 0 * y_true + 1, "drawn": y_true}[truth]
    maps = tf.Variable(np.full(y_pred.shape, prediction, "float32"))
    with tf.GradientTape() as tape:
        value = make_loss(name)(np.float32(y_true), maps)
    assert np.isfinite(value) and np.isfinite(tape.gradient(value, maps)).all()


@pytest.mark.parametrize("name", FIXATION_LOSSES)
@pytest.mark.parametrize("shift", [-0.5, -2.0])
def test_negative_values_of_a_linear_output_are_no_reason_for_nan(name, shift):
    y_true, y_pred, _ = draw(name, 2)
    maps = tf.Variable(np.float32(y_pred + shift))
    with tf.GradientTape() as tape:
        value = make_loss(name)(np.float32(y_true), maps)
    assert np.isfinite(value) and np.isfinite(tape.gradient(value, maps)).all()


def test_negative_saliency_counts_as_none():
    y_true, y_pred, _ = draw("kld", 6)
    y_true, y_pred = np.float32(y_true), np.float32(y_pred - 0.5)
    for name in ("kld", "chi_squared", "total_variation", "bhattacharyya"):
        loss = make_loss(name)
        assert float(loss(y_true, y_pred)) == float(loss(y_true, y_pred.clip(0)))


def test_what_is_looked_at_but_not_predicted_pulls_the_bhattacharyya_distance():
    truth = np.zeros((1, 4, 4, 2), "float32")
    truth[0, :2, :2] = 1
    prediction = np.zeros((1, 4, 4, 1), "float32")
    prediction[0, 1:3, 1:3] = 1
    maps = tf.Variable(prediction)
    with tf.GradientTape() as tape:
        value = make_loss("bhattacharyya")(truth, maps)
    slopes = np.asarray(tape.gradient(value, maps))[0, ..., 0]
    assert slopes[0, 0] < slopes[1, 1] < 0 < slopes[3, 3]


@pytest.mark.parametrize("name", LOSSES)
def test_a_larger_truth_is_reduced_to_the_prediction(name):
    y_true, y_pred, _ = draw(name, 3)
    fine = np.repeat(np.repeat(y_true, 4, axis=1), 2, axis=2)
    loss = make_loss(name)
    assert float(loss(np.float32(fine), np.float32(y_pred))) == pytest.approx(
        float(loss(np.float32(y_true), np.float32(y_pred))), rel=1e-4, abs=1e-5
    )
    with pytest.raises(ValueError, match="cannot be reduced"):
        loss(np.float32(y_true), np.float32(y_pred[:, :4]))


@pytest.mark.parametrize("name", LOSSES)
def test_serialises(name):
    loss = make_loss(name)
    twin = keras.losses.deserialize(keras.losses.serialize(loss))
    assert type(twin) is type(loss) and twin.get_config() == loss.get_config()


def test_weights_can_be_chosen():
    y_true, y_pred, _ = draw("weighted_sum", 4)
    y_true, y_pred = np.float32(y_true), np.float32(y_pred)
    parts = {name: float(make_loss(name)(y_true, y_pred)) for name in ("kld", "cc", "nss")}
    mixed = make_loss("weighted_sum", kld=1, cc=0.5, nss=0)(y_true, y_pred)
    assert float(mixed) == pytest.approx(parts["kld"] + 0.5 * parts["cc"], abs=1e-4)


def test_several_outputs_get_a_loss_each():
    losses = make_loss("salient_object", ["fixation", "object_5"], mae=0.0)
    assert [type(loss).__name__ for loss in losses.values()] == ["MeanKLD", "SalientObject"]
    assert losses["object_5"].mae == 0.0


JAX = """
import sys, numpy as np, keras
from salzoo.losses import LOSSES, make_loss
assert keras.backend.backend() == "jax"
given = np.load(sys.argv[1])
values = {n: np.asarray(make_loss(n)(given[n + "/t"], given[n + "/p"])) for n in LOSSES}
np.savez(sys.argv[2], **values)
"""


def test_tensorflow_and_jax_agree(tmp_path):
    pytest.importorskip("jax")
    arrays = {}
    for name in LOSSES:
        y_true, y_pred, _ = draw(name, 5)
        arrays |= {f"{name}/t": np.float32(y_true), f"{name}/p": np.float32(y_pred)}
    np.savez(tmp_path / "given.npz", **arrays)
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", JAX, tmp_path / "given.npz", tmp_path / "result.npz"]
    subprocess.run(command, env=environment, check=True, timeout=300)
    other = np.load(tmp_path / "result.npz")
    for name in LOSSES:
        here = float(make_loss(name)(arrays[f"{name}/t"], arrays[f"{name}/p"]))
        assert float(other[name]) == pytest.approx(here, abs=1e-4), name


def test_every_loss_has_its_task():
    assert set(FIXATION_LOSSES) | set(OBJECT_LOSSES) == set(LOSSES) == set(FORMULAS)


@pytest.mark.parametrize("name", LOSSES)
def test_sizes_that_are_still_to_come(name, random):
    """In a graph whose sizes differ from image to image the truth is reduced as well."""
    loss, channels = make_loss(name), 1 if name in OBJECT_LOSSES else 2
    in_graph = tf.function(
        lambda truth, prediction: loss(truth, prediction),
        input_signature=[tf.TensorSpec([None, None, None, n]) for n in (channels, 1)],
    )
    for rows, columns in ((6, 8), (2, 4)):
        truth = random.uniform(0, 1, (1, 6, 8, channels)).astype("float32")
        prediction = random.uniform(0.1, 0.9, (1, rows, columns, 1)).astype("float32")
        expected = float(loss(truth, prediction))
        assert float(in_graph(truth, prediction)) == pytest.approx(expected, rel=1e-5, abs=1e-6)
