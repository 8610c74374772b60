import logging

import keras
import numpy as np
import pytest

from salzoo.models import build_model
from salzoo.models.backbones.vgg16 import VGG16_LAYERS
from salzoo.utils.errors import InputError


@pytest.fixture(scope="module")
def model():
    return build_model("msinet")


@pytest.mark.parametrize(
    ("options", "parameters"),
    [
        ({}, 24_934_209),
        ({"aspp": False}, 30_177_089),
        ({"multi_level": False}, 19_232_577),
    ],
)
def test_parameter_counts(options, parameters):
    built = build_model("msinet", **options)
    assert built.count_params() == parameters
    assert built(np.zeros((1, 16, 24, 3), "float32")).shape == (1, 16, 24, 1)
    assert keras.Model.from_config(built.get_config()).count_params() == parameters


def test_kernels_are_4d_and_each_followed_by_its_bias(model):
    shapes = [tuple(weight.shape) for weight in model.weights]
    assert len(shapes) == 46
    for kernel, bias in zip(shapes[::2], shapes[1::2], strict=True):
        assert len(kernel) == 4 and bias == kernel[-1:]


def test_layer_names_are_stable(model):
    names = [layer.name for layer in model.layers]
    for name in ("image", "subtract_means", *VGG16_LAYERS, "multi_level", "aspp", "saliency"):
        assert name in names
    decoder = [n for n in names if n.startswith("decoder_")]
    assert decoder == [
        "decoder_enlarge1",
        "decoder_conv1",
        "decoder_enlarge2",
        "decoder_conv2",
        "decoder_enlarge3",
        "decoder_conv3",
        "decoder_conv4",
    ]


def test_means_are_subtracted_from_rgb_in_bgr_order(model):
    centred = keras.Model(model.input, model.get_layer("subtract_means").output)
    image = np.full((1, 8, 8, 3), (200.0, 100.0, 50.0), "float32")
    expected = (200 - 103.939, 100 - 116.779, 50 - 123.68)
    np.testing.assert_allclose(centred(image)[0, 0, 0], expected, rtol=1e-5)


def test_encoder_has_an_eighth_of_the_resolution(model):
    features = keras.Model(model.input, model.get_layer("multi_level").output)
    assert features(np.zeros((1, 48, 64, 3), "float32")).shape == (1, 6, 8, 1280)


def test_dilation_starts_behind_pool_4(model):
    rates = {name: model.get_layer(name).dilation_rate[0] for name in VGG16_LAYERS}
    assert {name for name, rate in rates.items() if rate == 2} == set(VGG16_LAYERS[-3:])


@pytest.mark.parametrize("shape", [(30, 40, 3), (None, 20, 3), (240, 320, 1), (240, 320), None])
def test_unusable_input_shapes(shape):
    with pytest.raises(InputError, match="input_shape"):
        build_model("msinet", input_shape=shape)


def test_fixed_input_shape():
    assert build_model("msinet", input_shape=(24, 32, 3)).output_shape == (None, 24, 32, 1)


def test_imagenet_equals_what_keras_applications_computes():
    """The names, shapes and order are those of keras.applications; no download here."""
    trained = keras.applications.VGG16(include_top=False, weights=None)
    ours = build_model("msinet")
    for name in VGG16_LAYERS:
        ours.get_layer(name).set_weights(trained.get_layer(name).get_weights())
    image = np.random.default_rng(0).normal(0, 50, (1, 32, 32, 3)).astype("float32")
    theirs = keras.Model(trained.input, trained.get_layer("block4_conv3").output)(image)
    encoder = keras.Model(
        ours.get_layer("subtract_means").output, ours.get_layer("block4_conv3").output
    )
    np.testing.assert_allclose(encoder(image), theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("fixture", "count", "report"),
    [("vgg16_file", 13, "loaded all 13"), ("partial_vgg16_file", 5, "loaded 5 of 13")],
)
def test_a_weights_file_is_loaded_and_reported(request, fixture, count, report, caplog):
    path = request.getfixturevalue(fixture)
    with caplog.at_level(logging.INFO, "salzoo"):
        model = build_model("msinet", backbone_weights=str(path))
    arrays = np.load(path)
    for name in VGG16_LAYERS[:count]:
        np.testing.assert_array_equal(
            model.get_layer(name).get_weights()[0], arrays[f"{name}/kernel"]
        )
    assert report in caplog.text
    assert ("block5_conv3" in caplog.text) == (count < 13)


