"""The shallow ConvNet's weights: an .npz against the authors' network in Theano's terms."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from salzoo.models import build_model
from salzoo.models.importers import assign
from salzoo.models.importers import pan_lasagne as importer
from salzoo.utils.errors import InputError
from tests.models.importers import theano
from tests.test_project import ROOT

FILTERS = 3
IMAGE = np.random.default_rng(5).uniform(0, 255, (96, 96, 3)).astype("float32")
SCRIPT = ROOT / "experiments" / "shallow_arrays.py"


def file_shapes(filters):
    """Return the shape of W by layer; the third convolution has `filters` maps."""
    return {
        "conv1": (32, 3, 5, 5),
        "conv2": (64, 32, 3, 3),
        "conv3": (filters, 64, 3, 3),
        "hidden4": (filters * 100, 4608),
        "output": (2304, 2304),
    }


def random_arrays(filters):
    """Return the arrays of the authors' network."""
    random, arrays = np.random.default_rng(11), {}
    for name, shape in file_shapes(filters).items():
        inputs, outputs = (np.prod(shape[1:]), shape[0]) if len(shape) == 4 else shape
        scale = np.float32((2 / inputs) ** 0.5)
        arrays[f"{name}_W"] = random.standard_normal(shape, dtype="float32") * scale
        arrays[f"{name}_b"] = random.standard_normal(outputs, dtype="float32") * np.float32(0.1)
    return arrays


