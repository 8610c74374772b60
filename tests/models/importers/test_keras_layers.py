"""Files of Keras 1 and 2 that are damaged or made to harm."""

import h5py
import numpy as np
import pytest

from salzoo.models.importers.keras_layers import number_layers, read_layers
from salzoo.utils.errors import InputError
from tests.models.importers.keras_files import write_keras_file


def read(path):
    return read_layers(path, {"dense_1": [(3,)]}, "Small", "theano", ("dense",))


@pytest.fixture
def stored(tmp_path):
    """A file of one layer, the seventh of its process."""
    path = tmp_path / "weights.h5"
    write_keras_file(path, {"input_1": {}, "dense_7": {"dense_7_W": np.ones(3, "float64")}})
    return path


def test_arrays_are_float32(stored):
    (values,) = read(stored)["dense_1"]
    assert values.dtype == np.float32 and values.tolist() == [1, 1, 1]


def test_layers_are_numbered_by_their_numbers():
    names = ("dense_11", "dense_9", "dense_10", "conv_dense_3", "dense_x")
    found = number_layers({name: [] for name in names}, ("dense",))
    assert list(found) == ["dense_3", "dense_1", "dense_2", "conv_dense_3", "dense_x"]
    # TensorFlow's own Keras gives the first no number.
    found = number_layers({"dense_1": [], "dense": []}, ("dense",))
    assert list(found) == ["dense_2", "dense_1"]


@pytest.mark.parametrize(
    ("attribute", "value", "message"),
    [
        ("layer_names", [1, 2], "no list layer_names"),
        ("layer_names", "dense_7", "no list layer_names"),
        ("layer_names", h5py.Empty("S3"), "no list layer_names"),
        ("layer_names", [[b"dense_7"]], "no list layer_names"),
        ("layer_names", [b"dense_7", b""], "the layer .* is missing"),
        ("layer_names", [b"/"], "no list weight_names"),
        ("layer_names", [b"dense_7/dense_7_W"], "is missing"),
        ("layer_names", [b"input_1"], "another model, not of Small: it lacks dense_1"),
        ("weight_names", [b"dense_8_W"], "arrays of dense_7 are missing"),
        ("weight_names", [b"/"], "arrays of dense_7 are missing"),
        ("weight_names", [b"dense_7_W"] * 2, "dense_1 has 2 arrays, not 1"),
        ("backend", b"tensorflow", "backend .*tensorflow.*; the released weights of Small"),
    ],
)
def test_lists_that_lead_astray(stored, attribute, value, message):
    with h5py.File(stored, "r+") as file:
        (file["dense_7"] if attribute == "weight_names" else file).attrs[attribute] = value
    with pytest.raises(InputError, match=message) as error:
        read(stored)
    assert str(stored) in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.ones(4), "the shape .4,., not .3,."),
        (np.ones(3, "int64"), "no decimal numbers"),
        (np.ones(3, [("x", "f4")]), "no decimal numbers"),
        (h5py.Empty("f4"), "the shape .., not .3,."),
        (h5py.SoftLink("/nowhere"), "arrays of dense_7 are missing"),
        (h5py.ExternalLink("/etc/hostname", "x"), "link to another file"),
    ],
)
def test_arrays_of_another_kind(stored, values, message):
    with h5py.File(stored, "r+") as file:
        del file["dense_7/dense_7_W"]
        file["dense_7/dense_7_W"] = values
    with pytest.raises(InputError, match=message):
        read(stored)
