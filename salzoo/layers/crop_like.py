"""A map cut to the size of another."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class CropLike(keras.layers.Layer):
    """Cut a map at the bottom and right to the rows and columns of another.

    Args:
        factor: int, number of output pixels for a pixel of the other map, along each axis.

    Input: [maps (batch, rows, columns, channels), other (batch, r, c, any)] with
    rows >= factor * r and columns >= factor * c. Output: (batch, factor * r,
    factor * c, channels).
    """

    def __init__(self, factor: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, inputs: list[keras.KerasTensor]) -> keras.KerasTensor:
        maps, other = inputs
        rows, columns = (length * self.factor for length in ops.shape(other)[1:3])
        return maps[:, :rows, :columns]

    def compute_output_shape(
        self, input_shape: list[tuple[int | None, ...]]
    ) -> tuple[int | None, ...]:
        maps, other = input_shape
        size = (None if length is None else length * self.factor for length in other[1:3])
        return (maps[0], *size, maps[3])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}
