"""The weights of Pan's shallow ConvNet (JuntingNet): an .npz of the arrays of a Lasagne network.

The authors published a pickle, which runs code when it is opened. `experiments/shallow_arrays.py`
writes its arrays to the .npz, where the pickle can be trusted.

Theano convolves where newer frameworks correlate, so that kernels are turned by 180 degrees in
space. The first dense layer has the maps of the last convolution one after the other.
"""

from __future__ import annotations

import os

import keras
import numpy as np

from salzoo.models.importers import Arrays, weight_shapes
from salzoo.models.importers.sam_theano import correlation_kernel, theano_shape
from salzoo.models.released import Figure, ReleasedFile, ReleasedWeights, published
from salzoo.utils.array_files import read_arrays
from salzoo.utils.errors import InputError

LAYERS = {
    "conv1": "conv1",
    "conv2": "conv2",
    "conv3": "conv3",
    "dense1": "hidden4",
    "dense2": "output",
}
PARTS = {"kernel": "W", "bias": "b"}


def read(path: str | os.PathLike[str], model: keras.Model) -> Arrays:
    """Read the weights of the shallow ConvNet.

    Args:
        path: Of the .npz file, with the arrays conv1_W, conv1_b, ..., output_b.
        model: The shallow ConvNet.

    Returns:
        Arrays by the paths of the model's weights.

    Raises:
        InputError: The file is damaged or of another network.
    """
    shapes = weight_shapes(model)
    names = {}
    for weight in shapes:
        layer, part = weight.split("/")
        names[weight] = f"{LAYERS[layer]}_{PARTS[part]}"
    needed = {
        names[weight]: theano_shape(shape) if len(shape) == 4 else shape
        for weight, shape in shapes.items()
    }
    try:
        found = read_arrays(path, needed)
    except InputError as error:
        raise InputError(
            f"{os.fspath(path)} holds no weights of the shallow ConvNet with "
            f"{shapes['conv3/bias'][0]} maps ({str(error).rstrip('.')})."
        ) from error
    arrays = {}
    for weight, name in names.items():
        values = found[name]
        arrays[weight] = correlation_kernel(values) if values.ndim == 4 else values
    arrays["dense1/kernel"] = channels_last(arrays["dense1/kernel"], shapes["conv3/bias"][0])
    return arrays


def channels_last(kernel: np.ndarray, channels: int) -> np.ndarray:
    """Return a dense kernel over flattened maps, (channels, rows, columns), for channels last.

    Args:
        kernel: (channels * side * side, units).
        channels: Number of square maps.
    """
    side = round((len(kernel) / channels) ** 0.5)
    maps = kernel.reshape(channels, side, side, -1)
    return maps.transpose(1, 2, 0, 3).reshape(kernel.shape)


HOMEPAGE = "https://github.com/imatge-upc/saliency-2016-cvpr"
STEPS = (
    "download shallow_net.pickle (2.5 GB) from "
    "https://imatge.upc.edu/web/sites/default/files/resources/1720/saliency/2016-cvpr/, write its "
    "arrays to shallow_net.npz with experiments/shallow_arrays.py, on a machine where the code "
    "that a pickle runs can do no harm"
)


def _record(name: str, filters: int, note: str, figures: tuple[Figure, ...]) -> ReleasedWeights:
    """Return the record of a network with a number of maps of the third convolution."""
    return ReleasedWeights(
        model="shallow_convnet",
        name=name,
        title=f"Shallow ConvNet trained on SALICON, release of 2015; {filters} maps, {note}",
        file=ReleasedFile("shallow_net.npz", ""),
        importer="pan_lasagne",
        licence="MIT",
        trained_on="salicon2015",
        homepage=HOMEPAGE,
        model_options={"conv3_filters": filters},
        fit_mode="stretch",
        sizes=((96, 96),),
        padding_value=0.0,
        blur=2.0,
        figures=figures,
        steps=STEPS,
    )


RECORDS = (
    _record(
        "salicon",
        128,
        "as in the paper",
        published("isun", "Table 5", {"CC": 0.59, "sAUC": 0.64, "AUC-Borji": 0.79})
        + published("salicon2015", "Table 5", {"CC": 0.58, "sAUC": 0.67, "AUC-Borji": 0.83}),
    ),
    _record("salicon_64", 64, "as in the authors' code of the training", ()),
)
