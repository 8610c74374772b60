"""The weights of SAM: HDF5 of Keras 1 on Theano, although their names end in .pkl.

Theano convolves where newer frameworks correlate, so that kernels are turned by 180 degrees in
space, and orders their axes (out, in, rows, columns). The ConvLSTM of the authors keeps a kernel
and a bias for each gate. `running_std` of a batch normalization holds the variance.
"""

from __future__ import annotations

import os
import re

import keras
import numpy as np

from salzoo.models.importers import Arrays
from salzoo.models.importers.keras_layers import Shape, read_layers
from salzoo.models.registry import model_record
from salzoo.models.released import Figure, ReleasedFile, ReleasedWeights, published

# Layers without a name of their own, numbered in the order in which the network has them.
CLASSES = ("convolution2d", "atrousconvolution2d", "attentiveconvlstm", "learningprior")
# The convolutions of their ConvLSTM in the order of the file. V_a has no bias.
CONVOLUTIONS = ("W_a", "U_a", "V_a", "W_i", "U_i", "W_f", "U_f", "W_c", "U_c", "W_o", "U_o")
# Order of the gates in our kernels: input, forget, candidate, output.
GATES = "ifco"
# Name in ResNet-50 of keras.applications -> suffix of Keras 1.
BRANCHES = {"0": "branch1", "1": "branch2a", "2": "branch2b", "3": "branch2c"}
RESNET_LAYER = re.compile(r"conv(\d)_block(\d)_(\d)_(conv|bn)")
OTHER_NAMES = {
    "conv1_conv": "conv1",
    "conv1_bn": "bn_conv1",
    "attentive_conv_lstm": "attentiveconvlstm_1",
    "prior1": "learningprior_1",
    "prior2": "learningprior_2",
    "prior1_conv": "atrousconvolution2d_1",
    "prior2_conv": "atrousconvolution2d_2",
}


def read(path: str | os.PathLike[str], model: keras.Model) -> Arrays:
    """Read the weights of SAM-VGG or SAM-ResNet.

    Args:
        path: Of the file.
        model: With default options.

    Returns:
        Arrays by the paths of the model's weights.

    Raises:
        InputError: The file is damaged or of another model.
    """
    layers = {file_name(layer.name, model.name): layer for layer in model.layers if layer.weights}
    expected = {name: _file_shapes(layer) for name, layer in layers.items()}
    found = read_layers(path, expected, model_record(model.name).title, "theano", CLASSES)
    arrays = {}
    for name, layer in layers.items():
        for part, values in _converted(layer, found[name]).items():
            arrays[f"{layer.name}/{part}"] = values
    return arrays


def file_name(layer: str, model: str) -> str:
    """Return the name that a layer has in the file.

    Args:
        layer: Name of ours.
        model: "sam_vgg" or "sam_resnet".
    """
    found = RESNET_LAYER.fullmatch(layer)
    if found:
        stage, block, branch, kind = found.groups()
        prefix = {"conv": "res", "bn": "bn"}[kind]
        return f"{prefix}{stage}{'abcdef'[int(block) - 1]}_{BRANCHES[branch]}"
    if layer == "reduce_features":
        return "convolution2d_1"
    if layer == "saliency_conv":
        return "convolution2d_2" if model == "sam_resnet" else "convolution2d_1"
    return OTHER_NAMES.get(layer, layer)


def correlation_kernel(kernel: np.ndarray) -> np.ndarray:
    """Return a kernel of Theano's convolution as that of a correlation.

    Args:
        kernel: (out, in, rows, columns).

    Returns:
        (rows, columns, in, out), turned by 180 degrees.
    """
    return kernel[:, :, ::-1, ::-1].transpose(2, 3, 1, 0)


