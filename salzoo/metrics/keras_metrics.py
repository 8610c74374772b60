"""Keras metrics for `fit`, on every backend, in float32.

They are means over images at the size of the model's input; the benchmark
numbers, at the size of the original images and in float64, come from
`salzoo.evaluation`. An image whose truth is missing is left out; a mean over no
image is NaN. A truth that is larger than the prediction by a whole factor is
reduced to it. `sample_weight` is a weight for each image, (batch,).

    model.compile(optimizer, loss, metrics=metrics_in_fit(Task.FIXATIONS))
"""

import keras
from keras import ops

from salzoo.losses.truth import match
from salzoo.metrics.object_case import BETA_SQUARED
from salzoo.utils.task import Task

EPSILON = 2.0**-52

# Losses have some of these names too.
_register = keras.saving.register_keras_serializable(package="salzoo.metrics")


def metrics_in_fit(task: Task) -> list[keras.metrics.Metric]:
    """Return new metrics for a task.

    Args:
        task: `Task.FIXATIONS` (NSS, CC, SIM, KLD) or `Task.OBJECTS` (MAE, MaxF).
    """
    return [metric() for metric in _BY_TASK[task]]


class _MeanOverImages(keras.metrics.Mean):
    """Mean of `scores` over the images where it is defined."""

    def __init__(self, name: str | None = None, dtype: str | None = None) -> None:
        super().__init__(name or type(self).__name__.lower(), dtype)

    def scores(
        self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return the score of each image and whether it is defined, both (batch,)."""
        raise NotImplementedError

    def update_state(
        self,
        y_true: keras.KerasTensor,
        y_pred: keras.KerasTensor,
        sample_weight: keras.KerasTensor | None = None,
    ) -> None:
        """Add a batch: y_true as the class says, y_pred (batch, rows, columns, 1)."""
        y_true, y_pred = (ops.cast(maps, self.dtype) for maps in (y_true, y_pred))
        scores, defined = self.scores(_reduced(y_true, y_pred), y_pred)
        weights = _weights(defined, sample_weight, self.dtype)
        super().update_state(ops.where(defined, scores, 0.0), weights)

    def result(self) -> keras.KerasTensor:
        """Return the mean so far."""
        return _mean(self.total, self.count)


@_register
class NSS(_MeanOverImages):
    """Normalised scanpath saliency, as the convention `tuebingen` defines it.

    Mean over all fixations of the map's z-score (ddof 0); 0 for a constant map.
    y_true: (batch, rows, columns, 2), density then fixation counts; an image
    without fixations is left out. y_pred: (batch, rows, columns, 1).
    """

    def scores(
        self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return the score of each image and whether it is defined, both (batch,)."""
        counts, fixations = y_true[..., 1:], _sum(y_true[..., 1:])
        deviation = _deviation(y_pred)
        spread = ops.sqrt(ops.mean(deviation**2, axis=(1, 2, 3)))
        at_fixations = _sum(deviation * counts) / ops.maximum(fixations, 1)
        return at_fixations / ops.where(spread == 0, 1.0, spread), fixations > 0


@_register
class CC(_MeanOverImages):
    """Pearson's correlation of prediction and density, -1..1; 0 for a constant prediction.

    y_true: (batch, rows, columns, 2), density then fixation counts; an image
    with a constant density is left out. y_pred: (batch, rows, columns, 1).
    """

    def scores(
        self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return the score of each image and whether it is defined, both (batch,)."""
        truth, prediction = _deviation(y_true[..., :1]), _deviation(y_pred)
        scale = ops.sqrt(_sum(truth**2)) * ops.sqrt(_sum(prediction**2))
        product = _sum(truth * prediction)
        return product / ops.where(scale == 0, 1.0, scale), _sum(truth**2) > 0


@_register
class SIM(_MeanOverImages):
    """Intersection of prediction and density, 0..1, as the convention `tuebingen` defines it.

    Both are divided by their sums and nothing else (a map with negative values
    is first shifted to 0; an empty one counts as uniform).
    y_true: (batch, rows, columns, 2), density then fixation counts; an image
    with an empty density is left out. y_pred: (batch, rows, columns, 1).
    """

    def scores(
        self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return the score of each image and whether it is defined, both (batch,)."""
        truth, prediction = _distribution(y_true[..., :1]), _distribution(y_pred)
        return _sum(ops.minimum(truth, prediction)), _sum(y_true[..., :1]) > 0


@_register
class KLD(_MeanOverImages):
    """Divergence of the prediction from the density in nats, as `tuebingen` defines it.

    Maps are made distributions as for `SIM`; then the sum of Q ln(eps + Q / (P +
    eps)) with truth Q, prediction P and eps 2.2204e-16. Unlike the loss of this
    name, 0 for equal maps.
    y_true: (batch, rows, columns, 2), density then fixation counts; an image
    with an empty density is left out. y_pred: (batch, rows, columns, 1).
    """

    def scores(
        self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return the score of each image and whether it is defined, both (batch,)."""
        truth, prediction = _distribution(y_true[..., :1]), _distribution(y_pred)
        ratio = truth / (prediction + EPSILON)
        return _sum(truth * ops.log(EPSILON + ratio)), _sum(y_true[..., :1]) > 0


@_register
class MAE(_MeanOverImages):
    """Mean absolute error, 0..1, as the object convention `raw`: no stretching.

    y_true: (batch, rows, columns, 1), mask 0..1, object above 128 of 255.
    y_pred: (batch, rows, columns, 1), 0..1.
    """

    def scores(
        self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor
    ) -> tuple[keras.KerasTensor, keras.KerasTensor]:
        """Return the score of each image and whether it is defined, both (batch,)."""
        error = ops.mean(ops.abs(y_pred - _truth(y_true)), axis=(1, 2, 3))
        return error, ops.ones_like(error, dtype="bool")


@_register
class MaxF(keras.metrics.Metric):
    """F with beta squared 0.3, 0..1, as the object convention `raw`: no stretching.

    The maximum of the curve over 256 thresholds that is the mean of all images'
    F curves, as for a data set (not the mean of the images' maxima).
    y_true: (batch, rows, columns, 1), mask 0..1, object above 128 of 255.
    y_pred: (batch, rows, columns, 1), 0..1.
    """

    def __init__(self, name: str = "max_f", dtype: str | None = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_weight(name="total", shape=(256,), initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(
        self,
        y_true: keras.KerasTensor,
        y_pred: keras.KerasTensor,
        sample_weight: keras.KerasTensor | None = None,
    ) -> None:
        """Add a batch."""
        truth = _truth(_reduced(ops.cast(y_true, self.dtype), y_pred))
        levels = ops.floor(ops.clip(ops.cast(y_pred, self.dtype), 0, 1) * 255)
        batch = ops.shape(y_pred)[0]
        image = ops.reshape(ops.arange(batch, dtype="int32"), (-1, 1, 1, 1))
        bins = ops.reshape(image * 512 + ops.cast(truth * 256 + levels, "int32"), (-1,))
        counts = ops.segment_sum(ops.ones_like(bins, self.dtype), bins, num_segments=batch * 512)
        # Found at each threshold, from the highest: wrongly and rightly.
        found = ops.cumsum(ops.flip(ops.reshape(counts, (-1, 2, 256)), axis=-1), axis=-1)
        right = found[:, 1]
        precision = right / ops.maximum(found[:, 0] + right, 1)
        recall = right / ops.maximum(right[:, -1:], 1)
        below = BETA_SQUARED * precision + recall
        curves = (1 + BETA_SQUARED) * precision * recall / ops.where(below == 0, 1.0, below)
        weights = _weights(ops.ones_like(right[:, 0]), sample_weight, self.dtype)
        self.total.assign_add(ops.sum(curves * weights[:, None], axis=0))
        self.count.assign_add(ops.sum(weights))

    def result(self) -> keras.KerasTensor:
        """Return the maximum of the mean curve so far."""
        return ops.max(_mean(self.total, self.count))


_BY_TASK = {Task.FIXATIONS: (NSS, CC, SIM, KLD), Task.OBJECTS: (MAE, MaxF)}


def _reduced(y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
    """Return a truth that is larger by a whole factor at the size of the prediction."""
    parts = [match(y_true[..., :1], y_pred)]
    if y_true.shape[-1] == 2:
        parts.append(match(y_true[..., 1:], y_pred, ops.sum))
    return ops.concatenate(parts, axis=-1)


def _weights(
    defined: keras.KerasTensor, sample_weight: keras.KerasTensor | None, dtype: str
) -> keras.KerasTensor:
    weights = ops.cast(defined, dtype)
    if sample_weight is None:
        return weights
    return weights * ops.reshape(ops.cast(sample_weight, dtype), (-1,))


def _mean(total: keras.KerasTensor, count: keras.KerasTensor) -> keras.KerasTensor:
    total, count = ops.convert_to_tensor(total), ops.convert_to_tensor(count)
    return ops.where(count > 0, total / ops.where(count > 0, count, 1.0), float("nan"))


def _sum(maps: keras.KerasTensor) -> keras.KerasTensor:
    return ops.sum(maps, axis=(1, 2, 3))


def _deviation(maps: keras.KerasTensor) -> keras.KerasTensor:
    """Return the maps less their means, exactly 0 where they are constant."""
    axes = {"axis": (1, 2, 3), "keepdims": True}
    varies = ops.max(maps, **axes) > ops.min(maps, **axes)
    return ops.where(varies, maps - ops.mean(maps, **axes), 0.0)


def _distribution(maps: keras.KerasTensor) -> keras.KerasTensor:
    """Return the maps divided by their sums."""
    axes = {"axis": (1, 2, 3), "keepdims": True}
    maps = maps - ops.minimum(ops.min(maps, **axes), 0)
    total = ops.sum(maps, **axes)
    # Of a map of zeros, one over the number of its pixels.
    return ops.where(total > 0, maps, 1.0) / ops.where(
        total > 0, total, ops.sum(ops.ones_like(maps), **axes)
    )


def _truth(mask: keras.KerasTensor) -> keras.KerasTensor:
    return ops.cast(ops.round(mask * 255) > 128, mask.dtype)
