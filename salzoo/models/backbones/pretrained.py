"""Trained weights of the image classification networks."""

import logging

import h5py
import keras
import numpy as np

from salzoo.models.backbones.mobilenet_v2 import MOBILENET_V2_LAYERS, folded
from salzoo.models.backbones.resnet50 import RESNET50_LAYERS
from salzoo.models.backbones.vgg16 import VGG16_LAYERS
from salzoo.utils.errors import InputError

LOG = logging.getLogger("salzoo")

# network -> (its class in keras.applications, its convolutions)
NETWORKS = {
    "VGG-16": ("VGG16", VGG16_LAYERS),
    "ResNet-50": ("ResNet50", RESNET50_LAYERS),
    "MobileNetV2": ("MobileNetV2", MOBILENET_V2_LAYERS),
    "VGG_CNN_M": (None, ("conv1", "conv2", "conv3")),
}


def load_backbone_weights(model, network, source, missing_scale=1.0):
    """Copy a network's trained convolutions into a model that contains them.

    A batch normalisation comes with the convolution before it or not at all:
    its statistics mean nothing behind another kernel. MobileNetV2's are folded into
    the convolutions.

    Args:
        model: a keras.Model with the network's layer names.
        network: a name of NETWORKS.
        source: None (leave the random start), "imagenet" (downloaded by
            keras.applications) or the path of an .npz (`block1_conv1/kernel`,
            `block1_conv1/bias`, ..., in any folder) or of a keras.applications
            .h5 file. A file may hold only some layers; what was not in it is
            logged.
        missing_scale: what the random kernels are multiplied by that stand in for
            those which the file has not.

    Raises:
        InputError: the download fails, or the file has no fitting layer.
    """
    if source is None:
        return
    application, convolutions = NETWORKS[network]
    arrays = _download(network, application) if source == "imagenet" else _read_arrays(source)
    arrays = folded(arrays) if network == "MobileNetV2" else arrays
    missing = []
    for name in convolutions:
        layers = _with_normalization(model, name)
        values = [_values(layer, arrays, network, source) for layer in layers]
        if None in values:
            missing.append(name)
            continue
        for layer, value in zip(layers, values, strict=True):
            layer.set_weights(value)
    count = len(convolutions)
    if len(missing) == count:
        raise InputError(
            f"--backbone_weights {source} holds none of {network}'s convolutions "
            f"({convolutions[0]} to {convolutions[-1]}); give a file of {network} weights or "
            "'none'."
        )
    for name in missing:
        kernel = model.get_layer(name).kernel
        kernel.assign(kernel * missing_scale)
    if missing:
        LOG.warning(
            "backbone_weights %s: loaded %d of %d convolutions; these keep their random start: %s",
            source,
            count - len(missing),
            count,
            ", ".join(missing),
        )
    else:
        LOG.info("backbone_weights %s: loaded all %d convolutions", source, count)


def _with_normalization(model, convolution):
    """Return the layer and, where there is one, its batch normalisation."""
    names = {layer.name for layer in model.layers}
    normalization = convolution.replace("_conv", "_bn")
    pair = dict.fromkeys((convolution, normalization))
    return [model.get_layer(name) for name in pair if name in names]


def _values(layer, arrays, network, source):
    """Return the layer's trained weights in their order, None if any is not there."""
    values = []
    for weight in layer.weights:
        array = arrays.get(f"{layer.name}/{weight.name}")
        if array is None:
            return None
        if array.shape != tuple(weight.shape):
            raise InputError(
                f"--backbone_weights {source}: {layer.name} has shape {array.shape}, "
                f"{network} needs {tuple(weight.shape)}; give a file of {network} weights."
            )
        values.append(array)
    return values


def _download(network, application):
    if application is None:
        raise InputError(
            f"--backbone_weights imagenet: {network} is not offered for download; give a file or "
            "'none'."
        )
    try:
        trained = getattr(keras.applications, application)(include_top=False, weights="imagenet")
    except Exception as error:  # keras raises a bare Exception for a failed download
        reason = (str(error) or type(error).__name__).split(": None -- ")[-1].splitlines()[0]
        raise InputError(
            f"--backbone_weights imagenet: {network}'s weights could not be downloaded ({reason}); "
            "connect to the internet, or give --backbone_weights a file or 'none'."
        ) from error
    return {
        f"{layer.name}/{weight.name}": np.asarray(weight)
        for layer in trained.layers
        for weight in layer.weights
    }


def _read_arrays(path):
    """Read `layer/weight` arrays without running anything of the file."""
    path, arrays = str(path), {}
    try:
        if path.endswith(".npz"):
            with np.load(path, allow_pickle=False) as archive:
                for name in archive.files:
                    _collect(name, archive[name], arrays)
            return arrays
        if path.endswith((".h5", ".hdf5")):
            with h5py.File(path, "r") as file:
                file.visititems(lambda name, item: _collect(name, item, arrays))
            return arrays
    except FileNotFoundError:
        raise InputError(f"--backbone_weights {path} does not exist.") from None
    except Exception as error:  # numpy, zipfile and h5py raise many kinds
        reason = str(error) or type(error).__name__
        raise InputError(f"--backbone_weights {path} cannot be read ({reason}).") from error
    raise InputError(f"--backbone_weights {path}: give 'imagenet', 'none', an .npz or an .h5 file.")


def _collect(name, item, arrays):
    """Keep `.../block1_conv1/block1_conv1_W_1:0`, or `.../kernel:0`, as `block1_conv1/kernel`."""
    if isinstance(item, h5py.Dataset | np.ndarray) and "/" in name:
        layer, part = name.split("/")[-2:]
        part = part.removesuffix(":0")
        part = {f"{layer}_W_1": "kernel", f"{layer}_b_1": "bias"}.get(part, part)
        arrays[f"{layer}/{part}"] = np.asarray(item, "float32")
