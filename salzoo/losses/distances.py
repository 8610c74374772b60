"""Distances between distributions that the papers compare their losses with.

SAM, Figure 6, trains with the first four; MSI-Net and ASNet cite Jetley et al.
(End-to-end saliency mapping via probability distribution prediction, CVPR
2016), who found the Bhattacharyya distance best. y_true: (batch, rows, columns,
2), density then fixation counts; only the density is used. y_pred: (batch,
rows, columns, 1); in a distribution negative values count as 0. All are 0 for
equal maps, to within 1e-3.
"""

import keras
from keras import ops

from salzoo.losses.truth import EPSILON, densities, distribution, mean, relative, total


class _Distance(keras.losses.Loss):
    """A loss named after its class."""

    def __init__(
        self, reduction: str | None = "sum_over_batch_size", name: str | None = None
    ) -> None:
        super().__init__(reduction=reduction, name=name or type(self).__name__.lower())


@keras.saving.register_keras_serializable(package="salzoo")
class Euclidean(_Distance):
    """Mean squared difference of the two maps, each divided by its maximum; 0..1."""

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        return mean(ops.square(relative(densities(y_true, y_pred)) - relative(y_pred)))


@keras.saving.register_keras_serializable(package="salzoo")
class Cosine(_Distance):
    """One minus the cosine of the angle between the two maps; 0..1."""

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        truth, prediction = relative(densities(y_true, y_pred)), relative(y_pred)
        lengths = total(ops.square(truth)) * total(ops.square(prediction))
        return 1 - total(truth * prediction) / ops.sqrt(ops.maximum(lengths, EPSILON**2))


@keras.saving.register_keras_serializable(package="salzoo")
class ChiSquared(_Distance):
    """Sum of (Q - P)^2 / (P + epsilon) over the pixels of truth Q and prediction P, unit sums.

    For distributions this is Jetley's sum of Q^2 / P, less 1.
    """

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        truth, prediction = distribution(densities(y_true, y_pred)), distribution(y_pred)
        return total(ops.square(truth - prediction) / (prediction + EPSILON))


@keras.saving.register_keras_serializable(package="salzoo")
class TotalVariation(_Distance):
    """Half the sum of the absolute differences of the two maps, unit sums; 0..1."""

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        truth, prediction = distribution(densities(y_true, y_pred)), distribution(y_pred)
        return total(ops.abs(truth - prediction)) / 2


@keras.saving.register_keras_serializable(package="salzoo")
class Bhattacharyya(_Distance):
    """Minus the logarithm of the sum of sqrt(P Q) over the pixels, unit sums; 0 and above."""

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        truth, prediction = distribution(densities(y_true, y_pred)), distribution(y_pred)
        # Keeps the gradient finite and not zero where the prediction is 0.
        overlap = total(ops.sqrt(truth) * ops.sqrt(prediction + 1e-10))
        return -ops.log(overlap + EPSILON)
