"""The colour order of networks that were trained with Caffe or OpenCV."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class BlueGreenRed(keras.layers.Layer):
    """Reverse the colour channels, RGB to BGR or back.

    Input and output: (batch, rows, columns, 3).
    """

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return ops.flip(inputs, axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape
