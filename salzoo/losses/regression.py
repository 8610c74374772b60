"""Losses of networks that regress the map itself (Pan et al., sections 3.2 and 4.2).

The truth is the density divided by its maximum, 0..1. The penalty on the weights
is the kernels' own, see `salzoo.models.pan`. y_true: (batch, rows, columns, 2),
density then fixation counts; only the density is used. y_pred: (batch, rows,
columns, 1), of any sign.
"""

import keras
from keras import ops

from salzoo.losses.truth import EPSILON, densities, mean, relative, total


class _Regression(keras.losses.Loss):
    """A loss of the density divided by its maximum and the prediction."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = None
    ) -> None:
        super().__init__(reduction=reduction, name=name or type(self).__name__.lower())

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        return self.compare(relative(densities(y_true, y_pred)), y_pred)


@keras.saving.register_keras_serializable(package="salzoo")
class L2(_Regression):
    """Mean squared difference."""

    def compare(self, truth: keras.KerasTensor, prediction: keras.KerasTensor) -> keras.KerasTensor:
        return mean(ops.square(truth - prediction))


@keras.saving.register_keras_serializable(package="salzoo")
class L2Sum(_Regression):
    """Half the sum of the squared differences on a scale of -1..1, as Caffe computes it.

    Its learning rates are smaller by the number of pixels than those of `L2`. A
    difference on the scale 0..1 of the maps is twice as much on -1..1.
    """

    def compare(self, truth: keras.KerasTensor, prediction: keras.KerasTensor) -> keras.KerasTensor:
        return total(ops.square(2 * (truth - prediction))) / 2


@keras.saving.register_keras_serializable(package="salzoo")
class L1(_Regression):
    """Mean absolute difference."""

    def compare(self, truth: keras.KerasTensor, prediction: keras.KerasTensor) -> keras.KerasTensor:
        return mean(ops.abs(truth - prediction))


@keras.saving.register_keras_serializable(package="salzoo")
class SigmoidCrossEntropy(_Regression):
    """Mean cross-entropy of each pixel, of a network whose output is a sigmoid, 0..1."""

    def compare(self, truth: keras.KerasTensor, prediction: keras.KerasTensor) -> keras.KerasTensor:
        prediction = ops.clip(prediction, EPSILON, 1 - EPSILON)
        return -mean(truth * ops.log(prediction) + (1 - truth) * ops.log(1 - prediction))
