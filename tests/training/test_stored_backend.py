"""The backend is a property of a run: the same trainings under TensorFlow and JAX."""

import json
import subprocess
import sys
from dataclasses import asdict, replace

import numpy as np
import pytest

from salzoo.models import build_model
from salzoo.training.run import Run
from salzoo.training.stored_backend import stored_backend
from salzoo.utils.errors import InputError
from salzoo.utils.json_files import read_json
from tests.training.test_devices import config, history, run_child
from tests.training.test_loop import train

# Ctrl-C is pressed during the second step, on two devices; one device goes on.
CHILD = """
import os, signal, sys
from dataclasses import replace
from salzoo.training import loop
from salzoo.training.callbacks import Watch
from salzoo.training.devices import find_devices
from tests.training.test_stored_backend import of_start

start, folder = sys.argv[1:]
config = of_start(start, "jax")
loop.train(config, f"{folder}/jax", verbose=0)
original, steps = Watch.on_train_batch_end, []

def pressed(self, batch, logs=None):
    steps.append(batch)
    if len(steps) == 2:
        os.kill(os.getpid(), signal.SIGINT)
    original(self, batch, logs)

Watch.on_train_batch_end = pressed
two = find_devices("all")
assert two.count == 2
try:
    loop.train(config, f"{folder}/resumed", verbose=0, devices=two)
except KeyboardInterrupt:
    assert len(steps) == 2
    loop.train(config, f"{folder}/resumed", resume=True, verbose=0)
assert len(steps) == 3
"""
TWO = {"XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
ON_JAX = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}


def of_start(start, backend):
    """Three steps from the weights of a run, with a validation before and after them."""
    changed = config()
    recipe = changed.recipe.override(epochs=1, validate_every=9)
    return replace(changed, recipe=recipe, init_from=str(start), backend=backend)


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """A run folder with new weights."""
    run = Run(tmp_path_factory.mktemp("start") / "run")
    run.write_config(config())
    model = build_model("shallow_convnet", **config().model_options)
    model.save_weights(run.path("best.weights.h5"))
    return run.folder


@pytest.fixture(scope="module")
def folder(start, tmp_path_factory):
    folder = tmp_path_factory.mktemp("backends")
    train(of_start(start, "tensorflow"), folder / "tensorflow", verbose=0)
    run_child(CHILD, start, folder, **ON_JAX, **TWO)
    return folder


def assert_near(folder, first, second, tolerance):
    for which in ("best", "last"):
        pairs = [Run(folder / name).load_model(which).get_weights() for name in (first, second)]
        for mine, theirs in zip(*pairs, strict=True):
            np.testing.assert_allclose(mine, theirs, atol=tolerance)


@pytest.mark.slow
def test_three_steps_are_the_same_on_both_backends(folder, start):
    expected, found = history(folder / "tensorflow"), history(folder / "jax")
    np.testing.assert_allclose(found[-1], expected[-1], rtol=1e-4, atol=1e-4)
    assert_near(folder, "tensorflow", "jax", 1e-4)
    moved = [Run(each).load_model().get_weights() for each in (start, folder / "jax")]
    assert max(np.abs(old - new).max() for old, new in zip(*moved, strict=True)) > 1e-3


@pytest.mark.slow
def test_ctrl_c_and_resumption_on_another_number_of_devices_lose_nothing(folder):
    np.testing.assert_allclose(
        history(folder / "resumed")[-1], history(folder / "jax")[-1], rtol=1e-6, atol=1e-6
    )
    assert_near(folder, "jax", "resumed", 1e-6)


def test_the_backend_is_stored(tmp_path):
    Run(tmp_path / "run").write_config(replace(config(), backend="jax"))
    assert stored_backend(tmp_path / "run") == "jax" == Run(tmp_path / "run").config.backend
    versions = read_json(tmp_path / "run" / "config.json")["versions"]
    assert "jax" in versions and "tensorflow" in versions
    assert stored_backend(None) is stored_backend(tmp_path) is None
    older = asdict(config())
    del older["backend"]
    (tmp_path / "config.json").write_text(json.dumps(older))
    assert stored_backend(tmp_path) == "tensorflow"


def test_a_run_of_the_other_backend_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"`backend` is jax, and keras was .* tensorflow"):
        train(replace(config(), backend="jax"), tmp_path / "run", verbose=0)


@pytest.mark.slow
def test_the_command_trains_by_jax_and_evaluates_by_tensorflow(tmp_path):
    small = ["--epochs", "1", "--model_options", "conv3_filters=1", "--limit_train", "4"]
    command = [sys.executable, "-m", "salzoo", "train", "shallow_convnet", "--limit_val", "2"]
    flags = ["--backend", "jax", "--run_dir", "run", "--export", "exports"]
    done = subprocess.run([*command, *small, *flags], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "shallow_convnet" in done.stdout and (tmp_path / "run" / "metrics.json").exists()
    assert (tmp_path / "exports" / "shallow_convnet").exists()
