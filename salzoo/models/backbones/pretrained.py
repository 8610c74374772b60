"""Loading of trained weights into the backbones of models."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass

import h5py
import keras
import numpy as np

from salzoo.utils.errors import InputError
from salzoo.utils.hdf5_files import open_hdf5
from salzoo.utils.regular_files import check_regular

LOG = logging.getLogger("salzoo")

# Bytes of all arrays of an .npz file.
ARCHIVE_LIMIT = 4 * 2**30

# Name of weights beside "imagenet".
HYBRID = "vgg16_hybrid"

# Ends of the names of files that `Backbone.read_published` reads.
PUBLISHED = (".whl", ".pth")

# "layer/weight" -> values
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Backbone:
    """A network whose trained convolutions a model can start from.

    Attributes:
        name: For messages.
        convolutions: Names of its convolutions, in the model and in files.
        imagenet: Function that fetches its ImageNet weights, such as `keras_application`; None:
            they are not offered for download.
        prepare: Function that changes the arrays of a file before they are loaded, or None.
        read_published: Function of the path of a file as its authors published it, other than
            .npz and .h5, or None.
    """

    name: str
    convolutions: tuple[str, ...]
    imagenet: Callable[[], Arrays] | None = None
    prepare: Callable[[Arrays], Arrays] | None = None
    read_published: Callable[[str], Arrays] | None = None


def load_backbone_weights(
    model: keras.Model,
    backbone: Backbone,
    source: str | os.PathLike[str] | None,
    missing_scale: float = 1.0,
) -> None:
    """Copy the trained convolutions of a backbone into a model that contains it.

    A batch normalization is loaded with the convolution before it or not at all, because its
    statistics do not fit another kernel.

    Args:
        model: With the layer names of the backbone.
        backbone: The network.
        source: None (keep the random initialization), "imagenet" (fetched, see
            `Backbone.imagenet`), "vgg16_hybrid" (only MSI-Net's: trained on ImageNet and
            Places2, fetched with consent) or the path of an .npz (`block1_conv1/kernel`,
            `block1_conv1/bias`, ..., in any folder), of a keras.applications .h5 file, or of
            what `Backbone.read_published` reads. A file may hold only some layers; those it
            lacks are logged.
        missing_scale: Factor of the random kernels whose layers the file lacks.

    Raises:
        InputError: The download fails, the file cannot be read or has no fitting layer.
    """
    if source is None:
        return
    network, convolutions = backbone.name, backbone.convolutions
    arrays = _arrays_of(str(source), backbone, model.name)
    if backbone.prepare is not None:
        arrays = backbone.prepare(arrays)
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
            f"`backbone_weights` {source} holds none of {network}'s convolutions "
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


def _with_normalization(model: keras.Model, convolution: str) -> list[keras.Layer]:
    """Return the layer and its batch normalization, where there is one."""
    names = {layer.name for layer in model.layers}
    normalization = convolution.replace("_conv", "_bn")
    pair = dict.fromkeys((convolution, normalization))
    return [model.get_layer(name) for name in pair if name in names]


def _values(
    layer: keras.Layer, arrays: Arrays, network: str, source: object
) -> list[np.ndarray] | None:
    """Return the layer's trained weights in their order, None if the file lacks one."""
    values = []
    for weight in layer.weights:
        array = arrays.get(f"{layer.name}/{weight.name}")
        if array is None:
            return None
        if array.shape != tuple(weight.shape):
            raise InputError(
                f"`backbone_weights` {source}: {layer.name} has shape {array.shape}, "
                f"{network} needs {tuple(weight.shape)}; give a file of {network} weights."
            )
        if not np.isfinite(array).all():
            raise InputError(
                f"`backbone_weights` {source}: {layer.name} has values that are not finite."
            )
        values.append(array)
    return values


def _arrays_of(source: str, backbone: Backbone, model: str) -> Arrays:
    """Return the arrays of a source by its name or its path."""
    if source == "imagenet":
        return _download(backbone)
    if source != HYBRID:
        if backbone.read_published is not None and source.endswith(PUBLISHED):
            return backbone.read_published(source)
        return _read_arrays(source)
    if model != "msinet":
        raise InputError(
            f"`backbone_weights` {HYBRID}: the encoder that msinet starts from, for images as only "
            f"msinet has them; give 'imagenet', a file or 'none' for {model}."
        )
    from salzoo.models.backbones.hybrid import hybrid_file  # which imports the models

    return _read_arrays(hybrid_file())


def _download(backbone: Backbone) -> Arrays:
    if backbone.imagenet is None:
        raise InputError(
            f"`backbone_weights` imagenet: {backbone.name} is not offered for download; "
            "give a file or 'none'."
        )
    try:
        return backbone.imagenet()
    except InputError:
        raise
    except Exception as error:  # keras raises a bare Exception for a failed download
        reason = (str(error) or type(error).__name__).split(": None -- ")[-1].splitlines()[0]
        raise InputError(
            f"`backbone_weights` imagenet: {backbone.name}'s weights could not be downloaded "
            f"({reason}); connect to the internet, or give a file or 'none'."
        ) from error


def keras_application(name: str) -> Arrays:
    """Return the ImageNet weights of a network that keras.applications has, without its top.

    Args:
        name: Of its class.

    Raises:
        Exception: The download fails.
    """
    trained = getattr(keras.applications, name)(include_top=False, weights="imagenet")
    return {
        f"{layer.name}/{weight.name}": np.asarray(weight)
        for layer in trained.layers
        for weight in layer.weights
    }


def _read_arrays(path: str) -> Arrays:
    """Read `layer/weight` arrays; no code of the file is executed."""
    arrays: Arrays = {}
    if not path.endswith((".npz", ".h5", ".hdf5")):
        raise InputError(
            f"`backbone_weights` {path}: give 'imagenet', 'none', an .npz or an .h5 file."
        )
    if not os.path.exists(path):
        raise InputError(f"`backbone_weights` {path} does not exist.")
    check_regular(path)
    try:
        if path.endswith(".npz"):
            with np.load(path, allow_pickle=False) as archive:
                if sum(info.file_size for info in archive.zip.infolist()) > ARCHIVE_LIMIT:
                    raise ValueError("it is too large")
                for name in archive.files:
                    _collect(name, archive[name], arrays)
            return arrays
        with open_hdf5(path) as file:
            file.visititems(lambda name, item: _collect(name, item, arrays))
        return arrays
    except Exception as error:  # numpy, zipfile and h5py raise many kinds
        reason = str(error) or type(error).__name__
        raise InputError(f"`backbone_weights` {path} cannot be read ({reason}).") from error


def _collect(name: str, item: object, arrays: Arrays) -> None:
    """Store `.../block1_conv1/block1_conv1_W_1:0`, or `.../kernel:0`, as `block1_conv1/kernel`."""
    if isinstance(item, h5py.Dataset | np.ndarray) and "/" in name:
        layer, part = name.split("/")[-2:]
        part = part.removesuffix(":0")
        part = {f"{layer}_W_1": "kernel", f"{layer}_b_1": "bias"}.get(part, part)
        arrays[f"{layer}/{part}"] = np.asarray(item, "float32")
