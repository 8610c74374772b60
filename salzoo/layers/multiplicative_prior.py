"""Centre bias as one small learned map."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class MultiplicativePrior(keras.layers.Layer):
    """Multiply maps by 1 + W, W being a small learned map that starts at zero.

    ML-Net's prior, which SAM's Table III compares with its own. W is enlarged
    bilinearly (pixel centres registered) to the size of the input, whatever
    that is; so one W serves images of every size. Where W falls below -1 the
    output is zero.

    Args:
        size: (rows, columns) of W; 3x4 is a tenth of the 30x40 maps that SAM
            makes of 240x320 images.

    Input and output: (batch, rows, columns, channels), not negative.
    """

    def __init__(self, size: tuple[int, int] = (3, 4), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = tuple(size)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.map = self.add_weight(name="map", shape=self.size, initializer="zeros")

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        rows, columns = ops.shape(inputs)[1:3]
        small = ops.cast(self.map, "float32")
        across = ops.transpose(_enlargement(self.size[1], columns))
        enlarged = ops.matmul(ops.matmul(_enlargement(self.size[0], rows), small), across)
        factor = ops.relu(1.0 + enlarged)[None, :, :, None]
        return inputs * ops.cast(factor, inputs.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size}


def _enlargement(short: int, long: int) -> keras.KerasTensor:
    """Return the (long, short) matrix of a bilinear resize along one axis."""
    scale = short / ops.cast(long, "float32")
    position = (ops.arange(long, dtype="float32") + 0.5) * scale - 0.5
    position = ops.clip(position, 0.0, short - 1.0)
    distance = ops.abs(position[:, None] - ops.arange(short, dtype="float32"))
    return ops.relu(1.0 - distance)
