"""Losses of the papers, on every Keras backend."""

from collections.abc import Iterable
from typing import Any

import keras

from salzoo.losses.distances import Bhattacharyya, ChiSquared, Cosine, Euclidean, TotalVariation
from salzoo.losses.kld import KLD, MeanKLD
from salzoo.losses.metric_losses import CC, NSS, WeightedSum
from salzoo.losses.regression import L1, L2, L2Sum, SigmoidCrossEntropy
from salzoo.losses.salient_object import SalientObject

# Of fixation maps, by the names that recipes use.
FIXATION_LOSSES = {
    "kld": KLD,
    "mean_kld": MeanKLD,
    "cc": CC,
    "nss": NSS,
    "weighted_sum": WeightedSum,
    "euclidean": Euclidean,
    "cosine": Cosine,
    "chi_squared": ChiSquared,
    "total_variation": TotalVariation,
    "bhattacharyya": Bhattacharyya,
    "l2": L2,
    "l2_sum": L2Sum,
    "l1": L1,
    "sigmoid_cross_entropy": SigmoidCrossEntropy,
}
# Of masks; a fixation map beside them has the mean KLD, as in ASNet.
OBJECT_LOSSES = {"salient_object": SalientObject}
LOSSES = {**FIXATION_LOSSES, **OBJECT_LOSSES}


def make_loss(
    name: str, outputs: Iterable[str] | None = None, **options: Any
) -> keras.losses.Loss | dict[str, keras.losses.Loss]:
    """Make the loss argument of `keras.Model.compile`.

    Args:
        name: in LOSSES.
        outputs: names of the outputs of a model that returns a dict; "fixation" is a
            fixation map, all others are masks. None: one output.
        **options: of the named loss.

    Returns:
        A loss, or a dict with one for each output.
    """
    if outputs is None:
        return LOSSES[name](**options)
    return {
        output: MeanKLD() if output == "fixation" else LOSSES[name](**options) for output in outputs
    }


__all__ = [
    "CC",
    "FIXATION_LOSSES",
    "KLD",
    "L1",
    "L2",
    "LOSSES",
    "NSS",
    "OBJECT_LOSSES",
    "Bhattacharyya",
    "ChiSquared",
    "Cosine",
    "Euclidean",
    "L2Sum",
    "MeanKLD",
    "SalientObject",
    "SigmoidCrossEntropy",
    "TotalVariation",
    "WeightedSum",
    "make_loss",
]
