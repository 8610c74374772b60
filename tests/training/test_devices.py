"""Several devices train as one does: the same losses, metrics and weights."""

import csv
import os
import subprocess
import sys

import numpy as np
import pytest

from salzoo.training import devices
from salzoo.training.run import Run
from salzoo.utils.errors import InputError

# Two logical CPUs stand for two GPUs. Of five images by two, the last batch has one: it is filled
# up. The optimizer is the one with the most state: slow layers and moving averages.
CHILD = """
import sys
import tensorflow as tf

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)

import pytest
from salzoo.training.callbacks import Watch
from salzoo.training.devices import find_devices
from tests.training.test_devices import config
from tests.training.test_loop import interrupted, train

train(config(), f"{sys.argv[1]}/one", verbose=0)
folder, two = f"{sys.argv[1]}/two", find_devices("all")
interrupted(
    folder, pytest.MonkeyPatch(), Watch, "on_train_batch_end", config(), after=4, devices=two
)
train(config(), folder, resume=True, verbose=0)
"""


def config():
    from tests.training.test_loop import shallow_config

    options = {"use_ema": True, "ema_momentum": 0.5, "slow": "conv1", "slow_factor": 0.5}
    recipe = {
        "optimizer": "discriminative_adamw",
        "optimizer_options": options,
        "learning_rate": 1e-3,
    }
    return shallow_config(recipe, model_options={"conv3_filters": 1, "dropout": 0.0})


def run_child(script, *arguments, **environment):
    """Run a program in a process of its own; return it."""
    process = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert process.returncode == 0, process.stderr[-2000:]
    return process


def history(folder):
    with open(os.path.join(folder, "history.csv")) as file:
        return [[float(value or "nan") for value in row] for row in list(csv.reader(file))[1:]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("devices")
    run_child(CHILD, folder)
    return folder


@pytest.mark.slow
def test_two_devices_train_as_one(trained):
    """Five steps on two devices, the last of them resumed on one."""
    expected, found = history(trained / "one"), history(trained / "two")
    assert len(expected) == 4
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
    for which in ("best", "last"):
        weights = [Run(trained / name).load_model(which).get_weights() for name in ("one", "two")]
        for mine, theirs in zip(*weights, strict=True):
            np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_more_devices_than_there_are():
    with pytest.raises(InputError, match=r"`devices` 99: this machine has \d+ [CG]PU"):
        devices.find_devices(99)


def test_one_device_needs_no_strategy():
    assert devices.find_devices(None) == devices.find_devices(1) == devices.ONE_DEVICE


def test_the_batch_is_described():
    assert devices.Devices(4).describe(8) == ["devices           4, each 2 images of a batch"]
    assert devices.ONE_DEVICE.describe(8) == []