def predict(arrays, image):
    """Return the map of an RGB image as the authors' network computes it."""

    def weights(name):
        return arrays[f"{name}_W"], arrays[f"{name}_b"].astype("float64")

    maps = (image.astype("float64") / 255).transpose(2, 0, 1)
    for name in ("conv1", "conv2", "conv3"):
        maps = theano.relu(theano.convolve(maps, *weights(name), valid=True))
        rows, columns = (length // 2 for length in maps.shape[1:])
        maps = maps[:, : 2 * rows, : 2 * columns].reshape(len(maps), rows, 2, columns, 2)
        maps = maps.max((2, 4))
    kernel, bias = weights("hidden4")
    units = theano.relu(maps.ravel() @ kernel + bias)
    units = np.array([max(units[2 * unit : 2 * unit + 2]) for unit in range(2304)])
    kernel, bias = weights("output")
    return np.maximum(units @ kernel + bias, 0).reshape(48, 48)


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    """Our model, the arrays, their file and the map of IMAGE."""
    arrays = random_arrays(FILTERS)
    path = tmp_path_factory.mktemp("shallow") / "shallow_net.npz"
    np.savez(path, **arrays)
    return (
        build_model("shallow_convnet", conv3_filters=FILTERS),
        arrays,
        path,
        predict(arrays, IMAGE),
    )


def difference(model, arrays, path, expected):
    """Return the largest difference of the maps, relative to the largest value."""
    assign(model, arrays, path)
    found = np.asarray(model(IMAGE[None]))[0, ..., 0]
    assert found.shape == expected.shape
    return np.abs(found - expected).max() / expected.max()


def test_imported_weights_give_the_authors_maps(case):
    model, _, path, expected = case
    found = difference(model, importer.read(path, model), path, expected)
    print(f"shallow_convnet: {found:.1e}")
    assert expected.std() > 0.1 * expected.max()
    assert found < 1e-5


MUTATIONS = {
    "no flip": ("correlation_kernel", lambda kernel: kernel.transpose(2, 3, 1, 0)),
    "rows and columns exchanged": (
        "correlation_kernel",
        lambda kernel: kernel[:, :, ::-1, ::-1].transpose(3, 2, 1, 0),
    ),
    "channels stay first": ("channels_last", lambda kernel, channels: kernel),
    "maps transposed": (
        "channels_last",
        lambda kernel, channels: (
            kernel.reshape(channels, 10, 10, -1).transpose(2, 1, 0, 3).reshape(kernel.shape)
        ),
    ),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mutated_importer_fails(case, monkeypatch, mutation):
    model, _, path, expected = case
    monkeypatch.setattr(importer, *MUTATIONS[mutation])
    found = difference(model, importer.read(path, model), path, expected)
    print(f"shallow_convnet, {mutation}: {found:.1e}")
    assert found > 1e-4


@pytest.mark.parametrize(("filters", "count"), [(128, 64_392_512), (64, 34_864_384)])
def test_real_shapes(tmp_path, filters, count):
    zeros = {}
    for name, shape in file_shapes(filters).items():
        zeros[f"{name}_W"] = np.zeros(shape, "float32")
        zeros[f"{name}_b"] = np.zeros(shape[0 if len(shape) == 4 else 1], "float32")
    np.savez_compressed(tmp_path / "shallow.npz", **zeros)
    with keras.StatelessScope(initialize_variables=False):
        model = build_model("shallow_convnet", conv3_filters=filters)
    arrays = importer.read(tmp_path / "shallow.npz", model)
    assert sum(array.size for array in arrays.values()) == count
    assert {path: array.shape for path, array in arrays.items()} == {
        weight.path: tuple(weight.shape) for weight in model.weights
    }


def test_files_of_others(case, tmp_path):
    model, arrays, _, _ = case
    path = tmp_path / "other.npz"
    for changed, problem in (
        ({**arrays, "conv3_W": arrays["conv2_W"]}, "conv3_W is float32 of shape .64, 32"),
        ({**arrays, "conv1_b": np.array([None] * 32)}, "conv1_b is object"),
        ({name: arrays[name] for name in arrays if name != "output_b"}, "output_b"),
    ):
        np.savez(path, **changed)
        with pytest.raises(InputError, match=problem) as error:
            importer.read(path, model)
        assert str(error.value).startswith(f"{path} holds no weights of the shallow ConvNet")
    path.write_bytes(b"\x80\x02cnolearn.lasagne\nNeuralNet\n")
    with pytest.raises(InputError, match="not a zip file"):
        importer.read(path, model)


NOLEARN = """
class Shared(object):
    def __init__(self, value):
        self.value = value

    def get_value(self):
        return self.value


class Layer(object):
    def __init__(self, *values):
        if values:
            self.W, self.b = (Shared(value) for value in values)


class NeuralNet(object):
    pass
"""
PICKLE = """
import pickle, sys
import numpy as np
import nolearn

class AdjustVariable(object):
    pass

arrays = np.load(sys.argv[1])
net = nolearn.NeuralNet()
net.on_epoch_finished = [AdjustVariable()]
net.layers_ = {"input": nolearn.Layer()}
for name in ("output", "hidden4", "conv3", "conv2", "conv1"):
    net.layers_["0" + name] = nolearn.Layer(arrays[name + "_W"], arrays[name + "_b"])
pickle.dump(net, open(sys.argv[2], "wb"), 2)
"""


def test_the_script_writes_what_the_importer_reads(tmp_path, random):
    """A pickle as the authors wrote it: of a class of nolearn and of their own script."""
    shapes = {**file_shapes(FILTERS), "hidden4": (300, 8), "output": (4, 4)}
    arrays = {}
    for name, shape in shapes.items():
        arrays[f"{name}_W"] = random.normal(size=shape).astype("float32")
        arrays[f"{name}_b"] = random.normal(size=3).astype("float32")
    (tmp_path / "nolearn.py").write_text(NOLEARN)
    np.savez(tmp_path / "arrays.npz", **arrays)
    pickled, written = tmp_path / "shallow_net.pickle", tmp_path / "shallow_net.npz"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    for arguments in (
        ["-c", PICKLE, tmp_path / "arrays.npz", pickled],
        [SCRIPT, pickled, written],
    ):
        subprocess.run([sys.executable, *arguments], check=True, env=environment)
    with np.load(written) as found:
        assert set(found) == set(arrays)
        for name, array in arrays.items():
            assert found[name].dtype == np.float32
            np.testing.assert_array_equal(found[name], array)
