"""A linear output that predicts no negative saliency."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class PositiveAtInference(keras.layers.Layer):
    """Pass values through in training; raise negative ones to 0 in prediction.

    A regression with a linear output needs the gradients of negative values, but saliency is
    not negative (Pan et al. clip the values after the network).

    Input and output: any shape.
    """

    def call(self, inputs: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        return inputs if training else ops.maximum(inputs, 0.0)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape
