"""A convolutional LSTM with the same input at every step."""

import math
from typing import Any

import keras
from keras import ops


def keras2_hard_sigmoid(values: keras.KerasTensor) -> keras.KerasTensor:
    """Return clip(0.2 x + 0.5, 0, 1), the "hard_sigmoid" of Keras 2.

    In Keras 3 the name stands for relu6(x + 3) / 6, which differs by up to 0.08.

    Args:
        values: tensor of any shape.

    Returns:
        Tensor of the same shape, 0..1.
    """
    return ops.clip(0.2 * values + 0.5, 0.0, 1.0)


GATES = {"sigmoid": ops.sigmoid, "keras2_hard_sigmoid": keras2_hard_sigmoid}


@keras.saving.register_keras_serializable(package="salzoo")
class StillConvLSTM2D(keras.layers.Layer):
    """Refine a feature map in a few steps of a ConvLSTM over an input that stays (ASNet, Eqs. 2-6).

    `keras.layers.ConvLSTM2D` over a sequence that repeats one map gives the same,
    weight for weight, but convolves the map anew at every step, and cannot take
    unknown rows and columns. Here the input is convolved once, and what is zero
    in the first step is left out.

    Args:
        filters: int, maps of the state.
        kernel_size: int, side of the kernels.
        timesteps: int, at least 1.
        gate: "sigmoid", or "keras2_hard_sigmoid" for weights that were trained
            with Keras 2's default.

    Weights: kernel (side, side, channels, 4 filters), recurrent_kernel (side,
    side, filters, 4 filters), bias (4 filters), the gates in Keras's order
    input, forget, cell, output; the forget gate's bias starts at 1.

    Input: (batch, rows, columns, channels), any size. Output: the last state,
    (batch, rows, columns, filters), -1..1.

    Raises:
        ValueError: fewer than one step, an unknown gate.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int = 3,
        timesteps: int = 3,
        gate: str = "sigmoid",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if timesteps < 1:
            raise ValueError(f"timesteps must be at least 1, got {timesteps!r}.")
        if gate not in GATES:
            raise ValueError(f"gate must be one of {', '.join(GATES)}, got {gate!r}.")
        self.filters = filters
        self.kernel_size = kernel_size
        self.timesteps = timesteps
        self.gate = gate

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        side, filters = self.kernel_size, self.filters
        self.kernel = self.add_weight(
            name="kernel",
            shape=(side, side, input_shape[-1], 4 * filters),
            initializer="glorot_uniform",
        )
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel",
            shape=(side, side, filters, 4 * filters),
            initializer="orthogonal",
        )
        self.bias = self.add_weight(name="bias", shape=(4 * filters,), initializer=_forget_one)

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        gate = GATES[self.gate]
        from_input = ops.conv(inputs, self.kernel, padding="same") + self.bias
        state = cell = None
        for _ in range(self.timesteps):
            gates = from_input
            if state is not None:
                gates = gates + ops.conv(state, self.recurrent_kernel, padding="same")
            enter, keep, candidate, leave = ops.split(gates, 4, axis=-1)
            new = gate(enter) * ops.tanh(candidate)
            cell = new if cell is None else gate(keep) * cell + new
            state = gate(leave) * ops.tanh(cell)
        return state

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.filters)

    def multiply_adds(self, input_shape: tuple[int, ...]) -> int:
        """Return the multiply-adds of one image.

        Args:
            input_shape: (batch, rows, columns, channels).
        """
        again = (self.timesteps - 1) * math.prod(self.recurrent_kernel.shape)
        return input_shape[1] * input_shape[2] * (math.prod(self.kernel.shape) + again)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "timesteps": self.timesteps,
            "gate": self.gate,
        }


def _forget_one(shape: tuple[int, ...], dtype: str | None = None) -> keras.KerasTensor:
    filters = shape[0] // 4
    parts = [ops.zeros(filters, dtype), ops.ones(filters, dtype), ops.zeros(2 * filters, dtype)]
    return ops.concatenate(parts)
