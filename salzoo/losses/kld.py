"""Kullback-Leibler divergence between fixation distributions."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="salzoo")
class KLD(keras.losses.Loss):
    """How badly the predicted distribution explains the true one, in nats.

    Both maps are divided by (epsilon + their sum); then, with truth Q and
    prediction P, the sum over all pixels of Q ln(epsilon + Q / (epsilon + P))
    (MSI-Net, Eq. 1). `keras.losses.KLDivergence` does not normalise.

    With epsilon inside, the divergence of a map from itself is not exactly 0
    (about 1e-4 at 240x320), and values are smaller than the benchmark metric's
    (`salzoo.metrics.kl_divergence`).

    Args:
        epsilon: float, the regularisation constant (the authors' code: 1e-7).

    y_true: (batch, rows, columns, 2), density then fixation counts; only the
    density is used. y_pred: (batch, rows, columns, 1), not negative.
    """

    def __init__(self, epsilon=1e-7, reduction="sum_over_batch_size", name="kld"):
        super().__init__(reduction=reduction, name=name)
        self.epsilon = epsilon

    def call(self, y_true, y_pred):
        truth = self._distribution(y_true[..., :1])
        prediction = self._distribution(y_pred)
        ratio = truth / (self.epsilon + prediction)
        return ops.sum(truth * ops.log(self.epsilon + ratio), axis=(1, 2, 3))

    def _distribution(self, maps):
        return maps / (self.epsilon + ops.sum(maps, axis=(1, 2, 3), keepdims=True))

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}
