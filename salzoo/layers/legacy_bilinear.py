"""Bilinear enlargement as TensorFlow 1 did it."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class LegacyBilinear(keras.layers.Layer):
    """Enlarge a map by a whole factor with TensorFlow 1's legacy bilinear form.

    Output pixel `i` samples the input at `i / factor`: the grids share their
    first pixel, neither their centres nor their corners, and the last input
    pixel is repeated. `keras.layers.UpSampling2D` samples at half-pixel centres
    instead, which is another network once weights are trained (MSI-Net, whose
    four internal resizes have this form).

    Written with slices, stack and reshape so that unknown rows and columns
    survive export.

    Args:
        factor: int, at least 1; rows and columns grow by it.

    Input: (batch, rows, columns, channels). Output: (batch, factor * rows,
    factor * columns, channels), same dtype.

    Raises:
        ValueError: `factor` is not a positive whole number.
    """

    def __init__(self, factor=2, **kwargs):
        super().__init__(**kwargs)
        if factor != int(factor) or factor < 1:
            raise ValueError(f"factor must be a positive whole number, got {factor!r}.")
        self.factor = int(factor)

    def call(self, inputs):
        return self._enlarge(self._enlarge(inputs, axis=1), axis=2)

    def _enlarge(self, inputs, axis):
        following = ops.concatenate(
            [_part(inputs, axis, 1, None), _part(inputs, axis, -1, None)], axis=axis
        )
        step = (following - inputs) * (1.0 / self.factor)
        phases = [inputs + step * phase for phase in range(self.factor)]
        shape = list(ops.shape(inputs))
        shape[axis] = shape[axis] * self.factor
        return ops.reshape(ops.stack(phases, axis=axis + 1), shape)

    def compute_output_shape(self, input_shape):
        batch, rows, columns, channels = input_shape
        grow = lambda length: None if length is None else length * self.factor  # noqa: E731
        return (batch, grow(rows), grow(columns), channels)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def _part(tensor, axis, start, stop):
    index = [slice(None)] * 4
    index[axis] = slice(start, stop)
    return tensor[tuple(index)]
