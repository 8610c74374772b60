"""Losses of salient object detection."""

from typing import Any

import keras
from keras import ops

from salzoo.losses.truth import EPSILON, match, mean, total


@keras.saving.register_keras_serializable(package="salzoo")
class SalientObject(keras.losses.Loss):
    """Weighted cross-entropy with precision, recall, F-measure and MAE (ASNet, Eqs. 7 to 12).

    The share of salient pixels weighs the background's cross-entropy, the rest
    the object's. Printed, Eq. 8 lacks its minus, and Eq. 11 with the negative
    terms of Eqs. 9 and 10 is a positive F-measure that minimising would lower:
    here every term falls as the map gets better.

    Args:
        precision: float, weight of minus the precision; 0 leaves it out, as below.
        recall: float, weight of minus the recall.
        f_measure: float, weight of minus the F-measure.
        mae: float, weight of the mean absolute error.
        beta_squared: float, of the F-measure.

    y_true: (batch, rows, columns, 1), mask 0..1; may be larger by a whole
    factor. y_pred: (batch, rows, columns, 1), 0..1.
    """

    def __init__(
        self,
        precision: float = 0.1,
        recall: float = 0.1,
        f_measure: float = 0.1,
        mae: float = 0.1,
        beta_squared: float = 0.3,
        reduction: str | None = "sum_over_batch_size",
        name: str = "salient_object",
    ) -> None:
        super().__init__(reduction=reduction, name=name)
        self.precision, self.recall = precision, recall
        self.f_measure, self.mae = f_measure, mae
        self.beta_squared = beta_squared

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        mask = match(y_true, y_pred)
        found = total(mask * y_pred)
        precision = found / (total(y_pred) + EPSILON)
        recall = found / (total(mask) + EPSILON)
        weighted = self.beta_squared * precision + recall
        f_measure = (1 + self.beta_squared) * precision * recall / (weighted + EPSILON)
        return (
            _weighted_cross_entropy(mask, y_pred)
            - self.precision * precision
            - self.recall * recall
            - self.f_measure * f_measure
            + self.mae * mean(ops.abs(mask - y_pred))
        )

    def get_config(self) -> dict[str, Any]:
        names = ("precision", "recall", "f_measure", "mae", "beta_squared")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _weighted_cross_entropy(
    mask: keras.KerasTensor, prediction: keras.KerasTensor
) -> keras.KerasTensor:
    prediction = ops.clip(prediction, EPSILON, 1 - EPSILON)
    salient = mean(mask, keepdims=True)
    background = salient * (1 - mask) * ops.log(1 - prediction)
    return -mean(background + (1 - salient) * mask * ops.log(prediction))
