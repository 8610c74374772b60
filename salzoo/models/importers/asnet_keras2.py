"""The weights of ASNet: HDF5 of Keras 2, of the network of `variant="release"`.

Kernels and the gates of the ConvLSTMs have our order of axes already. Layers have the names of the
authors' `update_models.py`.
"""

from __future__ import annotations

import os

import keras

from salzoo.models.importers import Arrays
from salzoo.models.importers.keras_layers import Shape, read_layers
from salzoo.models.registry import model_record
from salzoo.models.released import Figure, ReleasedFile, ReleasedWeights, published

# Layers without a name of their own, numbered in the order in which the network has them.
CLASSES = ("batch_normalization", "learning_prior")
LAYERS = {
    "fixation_convlstm": "conv5_lstm1",
    "priors": "learning_prior_1",
    "fixation_convolution": "merge_att_conv5",
    "fixation_map": "att_conv5",
    "compress_5": "s_conv_5",
    "side_map": "s_saliency_conv_5",
    "level_5_convlstm": "conv5_lstm2",
    "level_4_convlstm": "conv4_lstm2",
    **{f"level_{level}_convlstm": f"conv{level}_lstm" for level in (3, 2, 1)},
    **{f"map_{level}": f"sal_conv{level}" for level in (5, 4, 3, 2, 1)},
    **{f"compress_{level}": f"conv_{level}_out" for level in (4, 3, 2, 1)},
    **{f"compress_{level}_bn": f"batch_normalization_{5 - level}" for level in (4, 3, 2, 1)},
}


def read(path: str | os.PathLike[str], model: keras.Model) -> Arrays:
    """Read the weights of ASNet.

    Args:
        path: Of the file.
        model: With `variant="release"`.

    Returns:
        Arrays by the paths of the model's weights.

    Raises:
        InputError: The file is damaged or of another model.
    """
    layers = {LAYERS.get(layer.name, layer.name): layer for layer in model.layers if layer.weights}
    expected = {name: _file_shapes(layer) for name, layer in layers.items()}
    found = read_layers(path, expected, model_record(model.name).title, "tensorflow", CLASSES)
    return {
        weight.path: values.reshape(weight.shape)
        for name, layer in layers.items()
        for weight, values in zip(layer.weights, found[name], strict=True)
    }


def _file_shapes(layer: keras.Layer) -> list[Shape]:
    """Return the shapes of a layer's arrays in the file."""
    shapes = [tuple(weight.shape) for weight in layer.weights]
    # Of the priors mu_x, mu_y, sigma_x and sigma_y, one after the other.
    return [(4 * shapes[0][1],)] if layer.name == "priors" else shapes


HOMEPAGE = "https://github.com/wenguanwang/ASNet"
# The file is of the network of a later paper (TPAMI 2019).
TABLE = "Table {} of the paper of 2018, whose network was another"


def _objects(dataset: str, max_f: float, mae: float) -> tuple[Figure, ...]:
    """Return the figures of a dataset in Table 4."""
    f_measure = published(dataset, TABLE.format(4), {"maxF": max_f}, "test", "mean_pr")
    return f_measure + published(dataset, TABLE.format(4), {"MAE": mae}, "test", "pysod")


RECORDS = (
    ReleasedWeights(
        model="asnet",
        name="release",
        title="ASNet, the authors' later network, fixations and salient objects",
        file=ReleasedFile(
            "ASNet.h5",
            "https://drive.google.com/uc?id=1Ifoqjq1lTwNTe6dxGjJBK8eoohJaXQoK",
        ),
        importer="asnet_keras2",
        licence="not stated",
        trained_on="salicon+thus10k+dut_omron",
        homepage=HOMEPAGE,
        model_options={"variant": "release"},
        fit_mode="stretch",
        sizes=((224, 224),),
        padding_value=0.0,
        blur=0.0,
        figures=(
            *_objects("ecssd", 0.928, 0.043),
            *_objects("hku_is", 0.920, 0.035),
            *_objects("pascal_s", 0.857, 0.072),
            *published(
                "mit1003",
                TABLE.format(2),
                {"AUC-Judd": 0.87, "SIM": 0.49, "sAUC": 0.73, "CC": 0.60, "NSS": 2.01},
                "all",
            ),
        ),
    ),
)
