"""Importing MSI-Net's released formats, against TensorFlow's own results with the same file."""

import numpy as np
import pytest

from salzoo.models.importers import assign, msinet_graphs
from salzoo.models.released import released
from salzoo.utils.errors import InputError
from tests.models.importers.msinet_files import (
    author_graph,
    build_narrow_model,
    random_arrays,
    run_graph,
    write_frozen,
    write_saved_model,
)


@pytest.fixture(scope="module")
def arrays():
    return random_arrays(np.random.default_rng(5))


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(6).uniform(0, 255, (2, 48, 64, 3)).astype("float32")


@pytest.fixture(scope="module")
def graph(arrays):
    return author_graph(arrays)


@pytest.fixture(scope="module")
def expected(graph, images):
    return run_graph(graph, images)


@pytest.fixture(scope="module")
def files(graph, tmp_path_factory):
    folder = tmp_path_factory.mktemp("released")
    write_frozen(graph, folder / "frozen.zip")
    write_saved_model(graph, folder / "saved_model")
    return {"frozen": str(folder / "frozen.zip"), "saved_model": str(folder / "saved_model")}


@pytest.fixture(scope="module")
def model():
    return build_narrow_model()


def imported(path, model, images):
    """Return the maps of a model with the weights of a file."""
    for weight in model.weights:
        weight.assign(np.zeros(weight.shape))
    assign(model, msinet_graphs.read(path, model), path)
    return model(images).numpy()


@pytest.mark.parametrize("kind", ["frozen", "saved_model"])
def test_equals_tensorflow_with_the_same_file(kind, files, model, images, expected):
    difference = np.abs(imported(files[kind], model, images) - expected).max()
    assert difference < 1e-5


def swapped(one, other):
    layers = dict(msinet_graphs.LAYERS)
    layers[one], layers[other] = layers[other], layers[one]
    return layers


@pytest.mark.parametrize(
    "layers",
    [swapped("aspp/dilation_4", "aspp/dilation_8"), swapped("aspp/point", "aspp/mean")],
    ids=["dilations", "point-and-mean"],
)
def test_layers_of_one_shape_in_another_order_are_noticed(
    layers, files, model, images, expected, monkeypatch
):
    monkeypatch.setattr(msinet_graphs, "LAYERS", layers)
    assert np.abs(imported(files["frozen"], model, images) - expected).max() > 1e-3


@pytest.mark.parametrize(
    "mistake",
    [
        lambda kernel: kernel.transpose(1, 0, 2, 3),
        lambda kernel: kernel[::-1, ::-1],
        lambda kernel: kernel[:, :, ::-1] if kernel.shape[2] == 3 else kernel,
        lambda kernel: kernel.transpose(0, 1, 3, 2).reshape(kernel.shape),
    ],
    ids=["transposed", "rotated", "blue-green-red", "outputs-before-inputs"],
)
def test_kernels_in_another_order_are_noticed(mistake, files, model, images, expected, monkeypatch):
    values = msinet_graphs.Constant.values
    monkeypatch.setattr(
        msinet_graphs.Constant,
        "values",
        lambda self: mistake(values(self)) if len(self.shape) == 4 else values(self),
    )
    assert np.abs(imported(files["frozen"], model, images) - expected).max() > 1e-3


def test_other_means_are_noticed(files, images, expected, monkeypatch):
    """BGR means in RGB's order, as ImageNet's preprocessing has them."""
    from salzoo.models import preprocessing

    monkeypatch.setattr(preprocessing, "IMAGENET_MEANS", (123.68, 116.779, 103.939))
    other = build_narrow_model()
    assert np.abs(imported(files["frozen"], other, images) - expected).max() > 1e-3


def test_files_of_other_models_are_named_as_such(files, arrays, tmp_path, model):
    def refused(path, message):
        with pytest.raises(InputError, match=message) as caught:
            msinet_graphs.read(str(path), model)
        assert str(path) in str(caught.value)

    few = {name: array for name, array in arrays.items()}
    few["decoder/conv4/kernel"] = np.zeros((3, 3, 32, 2), "float32")
    few["decoder/conv4/bias"] = np.zeros(2, "float32")
    write_frozen(author_graph(few), tmp_path / "two_maps.zip")
    refused(tmp_path / "two_maps.zip", r"another model's.*decoder/conv4/kernel.*\(3, 3, 32, 2\)")
    import tensorflow as tf

    with tf.Graph().as_default() as graph:
        tf.constant(np.ones(3, "float32"), name="conv1/conv1_1/bias")
    (tmp_path / "small.pb").write_bytes(graph.as_graph_def().SerializeToString())
    refused(tmp_path / "small.pb", "another model's weights: it has no constant conv1/conv1_1/ker")
    (tmp_path / "text.pb").write_text("no graph")
    refused(tmp_path / "text.pb", "damaged|no frozen graph")
    (tmp_path / "empty.pb").write_bytes(b"")
    refused(tmp_path / "empty.pb", "no frozen graph")


def test_records_name_files_and_sizes_of_the_authors():
    assert released("msinet:salicon").sizes == ((240, 320), (320, 240), (320, 320))
    assert released("msinet:salicon").padding_value == 0
    record = released("msinet:dut_omron")
    assert (record.file.name, record.sizes) == ("model_dutomron_cpu.zip", ((360, 360),))
    assert record.padding_value == 126
    assert {figure.metric: figure.value for figure in record.figures}["NSS"] == 2.873