@pytest.mark.parametrize(
    "names", [("block1_conv1_W_1:0", "block1_conv1_b_1:0"), ("kernel:0", "bias:0")]
)
def test_a_keras_applications_file(tmp_path, random, names):
    import h5py

    kernel, bias = random.normal(size=(3, 3, 3, 64)), random.normal(size=64)
    with h5py.File(tmp_path / "vgg16.h5", "w") as file:
        group = file.create_group("block1_conv1/block1_conv1")
        group[names[0]], group[names[1]] = kernel, bias
    model = build_model("msinet", backbone_weights=str(tmp_path / "vgg16.h5"))
    loaded = model.get_layer("block1_conv1").get_weights()
    np.testing.assert_allclose(loaded[0], kernel, rtol=1e-6)
    np.testing.assert_allclose(loaded[1], bias, rtol=1e-6)


def test_files_that_are_no_vgg16(tmp_path):
    def refused(path, match):
        with pytest.raises(InputError, match=match):
            build_model("msinet", backbone_weights=str(path))

    refused(tmp_path / "none.npz", "does not exist")
    refused(tmp_path / "weights.bin", "give 'imagenet', 'none', an .npz or an .h5 file")
    (tmp_path / "text.npz").write_text("no archive")
    refused(tmp_path / "text.npz", "cannot be read")
    (tmp_path / "text.h5").write_text("no archive")
    refused(tmp_path / "text.h5", "cannot be read")
    (tmp_path / "empty.npz").write_bytes(b"")
    refused(tmp_path / "empty.npz", "cannot be read")
    np.savez(tmp_path / "other.npz", conv=np.zeros(3))
    refused(tmp_path / "other.npz", "holds none of VGG-16's convolutions")
    wrong = {"block1_conv1/kernel": np.zeros((5, 5, 3, 64)), "block1_conv1/bias": np.zeros(64)}
    np.savez(tmp_path / "wrong.npz", **wrong)
    refused(tmp_path / "wrong.npz", "block1_conv1 has shape")
    np.savez(tmp_path / "pickle.npz", block1_conv1=np.array([{}], object))
    refused(tmp_path / "pickle.npz", "cannot be read")


def test_a_failed_download_is_one_sentence_that_names_the_parameter(monkeypatch):
    def offline(*args, **kwargs):
        raise Exception("URL fetch failure on https://example.org: None -- no route to host")

    monkeypatch.setattr(keras.applications, "VGG16", offline)
    with pytest.raises(
        InputError, match=r"`backbone_weights` imagenet.*no route to host"
    ) as caught:
        build_model("msinet", backbone_weights="imagenet")
    assert "\n" not in str(caught.value)


def test_equals_the_network_written_in_tensorflow_1_operations(model):
    """The authors' graph, redone with tf.nn and the legacy resize that TensorFlow kept."""
    import tensorflow as tf

    weights = iter(model.get_weights())

    def convolve(maps, dilation=1, activation=tf.nn.relu):
        kernel, bias = next(weights), next(weights)
        return activation(tf.nn.conv2d(maps, kernel, 1, "SAME", dilations=dilation) + bias)

    def enlarge(maps, size):
        return tf.compat.v1.image.resize_bilinear(maps, size)

    image = np.random.default_rng(3).uniform(0, 255, (2, 40, 56, 3)).astype("float32")
    maps = tf.constant(image) - [103.939, 116.779, 123.68]
    levels = []
    for block, count in enumerate((2, 2, 3, 3, 3), start=1):
        for _ in range(count):
            maps = convolve(maps, 2 if block == 5 else 1)
        maps = tf.nn.max_pool2d(maps, 2, 2 if block <= 3 else 1, "SAME")
        levels.append(maps)
    maps = tf.concat(levels[2:], axis=-1)
    size = maps.shape[1:3]
    branches = [convolve(maps), *(convolve(maps, rate) for rate in (4, 8, 12))]
    branches.append(convolve(enlarge(tf.reduce_mean(maps, [1, 2], keepdims=True), size)))
    maps = convolve(tf.concat(branches, axis=-1))
    for factor in (2, 4, 8):
        maps = convolve(enlarge(maps, [size[0] * factor, size[1] * factor]))
    maps = convolve(maps, activation=tf.identity)
    maps -= tf.reduce_min(maps, [1, 2, 3], keepdims=True)
    maps /= tf.reduce_max(maps, [1, 2, 3], keepdims=True) + 1e-7
    np.testing.assert_allclose(model(image), maps, atol=1e-5)
