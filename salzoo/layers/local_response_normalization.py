"""Local response normalisation across channels."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class LocalResponseNormalization(keras.layers.Layer):
    """Divide every value by the energy of its neighbours in the channel axis.

    y = x / (1 + alpha / window * sum of the squares of the `window` channels
    around)^beta. Caffe divides alpha by the window, Krizhevsky et al. (2012)
    and TensorFlow's own function do not. Channels beyond the ends count as 0.

    Args:
        window: int, odd, number of channels of the sum.
        alpha: float (Caffe's default: 1e-4).
        beta: float (Caffe's default: 0.75).

    Input and output: (batch, rows, columns, channels).
    """

    def __init__(
        self, window: int = 5, alpha: float = 1e-4, beta: float = 0.75, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.window = window
        self.alpha = alpha
        self.beta = beta

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        reach, channels = self.window // 2, inputs.shape[-1]
        squares = ops.pad(ops.square(inputs), [(0, 0), (0, 0), (0, 0), (reach, reach)])
        energy = sum(squares[..., shift : shift + channels] for shift in range(self.window))
        return inputs / ops.power(1.0 + self.alpha / self.window * energy, self.beta)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "window": self.window,
            "alpha": self.alpha,
            "beta": self.beta,
        }
