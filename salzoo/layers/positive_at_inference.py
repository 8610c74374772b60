"""A linear output that predicts no negative saliency."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class PositiveAtInference(keras.layers.Layer):
    """Pass values through in training; raise negative ones to 0 in prediction.

    A regression with a linear output needs the gradients of negative values, but saliency is
    not negative (Pan et al. clip the values after the network).

    Args:
        highest: float, larger values are lowered to it in prediction; None: as they are.

    Input and output: any shape.
    """

    def __init__(self, highest: float | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.highest = highest

    def call(self, inputs: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        if training:
            return inputs
        values = ops.maximum(inputs, 0.0)
        return values if self.highest is None else ops.minimum(values, self.highest)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "highest": self.highest}
