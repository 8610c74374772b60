"""A map as a density."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class SpatialSoftmax(keras.layers.Layer):
    """Softmax over all positions of each map: its values are above 0 and sum to 1.

    Input and output: (batch, rows, columns, channels).
    """

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        exponents = ops.exp(inputs - ops.max(inputs, axis=(1, 2), keepdims=True))
        return exponents / ops.sum(exponents, axis=(1, 2), keepdims=True)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape
