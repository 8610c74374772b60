"""Cost of a model: multiply-adds, memory of parameters and of activations."""

import math
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers

from salzoo import layers as own

BYTES = 4  # of a float32
# Layers that change values in place or only their order.
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


# Without the batch: of one tensor, or of several.
Shape = tuple[Any, ...]


@dataclass(frozen=True)
class LayerCost:
    """Cost of one layer.

    Attributes:
        name: Of the layer.
        kind: Name of its class.
        shape: Of the output, without the batch.
        parameters: Their number.
        multiply_adds: For one image.
    """

    name: str
    kind: str
    shape: Shape
    parameters: int
    multiply_adds: int


@dataclass(frozen=True)
class Complexity:
    """Cost of a model at one input size.

    Attributes:
        layers: Cost of all layers, in their order.
        trainable: Number of trainable parameters.
        statistics: Number of other parameters, such as moving means.
        multiply_adds: Of convolutions and dense layers, for one image.
        parameter_bytes: Of all parameters as float32.
        activation_bytes: Of the input and the outputs of all layers for one image as float32.
            Layers that work in place, like a ReLU, add nothing (Pan et al., section 5.1).
    """

    layers: list[LayerCost]
    trainable: int
    statistics: int
    multiply_adds: int
    parameter_bytes: int
    activation_bytes: int


def complexity(model: keras.Model) -> Complexity:
    """Count the cost of a model.

    Args:
        model: Functional model, built for one input size.
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


def multiply_adds(layer: keras.Layer, given: Any, shape: Shape) -> int:
    """Return the multiply-adds of one layer for one image.

    Args:
        layer: Layers of salzoo with convolutions have a method `multiply_adds`.
        given: Shape of the input with the batch, a list of shapes for several inputs.
        shape: Of the output, with the batch.
    """
    if hasattr(layer, "multiply_adds"):
        return layer.multiply_adds(given)
    if isinstance(layer, layers.Conv2DTranspose):  # each input value times the kernel
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


def _shape(tensors: Any) -> Any:
    if isinstance(tensors, list):
        return [tuple(tensor.shape) for tensor in tensors]
    return tuple(tensors.shape)
