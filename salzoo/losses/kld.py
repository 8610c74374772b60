"""Kullback-Leibler divergence between fixation distributions."""

from typing import Any

import keras
from keras import ops

from salzoo.losses.truth import EPSILON, densities, distribution, mean, relative, total


@keras.saving.register_keras_serializable(package="salzoo")
class KLD(keras.losses.Loss):
    """Kullback-Leibler divergence of the prediction from the density, in nats.

    Both maps are divided by (epsilon + their sum); then, with truth Q and
    prediction P, the sum over all pixels of Q ln(epsilon + Q / (epsilon + P))
    (MSI-Net, Eq. 1; SAM, Eq. 14). `keras.losses.KLDivergence` does not normalise.

    With epsilon inside, the divergence of a map from itself is not exactly 0
    (about 1e-4 at 240x320), and values are smaller than the benchmark metric's
    (`salzoo.metrics.kl_divergence`).

    Args:
        epsilon: float, the regularisation constant (the authors' code: 1e-7).

    y_true: (batch, rows, columns, 2), density then fixation counts; only the
    density is used. y_pred: (batch, rows, columns, 1), negative values count
    as 0; y_true may be larger by a whole factor.
    """

    def __init__(
        self,
        epsilon: float = EPSILON,
        reduction: str | None = "sum_over_batch_size",
        name: str = "kld",
    ) -> None:
        super().__init__(reduction=reduction, name=name)
        self.epsilon = epsilon

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        truth = distribution(densities(y_true, y_pred), self.epsilon)
        prediction = distribution(y_pred, self.epsilon)
        return total(truth * ops.log(self.epsilon + truth / (self.epsilon + prediction)))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "epsilon": self.epsilon}


@keras.saving.register_keras_serializable(package="salzoo")
class MeanKLD(KLD):
    """Kullback-Leibler divergence as a mean over the pixels (ASNet, Eq. 1), in nats.

    The truth G is divided by its maximum, and the prediction P is scaled to the sum of G;
    then the mean over all pixels of G ln(epsilon + G / (epsilon + P)). Without the scaling,
    as the equation is printed, the least value is not at P = G: P = 1 everywhere scores
    lower. The scaling keeps the equation's factor 1 / (14 * 14), which decides how much a
    fixation map counts beside the masks: the value is that of `KLD` times the mean of G,
    about 0.14 on SALICON's densities.

    Args:
        epsilon: float, the regularisation constant.

    y_true and y_pred: as for `KLD`.
    """

    def __init__(
        self,
        epsilon: float = EPSILON,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_kld",
    ) -> None:
        super().__init__(epsilon, reduction=reduction, name=name)

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        truth = relative(densities(y_true, y_pred))
        prediction = distribution(y_pred, self.epsilon) * total(truth, keepdims=True)
        return mean(truth * ops.log(self.epsilon + truth / (self.epsilon + prediction)))
