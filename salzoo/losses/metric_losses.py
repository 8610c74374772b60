"""Metrics of fixation prediction as losses, and their weighted sum."""

from typing import Any

import keras
from keras import ops

from salzoo.losses.kld import KLD
from salzoo.losses.truth import densities, fixated, mean, relative, standardized, total


@keras.saving.register_keras_serializable(package="salzoo")
class NSS(keras.losses.Loss):
    """Minus the normalised scanpath saliency (SAM, Eq. 12).

    The mean z-score (ddof 0) of the fixated pixels, each counted once. A
    constant map, or one without fixations, gives 0.

    y_true: (batch, rows, columns, 2), density then fixation counts; only the
    counts are used. y_pred: (batch, rows, columns, 1).
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "nss") -> None:
        super().__init__(reduction=reduction, name=name)

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        marks = fixated(y_true, y_pred)
        scores = total(standardized(relative(y_pred)) * marks)
        return -scores / ops.maximum(total(marks), 1.0)


@keras.saving.register_keras_serializable(package="salzoo")
class CC(keras.losses.Loss):
    """Minus the linear correlation coefficient (SAM, Eq. 13), -1..1.

    Where either map is constant the correlation counts as 0.

    y_true: (batch, rows, columns, 2), density then fixation counts; only the
    density is used. y_pred: (batch, rows, columns, 1).
    """

    def __init__(self, reduction: str | None = "sum_over_batch_size", name: str = "cc") -> None:
        super().__init__(reduction=reduction, name=name)

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        truth = relative(densities(y_true, y_pred))
        return -mean(standardized(truth) * standardized(relative(y_pred)))


@keras.saving.register_keras_serializable(package="salzoo")
class WeightedSum(keras.losses.Loss):
    """A weighted sum of KLD, minus CC and minus NSS (SAM, Eq. 11).

    The prediction is divided by its maximum first, as in the authors' code; a
    map that is zero everywhere stays so. Their weights of -2 for CC and -1 for
    NSS are 2 and 1 here, since `CC` and `NSS` carry the sign.

    Args:
        kld: float, weight of the KLD.
        cc: float, weight of minus CC.
        nss: float, weight of minus NSS.

    y_true: (batch, rows, columns, 2), density then fixation counts. y_pred:
    (batch, rows, columns, 1); negative values count as 0 in the KLD.
    """

    def __init__(
        self,
        kld: float = 10.0,
        cc: float = 2.0,
        nss: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "weighted_sum",
    ) -> None:
        super().__init__(reduction=reduction, name=name)
        self.kld, self.cc, self.nss = kld, cc, nss
        self._terms: list[tuple[float, keras.losses.Loss]] = [
            (kld, KLD()),
            (cc, CC()),
            (nss, NSS()),
        ]

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        maps = relative(y_pred)
        return sum(weight * loss.call(y_true, maps) for weight, loss in self._terms if weight)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "kld": self.kld, "cc": self.cc, "nss": self.nss}
