"""Bilinear enlargement as TensorFlow 1 and Theano did it."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class LegacyBilinear(keras.layers.Layer):
    """Enlarge a map by a whole factor with the bilinear form of an old framework.

    Output pixel `i` samples the input at `(i - offset) / factor`; beyond its
    border the input is repeated. `keras.layers.UpSampling2D` samples at
    half-pixel centres instead, which is another network once weights are trained.

    TensorFlow 1's legacy resize has offset 0: the grids share their first pixel
    (MSI-Net, whose four internal resizes have this form). Theano's
    `bilinear_upsampling` has offset (factor - 1) // 2: for an even factor half an
    output pixel less than the pixel centres ask for (SAM, factor 16, offset 7).

    Written with slices, stack and reshape so that unknown rows and columns
    survive export.

    Args:
        factor: int, at least 1; rows and columns grow by it.
        offset: int, the output pixel that falls on the first input pixel,
            below `factor`.

    Input: (batch, rows, columns, channels). Output: (batch, factor * rows,
    factor * columns, channels), same dtype.

    Raises:
        ValueError: `factor` is not a positive whole number, or `offset` not one
            of 0 to factor - 1.
    """

    def __init__(self, factor: int = 2, offset: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if factor != int(factor) or factor < 1:
            raise ValueError(f"factor must be a positive whole number, got {factor!r}.")
        if offset not in range(int(factor)):
            raise ValueError(f"offset must be a whole number below {factor}, got {offset!r}.")
        self.factor = int(factor)
        self.offset = int(offset)

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return self._enlarge(self._enlarge(inputs, axis=1), axis=2)

    def _enlarge(self, inputs: keras.KerasTensor, axis: int) -> keras.KerasTensor:
        first, last = _part(inputs, axis, None, 1), _part(inputs, axis, -1, None)
        up = ops.concatenate([_part(inputs, axis, 1, None), last], axis=axis) - inputs
        down = ops.concatenate([first, _part(inputs, axis, None, -1)], axis=axis) - inputs
        shares = [(pixel - self.offset) / self.factor for pixel in range(self.factor)]
        phases = [inputs + (up if share >= 0 else down) * abs(share) for share in shares]
        shape = list(ops.shape(inputs))
        shape[axis] = shape[axis] * self.factor
        return ops.reshape(ops.stack(phases, axis=axis + 1), shape)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, rows, columns, channels = input_shape
        rows, columns = (
            None if length is None else length * self.factor for length in (rows, columns)
        )
        return (batch, rows, columns, channels)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor, "offset": self.offset}


def _part(
    tensor: keras.KerasTensor, axis: int, start: int | None, stop: int | None
) -> keras.KerasTensor:
    index = [slice(None)] * 4
    index[axis] = slice(start, stop)
    return tensor[tuple(index)]
