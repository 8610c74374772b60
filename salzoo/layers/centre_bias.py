"""Centre bias of a map, at inference."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class CentreBias(keras.layers.Layer):
    """Subtracts `strength / 2 * (x ** 2 + y ** 2)` from logits, at inference only.

    x and y run from -1 to 1 between the sides of the map, at the centres of its
    pixels. A density, the softmax of the logits, is thereby multiplied by a
    Gaussian around the centre with a standard deviation of 1 / sqrt(strength)
    half sides. Observers look at the centre more often than the image explains
    (Tatler, Journal of Vision 7(14), 2007), which training with shifted and
    enlarged images hides from a network in part.

    Args:
        strength: float, at least 0; 0: no change.

    Input and output: (batch, rows, columns, channels).
    """

    def __init__(self, strength: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.strength = strength

    def call(self, inputs: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        if training or not self.strength:
            return inputs
        rows, columns = ops.shape(inputs)[1:3]
        distance = _squares(rows)[:, None, None] + _squares(columns)[None, :, None]
        return inputs - ops.cast(self.strength / 2 * distance[None], inputs.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "strength": self.strength}


def _squares(count: keras.KerasTensor) -> keras.KerasTensor:
    """Return the squares of the places of pixels, from -1 to 1 between the ends of a side."""
    steps = ops.arange(count, dtype="float32") + 0.5
    return (2.0 * steps / ops.cast(count, "float32") - 1.0) ** 2
