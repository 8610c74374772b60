import logging

import h5py
import keras
import numpy as np
import pytest

from salzoo.models.backbones.mobilenet_v2 import MOBILENET_V2, mobilenet_v2
from salzoo.models.backbones.pretrained import load_backbone_weights
from salzoo.models.backbones.resnet50 import RESNET50, RESNET50_LAYERS, resnet50
from salzoo.models.backbones.vgg16 import vgg16
from salzoo.models.pan import VGG_CNN_M
from salzoo.utils.errors import InputError
from tests.real_data import require_data


def model_of(network, **options):
    keras.utils.set_random_seed(0)
    images = keras.Input((None, None, 3))
    return keras.Model(images, network(images, **options))


@pytest.fixture(scope="module")
def resnet():
    """ResNet-50 with statistics that are not the start's."""
    model, random = model_of(resnet50), np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            values = [random.uniform(0.5, 1.5, weight.shape) for weight in layer.weights]
            layer.set_weights(values)
    return model


@pytest.fixture
def image(random):
    return random.normal(0, 50, (1, 64, 96, 3)).astype("float32")


def test_resnet50_equals_keras_applications(resnet, image):
    theirs = keras.applications.ResNet50(include_top=False, weights=None)
    for layer in theirs.layers:
        if layer.weights:
            resnet.get_layer(layer.name).set_weights(layer.get_weights())
    expected = np.asarray(theirs(image))
    assert expected.shape == (1, 2, 3, 2048)
    np.testing.assert_allclose(resnet(image), expected, rtol=1e-3, atol=1e-4 * expected.max())


def test_dilation_gives_the_same_features_at_more_places(resnet, image):
    dilated = model_of(resnet50, dilated=True)
    dilated.set_weights(resnet.get_weights())
    features, sparse = np.asarray(dilated(image)), np.asarray(resnet(image))
    assert features.shape == (1, 8, 12, 2048)
    np.testing.assert_allclose(features[:, ::4, ::4], sparse, atol=1e-4 * sparse.max())


def test_resnet50_counts_and_odd_sizes():
    model = model_of(resnet50, dilated=True)
    trainable = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert (trainable, model.count_params()) == (23_534_592, 23_534_592 + 53_120)
    assert model(np.zeros((1, 33, 47, 3), "float32")).shape == (1, 5, 6, 2048)


def test_vgg16_keeps_its_strides_unless_dilated(image):
    images = keras.Input((None, None, 3))
    plain = keras.Model(images, vgg16(images)["block5_pool"])
    assert plain(image).shape == (1, 2, 3, 512)
    assert plain.count_params() == 14_714_688
    assert model_of(lambda maps: vgg16(maps, dilated=True)["block5_conv3"])(image).shape == (
        1,
        8,
        12,
        512,
    )


