"""Atrous spatial pyramid pooling."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class ASPP(keras.layers.Layer):
    """Combine several receptive fields at every position.

    Five parallel branches of ReLU convolutions: 1x1, one 3x3 per dilation rate,
    and the mean over all positions followed by a 1x1 convolution and spread
    back over the map. They are concatenated and fused by a 1x1 convolution with
    ReLU (MSI-Net, section 3.1; Chen et al. 2017).

    Bilinear resizing of a single value repeats it, so the mean branch repeats the output of
    its 1x1 convolution.

    Args:
        filters: int, maps of each branch and of the output.
        dilation_rates: ints, the rates of the 3x3 branches.

    Input: (batch, rows, columns, channels). Output: (batch, rows, columns,
    filters), not negative.
    """

    def __init__(
        self, filters: int = 256, dilation_rates: Sequence[int] = (4, 8, 12), **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.dilation_rates = tuple(dilation_rates)
        self.point = self._convolution("point", 1)
        self.dilated = [
            self._convolution(f"dilation_{rate}", 3, rate) for rate in self.dilation_rates
        ]
        self.mean = self._convolution("mean", 1)
        self.fuse = self._convolution("fuse", 1)

    def _convolution(
        self, name: str, kernel_size: int, dilation_rate: int = 1
    ) -> keras.layers.Conv2D:
        return keras.layers.Conv2D(
            self.filters,
            kernel_size,
            dilation_rate=dilation_rate,
            padding="same",
            activation="relu",
            name=name,
            dtype=self.dtype_policy,
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        branches = [self.point, *self.dilated, self.mean]
        for branch in branches:
            branch.build(input_shape)
        self.fuse.build((*input_shape[:-1], self.filters * len(branches)))

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        local = [branch(inputs) for branch in (self.point, *self.dilated)]
        context = self.mean(ops.mean(inputs, axis=(1, 2), keepdims=True))
        context = ops.broadcast_to(context, ops.shape(local[0]))
        return self.fuse(ops.concatenate([*local, context], axis=-1))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.filters)

    def multiply_adds(self, input_shape: tuple[int, ...]) -> int:
        """Return the multiply-adds of one image.

        Args:
            input_shape: (batch, rows, columns, channels); the mean branch has one pixel.
        """
        pixels = input_shape[1] * input_shape[2]
        everywhere = [self.point, *self.dilated, self.fuse]
        kernels = sum(math.prod(convolution.kernel.shape) for convolution in everywhere)
        return pixels * kernels + math.prod(self.mean.kernel.shape)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "dilation_rates": self.dilation_rates,
        }
