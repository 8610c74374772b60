"""Weights files of whole models: complete, finite, and nothing else."""

import h5py
import keras
import numpy as np
import pytest

from salzoo.models import load_weights
from salzoo.utils.errors import InputError


def small():
    """A network of one layer."""
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="dense")], name="small")


@pytest.fixture
def saved(tmp_path):
    """Its weights."""
    path = str(tmp_path / "best.weights.h5")
    small().save_weights(path)
    return path


def edit(path, value):
    """Replace the bias in a file by another array."""
    with h5py.File(path, "r+") as file:
        names = []
        file.visititems(lambda name, item: names.append(name) if hasattr(item, "shape") else None)
        [bias] = [name for name in names if file[name].shape == (2,)]
        del file[bias]
        if isinstance(value, np.ndarray):
            file[bias] = value
        elif value is not None:
            value(file, bias)


def test_weights_come_back(saved):
    model = small()
    load_weights(model, saved)
    edit(saved, np.array([3, 4], "float32"))
    load_weights(model, saved)
    np.testing.assert_array_equal(model.layers[0].bias, [3, 4])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.array([1, np.nan], "float32"), "has weights that are not finite .*bias"),
        (np.array([np.inf, 1], "float32"), "has weights that are not finite .*bias"),
        (np.zeros(3, "float32"), "does not hold weights of small"),
        (None, "does not hold weights of small"),
        (lambda file, name: file.create_dataset(name, data=h5py.Empty("f4")), "does not hold"),
        (
            lambda file, name: file.create_dataset(
                name, (2,), "f4", external=[("/etc/hostname", 0, 8)]
            ),
            "lie in another file",
        ),
        (
            lambda file, name: file.__setitem__(name, h5py.ExternalLink("/etc/hostname", "/")),
            "is a link to another file",
        ),
        (lambda file, name: file.create_dataset(name, (10**9, 10**9), "f4"), "has the shape"),
    ],
)
def test_other_weights_are_refused(saved, value, message):
    edit(saved, value)
    with pytest.raises(InputError, match=f"best.weights.h5.*{message}"):
        load_weights(small(), saved)


def test_damaged_files_are_refused(saved):
    with open(saved, "rb") as file:
        content = file.read()
    for length in (0, 100, len(content) // 2):
        with open(saved, "wb") as file:
            file.write(content[:length])
        with pytest.raises(InputError, match="best.weights.h5[^\n]*$"):
            load_weights(small(), saved)
