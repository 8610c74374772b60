"""Guarantees for every registered model."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from salzoo.errors import InputError
from salzoo.losses import LOSSES
from salzoo.models import build_model, list_models, model_record

MODELS = list_models()


@pytest.fixture(scope="module", params=MODELS)
def model(request):
    keras.utils.set_random_seed(0)
    return build_model(request.param)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).uniform(0, 255, (2, 48, 64, 3)).astype("float32")


def test_the_record_tells_all(model):
    record = model_record(model.name)
    assert model.count_params() == record.parameters
    assert record.paper and record.title and record.task in ("fixations", "objects")
    assert record.recipe.loss in LOSSES
    assert keras.optimizers.get(record.recipe.optimizer)
    record.check_size(*record.recipe.input_size)


def test_output_is_a_map_of_the_input_size(model, images):
    output = np.asarray(model(images))
    assert output.shape == (2, 48, 64, 1) and output.dtype == np.float32
    assert output.min() >= 0 and output.max() <= 1


def test_batch_of_one_equals_batch_of_many(model, images):
    together = np.asarray(model(images))
    alone = np.concatenate([model(images[:1]), model(images[1:])])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_odd_aspect_ratio(model):
    assert model(np.zeros((1, 24, 160, 3), "float32")).shape == (1, 24, 160, 1)


@pytest.mark.parametrize("level", [0.0, 255.0])
def test_black_and_white_images_are_finite(model, level):
    assert np.isfinite(np.asarray(model(np.full((1, 32, 32, 3), level, "float32")))).all()


def test_config_round_trip(model, images):
    twin = keras.Model.from_config(model.get_config())
    assert [w.path for w in twin.weights] == [w.path for w in model.weights]
    twin.set_weights(model.get_weights())
    np.testing.assert_array_equal(twin(images), model(images))


def test_keras_file_round_trip(model, images, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(loaded(images), model(images))


def test_weights_round_trip(model, images, tmp_path):
    model.save_weights(tmp_path / "model.weights.h5")
    twin = build_model(model.name)
    twin.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(twin(images), model(images))


def test_gradients_reach_every_weight(model, images):
    import tensorflow as tf

    targets = np.random.default_rng(1).random((2, 48, 64, 2)).astype("float32")
    loss = LOSSES[model_record(model.name).recipe.loss]()
    with tf.GradientTape() as tape:
        value = loss(targets, model(images, training=True))
    gradients = tape.gradient(value, [weight.value for weight in model.trainable_weights])
    for weight, gradient in zip(model.trainable_weights, gradients, strict=True):
        assert gradient is not None and np.isfinite(gradient).all(), weight.path
        assert np.abs(gradient).max() > 0 or _silent_by_design(weight), weight.path


def _silent_by_design(weight):
    """A constant added to the whole map vanishes in its min-max normalisation."""
    return weight.path == "decoder_conv4/bias"


def test_mixed_precision_changes_little_and_gives_float32(model, images):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = build_model(model.name)
    finally:
        keras.config.set_dtype_policy("float32")
    mixed.set_weights(model.get_weights())
    output = np.asarray(mixed(images))
    assert output.dtype == np.float32
    assert np.abs(output - np.asarray(model(images))).mean() < 0.05


JAX = """
import sys, numpy as np, keras
from salzoo.models import build_model
from salzoo.losses import KLD
assert keras.backend.backend() == "jax"
given = np.load(sys.argv[1])
model = build_model(sys.argv[2])
model.load_weights(sys.argv[3])
output = model(given["images"])
loss = KLD()(given["targets"], output)
np.savez(sys.argv[4], output=np.asarray(output), loss=np.asarray(loss))
"""


def test_tensorflow_and_jax_agree(model, images, tmp_path):
    pytest.importorskip("jax")
    from salzoo.losses import KLD

    targets = np.random.default_rng(1).random((2, 48, 64, 2)).astype("float32")
    given, weights, result = (
        str(tmp_path / name) for name in ("given.npz", "model.weights.h5", "result.npz")
    )
    np.savez(given, images=images, targets=targets)
    model.save_weights(weights)
    import os

    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", JAX, given, model.name, weights, result]
    subprocess.run(command, env=environment, check=True, timeout=300)
    other = np.load(result)
    output = model(images)
    np.testing.assert_allclose(other["output"], output, atol=1e-4)
    assert float(other["loss"]) == pytest.approx(float(KLD()(targets, output)), abs=1e-4)


def test_unknown_names_get_a_hint():
    with pytest.raises(InputError, match="did you mean 'msinet'"):
        build_model("msi-net")
    with pytest.raises(InputError, match="option of msinet 'asp'; did you mean 'aspp'"):
        build_model("msinet", asp=False)


def test_recipes_name_known_datasets():
    from salzoo.data.datasets import list_datasets

    for name in MODELS:
        assert set(model_record(name).recipes) <= set(list_datasets())
