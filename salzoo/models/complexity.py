"""What a network costs: multiply-adds, memory of parameters and of activations."""

import math
from dataclasses import dataclass

from keras import layers

from salzoo import layers as own

BYTES = 4  # of a float32
# What changes values in place, or only looks at them in another order.
IN_PLACE = (
    layers.Activation,
    layers.Dropout,
    layers.Flatten,
    layers.ReLU,
    layers.Rescaling,
    layers.Reshape,
    own.BlueGreenRed,
    own.CropLike,
    own.PositiveAtInference,
)


@dataclass(frozen=True)
class LayerCost:
    """One layer: name, kind, output shape without batch, parameters, multiply-adds."""

    name: str
    kind: str
    shape: tuple
    parameters: int
    multiply_adds: int


@dataclass(frozen=True)
class Complexity:
    """A model at one input size.

    layers: list of `LayerCost`. trainable, statistics: numbers of parameters.
    multiply_adds: of convolutions and dense layers, one image.
    parameter_bytes: of all parameters as float32.
    activation_bytes: of the input and every layer's output for one image as
        float32, each once; what happens in place, like a ReLU, adds nothing
        (Pan et al., section 5.1).
    """

    layers: list
    trainable: int
    statistics: int
    multiply_adds: int
    parameter_bytes: int
    activation_bytes: int


def complexity(model):
    """Count what a model costs.

    Args:
        model: keras.Model of the functional kind, built for one input size.

    Returns:
        `Complexity`.
    """
    costs, activations = [], 0
    for layer in model.layers:
        shape = _shape(layer.output)
        costs.append(
            LayerCost(
                layer.name,
                type(layer).__name__,
                shape[1:],
                layer.count_params(),
                multiply_adds(layer, _shape(layer.input), shape),
            )
        )
        if not isinstance(layer, IN_PLACE):
            activations += math.prod(shape[1:])
    trainable = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    everything = model.count_params()
    return Complexity(
        costs,
        trainable,
        everything - trainable,
        sum(cost.multiply_adds for cost in costs),
        everything * BYTES,
        activations * BYTES,
    )


def multiply_adds(layer, given, shape):
    """Return the multiply-adds of one layer for one image.

    Args:
        layer: a layer; the project's own that convolve have `multiply_adds`.
        given: its input shape. shape: its output shape.
    """
    if hasattr(layer, "multiply_adds"):
        return layer.multiply_adds(given)
    if isinstance(layer, layers.Conv2DTranspose):  # every input value meets the whole kernel
        return math.prod(given[1:3]) * math.prod(layer.kernel.shape)
    if isinstance(layer, layers.DepthwiseConv2D):
        return math.prod(shape[1:3]) * math.prod(layer.kernel.shape)
    if isinstance(layer, layers.SeparableConv2D):
        kernels = (layer.depthwise_kernel, layer.pointwise_kernel)
        return math.prod(shape[1:3]) * sum(math.prod(kernel.shape) for kernel in kernels)
    if isinstance(layer, layers.Conv2D):
        return math.prod(shape[1:3]) * math.prod(layer.kernel.shape)
    if isinstance(layer, layers.Dense):
        return math.prod(shape[1:-1]) * math.prod(layer.kernel.shape)
    return 0


def _shape(tensors):
    if isinstance(tensors, list):
        return [tuple(tensor.shape) for tensor in tensors]
    return tuple(tensors.shape)