def join_convlstm(convolutions: dict[str, tuple[np.ndarray, ...]]) -> Arrays:
    """Join the convolutions of the authors' ConvLSTM as `AttentiveConvLSTM2D` has them.

    Args:
        convolutions: Kernel, (rows, columns, in, out), and bias by the authors' name.
    """
    arrays = {}
    for part, letter in (("input_gates", "W"), ("state_gates", "U")):
        gates = [convolutions[f"{letter}_{gate}"] for gate in GATES]
        arrays[f"{part}_kernel"] = np.concatenate([kernel for kernel, _ in gates], axis=-1)
        arrays[f"{part}_bias"] = np.concatenate([bias for _, bias in gates])
    for part, name in (("input_attention", "U_a"), ("state_attention", "W_a")):
        arrays[f"{part}_kernel"], arrays[f"{part}_bias"] = convolutions[name]
    (arrays["attention_map_kernel"],) = convolutions["V_a"]
    return arrays


def _file_shapes(layer: keras.Layer) -> list[Shape]:
    """Return the shapes of a layer's arrays in the file."""
    shapes = {weight.name: tuple(weight.shape) for weight in layer.weights}
    if "parameters" in shapes:
        return [(4 * shapes["parameters"][1],)]
    if "attention_map_kernel" not in shapes:
        return [theano_shape(shape) if len(shape) == 4 else shape for shape in shapes.values()]
    attention = theano_shape(shapes["attention_map_kernel"])
    over_input = theano_shape(shapes["input_attention_kernel"])
    over_state = theano_shape(shapes["state_attention_kernel"])
    needed = []
    for name in CONVOLUTIONS:
        kernel = over_state if name == "W_a" or (name[0] == "U" and name != "U_a") else over_input
        needed += [attention] if name == "V_a" else [kernel, kernel[:1]]
    return needed


def theano_shape(shape: Shape) -> Shape:
    """Return the shape of a kernel, (rows, columns, in, out), in Theano's order."""
    rows, columns, channels, filters = shape
    return filters, channels, rows, columns


def _converted(layer: keras.Layer, stored: list[np.ndarray]) -> Arrays:
    """Return the arrays of a layer by the names of its weights."""
    arrays = [correlation_kernel(array) if array.ndim == 4 else array for array in stored]
    if layer.name == "attentive_conv_lstm":
        remaining = iter(arrays)
        return join_convlstm(
            {
                name: (next(remaining),) if name == "V_a" else (next(remaining), next(remaining))
                for name in CONVOLUTIONS
            }
        )
    names = [weight.name for weight in layer.weights]
    if names == ["parameters"]:  # mu_x, mu_y, sigma_x and sigma_y one after the other
        arrays = [arrays[0].reshape(4, -1)]
    return dict(zip(names, arrays, strict=True))


HOMEPAGE = "https://github.com/marcellacornia/sam"
METRICS = ("CC", "sAUC", "AUC-Judd", "NSS")


def _record(
    model: str, trained_on: str, file: str, figures: tuple[Figure, ...], checksum: str | None = None
) -> ReleasedWeights:
    """Return the record of a file; what goes around the network is the same for all."""
    release = {"salicon2015": "2015", "salicon": "2017"}[trained_on]
    return ReleasedWeights(
        model=model,
        name="salicon2017" if release == "2017" else "salicon",
        title=f"{model_record(model).title} trained on SALICON, release of {release}",
        file=ReleasedFile(file, f"{HOMEPAGE}/releases/download/1.0/{file}", checksum),
        importer="sam_theano",
        licence="MIT",
        trained_on=trained_on,
        homepage=HOMEPAGE,
        fit_mode="pad",
        sizes=((240, 320),),
        padding_value=0.0,
        blur=7.0,
        figures=figures,
    )


def _table2(*values: float) -> tuple[Figure, ...]:
    return published("salicon2015", "Table II", dict(zip(METRICS, values, strict=True)))


RECORDS = (
    _record(
        "sam_vgg",
        "salicon2015",
        "sam-vgg_salicon_weights.pkl",
        _table2(0.830, 0.782, 0.883, 3.219),
        # Not of the authors, who publish none.
        "md5:92b5f89fd34a3968776a5c4327efb32c",
    ),
    _record(
        "sam_resnet",
        "salicon2015",
        "sam-resnet_salicon_weights.pkl",
        _table2(0.844, 0.787, 0.886, 3.260),
    ),
    # The paper is of the release of 2015.
    _record("sam_resnet", "salicon", "sam-resnet_salicon2017_weights.pkl", ()),
)
