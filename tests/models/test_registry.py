"""Guarantees for every registered model.

`test_options.py` does what differs for their options. What takes long on the
large networks is slow.
"""

import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

from salzoo.models import MODELS, build_model, list_models, model_record
from salzoo.utils.errors import InputError
from tests.models.checks import (
    LARGE,
    arrays_of,
    assert_gradients_reach,
    assert_same,
    awake,
    images_of,
    loss_of,
    outputs_of,
    silent_by_design,
    size_of,
)
from tests.models.completeness import COMPLETE, MISSING


def slow_on(*names):
    """Mark a test as slow for some networks."""

    def mark(test):
        test.slow_on = names
        return test

    return mark


# Two networks prove it in the usual run.
heavy = slow_on(*LARGE, "deep_convnet")


def pytest_generate_tests(metafunc):
    if "model" in metafunc.fixturenames:
        slow = getattr(metafunc.function, "slow_on", ())
        marks = {name: [pytest.mark.slow] for name in slow}
        names = [pytest.param(name, marks=marks.get(name, ())) for name in COMPLETE]
        metafunc.parametrize("model", names, indirect=True, scope="module")


@pytest.fixture(scope="module")
def model(request):
    """Built once; one large network at a time is in memory."""
    return awake(request.param)


@pytest.mark.parametrize("name", list_models())
def test_models_are_complete(name):
    """The record is complete, and tests and documentation of the model are there."""
    if MISSING[name]:
        pytest.fail(MISSING[name], pytrace=False)


def test_the_record_has_the_number_of_parameters(model):
    record, found = model_record(model.name), model.count_params()
    assert found == record.parameters, f"record of {model.name}: write parameters={found:_}"


def test_a_model_imports_only_its_own_modules():
    """`salzoo predict` with one model needs no other network and no dataset."""
    code = (
        "import sys; from salzoo.models.registry import model_record; "
        "model_record('msinet_lite'); print(*sorted(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=pathlib.Path(__file__).parents[2],
    )
    loaded = set(result.stdout.split())
    others = {module for name, (module, _) in MODELS.items() if name != "msinet_lite"}
    others |= {"salzoo.models.backbones.vgg16", "salzoo.models.backbones.resnet50", "salzoo.data"}
    assert "salzoo.models.msinet_lite" in loaded and not others & loaded


def test_maps_are_finite_and_not_negative(model):
    outputs = arrays_of(model, images_of(model_record(model.name)))
    for maps in outputs.values():
        assert maps.dtype == np.float32 and np.isfinite(maps).all() and maps.min() >= 0


def test_sizes_are_what_the_record_promises(model):
    record = model_record(model.name)
    multiple = record.size_multiple
    # Higher than wide, and odd numbers of whatever the network takes multiples of.
    tall = multiple * -(-49 // multiple), multiple * -(-27 // multiple)
    for size in (record.fixed_size,) if record.fixed_size else (size_of(record), tall):
        outputs = outputs_of(model, images_of(record, size, count=1))
        promised = model.compute_output_shape((1, *size, 3))
        promised = promised if isinstance(promised, dict) else {"saliency": promised}
        assert {name: tuple(maps.shape) for name, maps in outputs.items()} == promised
        full = (1, *(int(length * record.target_scale) for length in size), 1)
        assert full in promised.values()


def test_a_size_given_when_it_is_built(model):
    record = model_record(model.name)
    size = size_of(record)
    built = build_model(model.name, input_shape=(*size, 3))
    assert built.count_params() == record.parameters
    assert built.input_shape == (None, *size, 3)
    shapes = keras.tree.map_structure(lambda output: tuple(output.shape), built.output)
    assert shapes == model.compute_output_shape((None, *size, 3))


def test_unusable_sizes_are_refused(model):
    record = model_record(model.name)
    refused = [(240, 320), (240, 320, 1), None]
    if record.size_multiple > 1 or record.fixed_size:
        refused.append((*(length + 1 for length in size_of(record)), 3))
    for shape in refused:
        with pytest.raises(InputError, match=f"input_shape.*{model.name}"):
            build_model(model.name, input_shape=shape)


def test_batch_of_one_equals_batch_of_many(model):
    images = images_of(model_record(model.name))
    together, first = arrays_of(model, images), arrays_of(model, images[:1])
    assert_same(first, {name: maps[:1] for name, maps in together.items()}, 1e-4)


@pytest.mark.parametrize("level", [0.0, 255.0])
def test_black_and_white_images_are_finite(model, level):
    images = np.full_like(images_of(model_record(model.name), count=1), level)
    for maps in arrays_of(model, images).values():
        assert np.isfinite(maps).all()


def test_config_round_trip(model):
    twin = keras.Model.from_config(model.get_config())
    assert [weight.path for weight in twin.weights] == [weight.path for weight in model.weights]
    twin.set_weights(model.get_weights())
    images = images_of(model_record(model.name), count=1)
    assert_same(arrays_of(twin, images), arrays_of(model, images))


@heavy
def test_keras_file_round_trip(model, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    images = images_of(model_record(model.name), count=1)
    assert_same(arrays_of(loaded, images), arrays_of(model, images))


@heavy
def test_weights_round_trip(model, tmp_path):
    model.save_weights(tmp_path / "model.weights.h5")
    twin = build_model(model.name)
    twin.load_weights(tmp_path / "model.weights.h5")
    images = images_of(model_record(model.name), count=1)
    assert_same(arrays_of(twin, images), arrays_of(model, images))


@heavy
def test_saved_model_round_trip(model, tmp_path):
    import tensorflow as tf

    model.export(tmp_path / "export", verbose=False)
    loaded = tf.saved_model.load(tmp_path / "export")
    record = model_record(model.name)
    for size in (
        (record.fixed_size,) if record.fixed_size else (size_of(record), size_of(record)[::-1])
    ):
        images = images_of(record, size, count=1)
        answer = loaded.serve(images)
        answer = answer if isinstance(answer, dict) else {"saliency": answer}
        assert_same(answer, arrays_of(model, images), 1e-5)


@heavy
def test_gradients_reach_every_weight(model):
    assert_gradients_reach(model, silent_by_design(model, {}))


@heavy
def test_mixed_precision_changes_little_and_gives_float32(model):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed = build_model(model.name)
    finally:
        keras.config.set_dtype_policy("float32")
    mixed.set_weights(model.get_weights())
    images = images_of(model_record(model.name), count=1)
    exact = arrays_of(model, images)
    for name, maps in arrays_of(mixed, images).items():
        assert maps.dtype == np.float32
        assert np.abs(maps - exact[name]).mean() < 0.05 * exact[name].max()


@slow_on(*LARGE, "deep_convnet", "msinet")
def test_tensorflow_and_jax_agree(model, tmp_path):
    pytest.importorskip("jax")
    weights, result = str(tmp_path / "model.weights.h5"), str(tmp_path / "result.npz")
    model.save_weights(weights)
    code = "import sys; from tests.models.checks import answer; answer(*sys.argv[1:])"
    subprocess.run(
        [sys.executable, "-c", code, model.name, weights, result],
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        cwd=pathlib.Path(__file__).parents[2],
        check=True,
        timeout=600,
    )
    found = dict(np.load(result))
    assert found.pop("backend") == "jax"
    loss = found.pop("loss")
    record = model_record(model.name)
    outputs = outputs_of(model, images_of(record))
    assert_same(found, {name: np.asarray(maps) for name, maps in outputs.items()}, 1e-4)
    assert float(loss) == pytest.approx(float(loss_of(record, outputs)), rel=1e-4, abs=1e-4)
