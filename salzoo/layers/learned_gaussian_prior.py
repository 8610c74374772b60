"""Centre bias as a set of learned Gaussians."""

from typing import Any

import keras
from keras import ops

# Lowest and highest value of the start, and of what a call uses.
START = ((0.3, 0.7), (0.3, 0.7), (0.05, 0.3), (0.05, 0.3))
LIMITS = ((0.25, 0.75), (0.35, 0.65), (0.1, 0.9), (0.2, 0.8))


@keras.saving.register_keras_serializable(package="salzoo")
class LearnedGaussianPrior(keras.layers.Layer):
    """Maps of learned Gaussians with the size of the input, the same for every image.

    SAM, equation 10, with the details of the authors' code: x runs from 0 to 1
    over the columns, y from (1 - e) / 2 to (1 + e) / 2 over the rows, e being
    rows / columns. Means and deviations are clipped to LIMITS when they are
    used; one outside of them gets no gradient. Each map is divided by its
    maximum, so the factor before the exponential plays no role.

    Args:
        gaussians: int, number of maps.

    Weights: one, (4, gaussians), the rows mu_x, mu_y, sigma_x and sigma_y.

    Input: (batch, rows, columns, channels), of which only the size counts.
    Output: (batch, rows, columns, gaussians), 0..1.
    """

    def __init__(self, gaussians: int = 16, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.gaussians = gaussians

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.parameters = self.add_weight(
            name="parameters", shape=(4, self.gaussians), initializer=_start
        )

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        # In float32: the arguments of exp suffer most from short numbers.
        parameters = ops.cast(self.parameters, "float32")
        mu_x, mu_y, sigma_x, sigma_y = (
            ops.clip(parameters[row], *limits) for row, limits in enumerate(LIMITS)
        )
        batch, rows, columns = ops.shape(inputs)[:3]
        aspect = ops.cast(rows, "float32") / ops.cast(columns, "float32")
        x = _from_0_to_1(columns)[None, :, None]
        y = (0.5 + (_from_0_to_1(rows) - 0.5) * aspect)[:, None, None]
        maps = _exponent(x, mu_x, sigma_x) + _exponent(y, mu_y, sigma_y)
        maps = ops.exp(maps - ops.max(maps, axis=(0, 1), keepdims=True))
        maps = ops.broadcast_to(maps[None], (batch, rows, columns, self.gaussians))
        return ops.cast(maps, self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.gaussians)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "gaussians": self.gaussians}


def _from_0_to_1(count: keras.KerasTensor) -> keras.KerasTensor:
    steps = ops.arange(count, dtype="float32")
    return steps / ops.maximum(ops.cast(count, "float32") - 1.0, 1.0)


def _exponent(
    position: keras.KerasTensor, mu: keras.KerasTensor, sigma: keras.KerasTensor
) -> keras.KerasTensor:
    return -((position - mu) ** 2) / (2.0 * sigma**2 + 1e-7)


def _start(shape: tuple[int, ...], dtype: str | None = None) -> keras.KerasTensor:
    ranges = [keras.random.uniform(shape[1:], *limits, dtype=dtype) for limits in START]
    return ops.stack(ranges)
