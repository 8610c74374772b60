"""Write the arrays of the shallow ConvNet's pickle (Pan et al., 2016) to an .npz file.

    python shallow_arrays.py shallow_net.pickle shallow_net.npz

Opening a pickle runs whatever code is in it. Run this where the pickle can be trusted, or in a
container without a network and without your files, and never as a part of salzoo. It needs only
what the pickle itself needs: numpy, and the nolearn, Lasagne and Theano of 2015 on Python 2.7
(shallow/requirements.txt of the authors' repository). It runs on Python 2 and 3. A pickle that
was written on a GPU opens elsewhere with
THEANO_FLAGS=experimental.unpickle_gpu_on_cpu=True.

`salzoo import shallow_convnet:salicon shallow_net.npz` then reads the .npz.
"""

import pickle
import sys

import numpy as np

# Number of axes and first sizes of W tell the layers apart; conv3 has 64 or 128 maps.
NAMES = ("conv1", "conv2", "conv3", "hidden4", "output")


class FlipBatchIterator(object):  # noqa: UP004 - Python 2 needs it
    """Stands in for a class of the authors' script, by whose name the pickle finds it."""


class AdjustVariable(object):  # noqa: UP004 - Python 2 needs it
    """Stands in for a class of the authors' script, by whose name the pickle finds it."""


def float32(value):
    """Stand in for a function of the authors' script."""
    return np.float32(value)


def arrays_of(network):
    """Return {"conv1_W": array, "conv1_b": array, ...} of a nolearn network.

    Args:
        network: its `layers_` are Lasagne layers, a list or a dict, in any order.
    """
    layers = network.layers_
    layers = list(layers.values()) if hasattr(layers, "values") else list(layers)
    arrays = {}
    for layer in layers:
        if hasattr(layer, "W"):
            weights, biases = np.asarray(layer.W.get_value()), np.asarray(layer.b.get_value())
            name = name_of(weights.shape)
            arrays[name + "_W"] = weights.astype("float32")
            arrays[name + "_b"] = biases.astype("float32")
    missing = [name for name in NAMES if name + "_W" not in arrays]
    if missing:
        raise ValueError("the pickle has no layer " + missing[0])
    return arrays


def name_of(shape):
    """Return the name of the layer whose weights have a shape.

    Args:
        shape: of convolutions (out, in, rows, columns), of dense layers (in, out).
    """
    if len(shape) == 4:
        return {3: "conv1", 32: "conv2", 64: "conv3"}[shape[1]]
    return "output" if shape[0] == shape[1] else "hidden4"


def main(source, target):
    """Read a pickle and write the .npz.

    Args:
        source: path of the pickle.
        target: path of the .npz.
    """
    with open(source, "rb") as file:
        # Text of Python 2 is bytes to Python 3.
        options = {"encoding": "latin1"} if sys.version_info[0] > 2 else {}
        network = pickle.load(file, **options)
    np.savez(target, **arrays_of(network))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
