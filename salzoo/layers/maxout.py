"""The highest of neighbouring units."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class Maxout(keras.layers.Layer):
    """Keep the largest of every `pool_size` neighbouring units.

    Units (0, 1), (2, 3), ... form the pairs, as Lasagne's FeaturePoolLayer
    groups them (Goodfellow et al., Maxout networks, 2013).

    Args:
        pool_size: int, how many units share one output; at least 1.

    Input: (..., units), units a multiple of pool_size. Output: (..., units /
    pool_size).

    Raises:
        ValueError: units is no multiple of pool_size.
    """

    def __init__(self, pool_size: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pool_size = pool_size

    def build(self, input_shape: tuple[Any, ...]) -> None:
        if input_shape[-1] % self.pool_size:
            raise ValueError(f"{input_shape[-1]} units cannot be grouped by {self.pool_size}.")

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        groups = inputs.shape[-1] // self.pool_size
        shape = (*ops.shape(inputs)[:-1], groups, self.pool_size)
        return ops.max(ops.reshape(inputs, shape), axis=-1)

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], input_shape[-1] // self.pool_size)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "pool_size": self.pool_size}
