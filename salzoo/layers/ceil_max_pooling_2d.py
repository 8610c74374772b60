"""Max pooling whose last window may reach over the border."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class CeilMaxPooling2D(keras.layers.Layer):
    """Max pooling of 3x3 windows with stride 2 that starts at the first pixel.

    Window i covers pixels 2i to 2i+2, cut at the border, so n pixels give
    ceil(n / 2). On even n this is Caffe's rounding up; on odd n Caffe drops the
    last window, which holds the last pixel alone, and the map would end before
    the image does. Padding "same" of Keras begins odd maps one pixel earlier.

    Input: (batch, rows, columns, channels). Output: (batch, ceil(rows / 2),
    ceil(columns / 2), channels).
    """

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        # Two copies of the last pixel change no maximum of a window that holds it.
        for axis in (1, 2):
            last = _last(inputs, axis)
            inputs = ops.concatenate([inputs, last, last], axis=axis)
        return ops.max_pool(inputs, 3, 2, padding="valid")

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        batch, rows, columns, channels = input_shape
        return (batch, _half(rows), _half(columns), channels)


def _half(length: int | None) -> int | None:
    return None if length is None else (length + 1) // 2


def _last(maps: keras.KerasTensor, axis: int) -> keras.KerasTensor:
    return maps[:, -1:] if axis == 1 else maps[:, :, -1:]