@pytest.mark.parametrize(("block", "stride"), [(3, 2), (4, 1)])
@pytest.mark.parametrize("size", [(16, 24), (17, 27)])
def test_poolings_padded_before(random, block, stride, size):
    """Windows begin one pixel before the map, as Theano's do."""
    images = keras.Input((None, None, 3))
    levels = vgg16(images, dilated=True, pad_before=(3, 4))
    last = max(name for name in levels if name.startswith(f"block{block}_conv"))
    both = keras.Model(images, [levels[last], levels[f"block{block}_pool"]])
    maps, pooled = (np.asarray(each)[0] for each in both(random.random((1, *size, 3))))
    rows, columns = (-(-length // stride) for length in maps.shape[:2])
    assert pooled.shape[:2] == (rows, columns)
    for row in range(rows):
        for column in range(columns):
            top, left = max(row * stride - 1, 0), max(column * stride - 1, 0)
            window = maps[top : row * stride + 1, left : column * stride + 1]
            np.testing.assert_array_equal(pooled[row, column], window.max(axis=(0, 1)))


def test_a_partial_resnet_file(caplog):
    path = require_data("weights/resnet50_imagenet_partial_float16.npz")
    model = model_of(resnet50, dilated=True)
    with caplog.at_level(logging.WARNING, "salzoo"):
        load_backbone_weights(model, RESNET50, str(path))
    arrays = np.load(path)
    for layer, folder in (("conv4_block6_3", ""), ("conv5_block1_1", "extra_conv5/")):
        kernel, _ = model.get_layer(f"{layer}_conv").get_weights()
        np.testing.assert_array_equal(kernel, arrays[f"{folder}{layer}_conv/kernel"])
        moving_mean = model.get_layer(f"{layer}_bn").get_weights()[2]
        np.testing.assert_array_equal(moving_mean, arrays[f"{folder}{layer}_bn/moving_mean"])
    # Normalisations whose convolutions are not in the file stay at their start as well.
    assert not model.get_layer("conv5_block3_3_bn").get_weights()[2].any()
    assert "loaded 44 of 53" in caplog.text and "conv5_block3_3_conv" in caplog.text


@pytest.mark.parametrize("end", ["npz", "h5"])
def test_a_convolution_comes_with_its_normalisation(resnet, random, tmp_path, end):
    import h5py

    names = ("conv1_conv", "conv1_bn", "conv2_block1_1_conv")
    arrays = {
        f"{name}/{weight.name}": random.random(weight.shape).astype("float32")
        for name in names
        for weight in resnet.get_layer(name).weights
    }
    path = str(tmp_path / f"weights.{end}")
    if end == "npz":
        np.savez(path, **{f"any/folder/{name}": array for name, array in arrays.items()})
    else:
        with h5py.File(path, "w") as file:
            for name, array in arrays.items():
                file[f"{name.split('/')[0]}/{name}:0"] = array
    model = keras.models.clone_model(resnet)
    before = model.get_layer("conv2_block1_1_conv").get_weights()[0]
    load_backbone_weights(model, RESNET50, path)
    for name in names[:2]:
        layer = model.get_layer(name)
        for weight, value in zip(layer.weights, layer.get_weights(), strict=True):
            np.testing.assert_array_equal(value, arrays[f"{name}/{weight.name}"])
    after = model.get_layer("conv2_block1_1_conv").get_weights()[0]
    np.testing.assert_array_equal(after, before)


def test_imagenet_is_what_keras_applications_gives(resnet, monkeypatch, caplog):
    trained = keras.applications.ResNet50(include_top=False, weights=None)
    monkeypatch.setattr(keras.applications, "ResNet50", lambda **options: trained)
    model = keras.models.clone_model(resnet)
    with caplog.at_level(logging.INFO, "salzoo"):
        load_backbone_weights(model, RESNET50, "imagenet")
    assert "loaded all 53" in caplog.text
    for name in ("conv1_conv", "conv1_bn", "conv5_block3_3_conv", "conv5_block3_3_bn"):
        for ours, theirs in zip(
            model.get_layer(name).get_weights(), trained.get_layer(name).get_weights(), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)


def test_refusals(resnet, tmp_path):
    np.savez(tmp_path / "vgg.npz", **{"block1_conv1/kernel": np.zeros((3, 3, 3, 64))})
    with pytest.raises(InputError, match="none of ResNet-50's convolutions"):
        load_backbone_weights(resnet, RESNET50, str(tmp_path / "vgg.npz"))
    np.savez(tmp_path / "wrong.npz", **{f"{RESNET50_LAYERS[0]}/kernel": np.zeros((3, 3, 3, 64))})
    with pytest.raises(InputError, match=r"conv1_conv has shape .*ResNet-50 needs \(7, 7, 3, 64\)"):
        load_backbone_weights(resnet, RESNET50, str(tmp_path / "wrong.npz"))
    with pytest.raises(InputError, match="VGG_CNN_M is not offered for download"):
        load_backbone_weights(resnet, VGG_CNN_M, "imagenet")


@pytest.fixture(scope="module")
def mobilenet():
    """keras.applications' MobileNetV2 with statistics that are not the start's."""
    keras.utils.set_random_seed(0)
    model = keras.applications.MobileNetV2((64, 96, 3), include_top=False, weights=None)
    random = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            low = [0.5, -0.5, -0.5, 0.5]
            layer.set_weights(
                [random.uniform(a, a + 1, w.shape) for a, w in zip(low, layer.weights, strict=True)]
            )
    return model


def levels_of(model):
    names = ("block_3_expand_relu", "block_6_expand_relu", "block_13_expand_relu", "out_relu")
    return keras.Model(model.input, [model.get_layer(name).output for name in names])


def test_mobilenet_v2_is_keras_applications_with_its_normalisations_folded(
    mobilenet, tmp_path, random
):
    arrays = {
        f"{layer.name}/{weight.name}": np.asarray(weight)
        for layer in mobilenet.layers
        for weight in layer.weights
    }
    np.savez(tmp_path / "weights.npz", **arrays)
    images = keras.Input((64, 96, 3))
    ours = keras.Model(images, list(mobilenet_v2(images).values())[1:])
    load_backbone_weights(ours, MOBILENET_V2, tmp_path / "weights.npz")
    image = random.uniform(-1, 1, (2, 64, 96, 3)).astype("float32")
    found, expected = ours(image), levels_of(mobilenet)(image)
    assert [maps.shape[1:] for maps in found] == [
        (16, 24, 144),
        (8, 12, 192),
        (4, 6, 576),
        (2, 3, 1280),
    ]
    for maps, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(maps, theirs, atol=1e-4)


def test_the_folded_file_gives_the_network_that_keras_applications_makes_of_it(random):
    """The file at hand has its normalisations folded already; folding it again changes nothing."""
    path = require_data("weights/mobilenetv2_1.0_imagenet_notop_bnfolded.h5")
    theirs = keras.applications.MobileNetV2((64, 96, 3), include_top=False, weights=None)
    with h5py.File(path) as file:
        for layer in theirs.layers:
            if layer.weights:
                group = file[layer.name][layer.name]
                names = [weight.name for weight in layer.weights]
                names = [n if f"{n}:0" in group else f"depthwise_{n}" for n in names]
                layer.set_weights([group[f"{name}:0"][()] for name in names])
    images = keras.Input((64, 96, 3))
    ours = keras.Model(images, list(mobilenet_v2(images).values())[1:])
    load_backbone_weights(ours, MOBILENET_V2, str(path))
    image = random.uniform(-1, 1, (1, 64, 96, 3)).astype("float32")
    for maps, expected in zip(ours(image), levels_of(theirs)(image), strict=True):
        np.testing.assert_allclose(maps, expected, atol=1e-4)
