"""A convolutional LSTM with spatial attention over constant features."""

import math
from typing import Any

import keras
from keras import ops
from keras.initializers import Orthogonal, RandomNormal


@keras.saving.register_keras_serializable(package="salzoo")
class AttentiveConvLSTM2D(keras.layers.Layer):
    """Refine a feature map in a few steps of a ConvLSTM with spatial attention.

    The input of every step is the same features X, weighted by a map A that sums to 1 over
    all positions (SAM, equations 1 to 9):

        A = softmax(V_a * tanh(W_a * H + U_a * X)),  Z = A X
        I, F, O = sigmoid(W_i * Z + U_i * H), ...,   G = tanh(W_c * Z + U_c * H)
        C = F C + I G,                               H = O tanh(C)

    H and C start at zero. W_a and U_a have the roles of the authors' code; the
    text swaps their names. As in the code each W and U has its own bias.

    The convolutions of the gates are one, U_a * X is computed once, and products with the
    zero state of the first step are left out: four steps take 32 convolutions
    of `filters` to `filters` maps instead of 40. The softmax is always float32.

    Args:
        filters: int, maps of the state and of the attention's hidden layer.
        kernel_size: int, side of all kernels.
        timesteps: int, at least 1. With 1 the kernels over H stay unused.
        attention: bool, False leaves A out: Z = X.
        return_sequence: bool, True returns H after every step.
        return_attention: bool, True returns A of every step as well.

    Input: (batch, rows, columns, channels), any size. Output: the last H,
    (batch, rows, columns, filters) in -1..1, or all of them, (batch, timesteps,
    rows, columns, filters); with `return_attention` a pair of this and the maps
    A, (batch, timesteps, rows, columns, 1).

    Raises:
        ValueError: `timesteps` is below 1, or `return_attention` without `attention`.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int = 3,
        timesteps: int = 4,
        attention: bool = True,
        return_sequence: bool = False,
        return_attention: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if timesteps < 1:
            raise ValueError(f"timesteps must be at least 1, got {timesteps!r}.")
        if return_attention and not attention:
            raise ValueError("return_attention=True needs attention=True.")
        self.filters = filters
        self.kernel_size = kernel_size
        self.timesteps = timesteps
        self.attention = attention
        self.return_sequence = return_sequence
        self.return_attention = return_attention

    def build(self, input_shape: tuple[Any, ...]) -> None:
        channels, filters = input_shape[-1], self.filters
        normal = RandomNormal(stddev=0.05)
        # W and U of the gates, in the order I, F, G, O.
        self.input_gates = self._convolution("input_gates", channels, 4 * filters, normal)
        self.state_gates = self._convolution("state_gates", filters, 4 * filters, _four_orthogonal)
        if self.attention:
            # U_a, W_a and V_a.
            self.input_attention = self._convolution("input_attention", channels, filters, normal)
            self.state_attention = self._convolution("state_attention", filters, filters, normal)
            self.attention_map = self._convolution(
                "attention_map", filters, 1, "zeros", use_bias=False
            )

    def _convolution(
        self, name: str, channels: int, filters: int, initializer: Any, use_bias: bool = True
    ) -> tuple[keras.Variable, Any]:
        """Return the kernel and the bias of a convolution, False without bias."""
        side = self.kernel_size
        kernel = self.add_weight(
            name=f"{name}_kernel", shape=(side, side, channels, filters), initializer=initializer
        )
        bias = use_bias and self.add_weight(
            name=f"{name}_bias", shape=(filters,), initializer="zeros"
        )
        return kernel, bias

    def call(
        self, inputs: keras.KerasTensor
    ) -> keras.KerasTensor | tuple[keras.KerasTensor, keras.KerasTensor]:
        if self.attention:
            features = _convolve(inputs, self.input_attention)
        else:
            gates_of_inputs = _convolve(inputs, self.input_gates)
        state = cell = None
        states, attentions = [], []
        for _ in range(self.timesteps):
            if self.attention:
                hidden = ops.tanh(features + self._of_state(state, self.state_attention))
                attention = _spatial_softmax(_convolve(hidden, self.attention_map))
                attended = ops.cast(ops.cast(inputs, "float32") * attention, inputs.dtype)
                gates_of_inputs = _convolve(attended, self.input_gates)
                attentions.append(ops.cast(attention, inputs.dtype))
            gates = gates_of_inputs + self._of_state(state, self.state_gates)
            enter, keep, candidate, leave = ops.split(gates, 4, axis=-1)
            new = ops.sigmoid(enter) * ops.tanh(candidate)
            cell = new if cell is None else ops.sigmoid(keep) * cell + new
            state = ops.sigmoid(leave) * ops.tanh(cell)
            states.append(state)
        output = ops.stack(states, axis=1) if self.return_sequence else state
        return (output, ops.stack(attentions, axis=1)) if self.return_attention else output

    def _of_state(
        self, state: keras.KerasTensor | None, convolution: tuple[keras.KerasTensor, Any]
    ) -> keras.KerasTensor:
        """Convolve the state; at the start it is zero and only the bias is left."""
        return convolution[1] if state is None else _convolve(state, convolution)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[Any, ...]:
        batch, *size, _ = input_shape
        output = (batch, *size, self.filters)
        if self.return_sequence:
            output = (batch, self.timesteps, *size, self.filters)
        return (output, (batch, self.timesteps, *size, 1)) if self.return_attention else output

    def multiply_adds(self, input_shape: tuple[int, ...]) -> int:
        """Return the multiply-adds of one image, without those that are left out.

        Args:
            input_shape: (batch, rows, columns, channels).
        """
        every, later = [], [self.state_gates]
        if self.attention:
            first = [self.input_attention]
            every = [self.attention_map, self.input_gates]
            later.append(self.state_attention)
        else:
            first = [self.input_gates]
        kernels = _sizes(first) + self.timesteps * _sizes(every)
        kernels += (self.timesteps - 1) * _sizes(later)
        return input_shape[1] * input_shape[2] * kernels

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "timesteps": self.timesteps,
            "attention": self.attention,
            "return_sequence": self.return_sequence,
            "return_attention": self.return_attention,
        }


def _sizes(convolutions: list[tuple[keras.KerasTensor, Any]]) -> int:
    return sum(math.prod(kernel.shape) for kernel, _ in convolutions)


def _convolve(
    maps: keras.KerasTensor, convolution: tuple[keras.KerasTensor, Any]
) -> keras.KerasTensor:
    kernel, bias = convolution
    maps = ops.conv(maps, kernel, padding="same")
    return maps if bias is False else maps + bias


def _spatial_softmax(logits: keras.KerasTensor) -> keras.KerasTensor:
    logits = ops.cast(logits, "float32")
    shares = ops.exp(logits - ops.max(logits, axis=(1, 2), keepdims=True))
    return shares / ops.sum(shares, axis=(1, 2), keepdims=True)


def _four_orthogonal(shape: tuple[int, ...], dtype: str | None = None) -> keras.KerasTensor:
    """Draw orthogonal kernels for each of the four gates."""
    one = (*shape[:-1], shape[-1] // 4)
    return ops.concatenate([Orthogonal()(one, dtype=dtype) for _ in range(4)], axis=-1)
