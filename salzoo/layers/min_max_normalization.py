"""Each map stretched to the range 0..1."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class MinMaxNormalization(keras.layers.Layer):
    """Stretch every map of the batch to 0..1 by its own minimum and maximum.

    Args:
        epsilon: float, added to the range so that a constant map becomes zero
            (MSI-Net: 1e-7).

    Input and output: (batch, rows, columns, channels); one range per image.
    """

    def __init__(self, epsilon: float = 1e-7, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        lowest = ops.min(inputs, axis=(1, 2, 3), keepdims=True)
        shifted = inputs - lowest
        return shifted / (ops.max(shifted, axis=(1, 2, 3), keepdims=True) + self.epsilon)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "epsilon": self.epsilon}
