"""A linear output that predicts no negative saliency."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class PositiveAtInference(keras.layers.Layer):
    """Pass values through in training; raise negative ones to 0 in prediction.

    A network that regresses a map with a linear output learns from its negative
    values, but they mean nothing as saliency (Pan et al. clip them after the
    network).

    Input and output: any shape.
    """

    def call(self, inputs, training=False):
        return inputs if training else ops.maximum(inputs, 0.0)

    def compute_output_shape(self, input_shape):
        return input_shape
