"""The weights of Pan's deep ConvNet (SalNet): a network of Caffe, read by field number.

Caffe correlates, so that kernels are only transposed, from (out, in, rows, columns). Those of its
deconvolution are (in, out, rows, columns).
"""

from __future__ import annotations

import os

import keras
import numpy as np

from salzoo.models.importers import Arrays, check_shape
from salzoo.models.importers.protobuf import Message, read_message
from salzoo.models.released import ReleasedFile, ReleasedWeights, published
from salzoo.utils.errors import InputError, shorten

# Fields of caffe.proto. Layers of the older form have other numbers.
NET_NAME, NET_LAYERS, NET_OLD_LAYERS = 1, 100, 2
LAYER_NAME, LAYER_BLOBS = 1, 7
OLD_LAYER_NAME, OLD_LAYER_BLOBS = 4, 6
BLOB_OLD_SHAPE, BLOB_DATA, BLOB_SHAPE, SHAPE_SIZES = (1, 2, 3, 4), 5, 7, 1
# The published file has 99 MB.
FILE_LIMIT = 512 * 2**20
OTHER_NAMES = {"deconvolution": "deconv1"}


def read(path: str | os.PathLike[str], model: keras.Model) -> Arrays:
    """Read the weights of the deep ConvNet.

    Args:
        path: Of the .caffemodel file.
        model: The deep ConvNet.

    Returns:
        Arrays by the paths of the model's weights.

    Raises:
        InputError: The file is damaged or of another network.
    """
    net, where = read_message(path, FILE_LIMIT), os.fspath(path)
    found = _blobs(net)
    layers = {layer.name: layer for layer in model.layers if layer.weights}
    names = {OTHER_NAMES.get(name, name): layer for name, layer in layers.items()}
    for name in (*names, *found):
        if name not in names or len(found.get(name, [])) != len(names[name].weights):
            raise InputError(
                f"{where} holds the network {shorten(net.text(NET_NAME)) or '(no name)'}, not the "
                f"deep ConvNet: compare its layer {shorten(name)}."
            )
    arrays = {}
    for name, layer in names.items():
        for weight, blob in zip(layer.weights, found[name], strict=True):
            needed = caffe_shape(tuple(weight.shape))
            arrays[weight.path] = keras_order(_values(blob, where, name, needed))
    return arrays


def caffe_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape in Caffe of a weight of Keras.

    Args:
        shape: Of a kernel or bias.
    """
    return (shape[3], shape[2], shape[0], shape[1]) if len(shape) == 4 else shape


def keras_order(values: np.ndarray) -> np.ndarray:
    """Return a kernel or bias of Caffe in the order of Keras.

    Args:
        values: Kernel, (out, in, rows, columns), of a deconvolution (in, out, rows, columns), or
            bias.
    """
    return values.transpose(2, 3, 1, 0) if values.ndim == 4 else values


def _blobs(net: Message) -> dict[str, list[Message]]:
    """Return the arrays of the layers that have any."""
    layers = {}
    for field, name, blobs in (
        (NET_LAYERS, LAYER_NAME, LAYER_BLOBS),
        (NET_OLD_LAYERS, OLD_LAYER_NAME, OLD_LAYER_BLOBS),
    ):
        for layer in net.messages(field):
            if layer.has(blobs):
                layers[layer.text(name)] = layer.messages(blobs)
    return layers


def _values(blob: Message, where: str, layer: str, needed: tuple[int, ...]) -> np.ndarray:
    """Return the values of a blob after checking its shape and length."""
    if blob.has(BLOB_SHAPE):
        shape = tuple(blob.message(BLOB_SHAPE).integers(SHAPE_SIZES))
    else:
        shape = tuple(blob.integer(field) for field in BLOB_OLD_SHAPE)
        if len(needed) == 1 and shape[:3] == (1, 1, 1):
            shape = shape[3:]
    check_shape(where, layer, shape, needed)
    count = int(np.prod(shape))
    stored = sum(len(block) for block in blob.blocks(BLOB_DATA)) // 4
    if stored != count:
        raise InputError(f"{where} is damaged: {layer} has {stored} values, not {count}.")
    return blob.floats(BLOB_DATA).reshape(shape)


ADDRESS = "https://imatge.upc.edu/web/sites/default/files/resources/1720/saliency/2016-cvpr"
HOMEPAGE = "https://github.com/imatge-upc/saliency-2016-cvpr"

RECORDS = (
    ReleasedWeights(
        model="deep_convnet",
        name="salicon",
        title="Deep ConvNet trained on SALICON, release of 2015",
        file=ReleasedFile("deep_net_model.caffemodel", f"{ADDRESS}/deep_net_model.caffemodel"),
        importer="pan_caffe",
        licence="MIT",
        trained_on="salicon2015",
        homepage=HOMEPAGE,
        model_options={"zero_level": 127},
        # Images shrink into 320x320 in their own aspect, without padding.
        fit_mode="within",
        sizes=((320, 320),),
        padding_value=109.0,
        blur=1.1,
        figures=published("isun", "Table 5", {"CC": 0.53, "sAUC": 0.63, "AUC-Borji": 0.80})
        + published("salicon2015", "Table 5", {"CC": 0.61, "sAUC": 0.73, "AUC-Borji": 0.86}),
    ),
)
