"""Ground truth at the size of the prediction, and normalisations of maps."""

from collections.abc import Callable

import keras
from keras import ops

# Keeps quotients and roots finite in float32.
EPSILON = 1e-7


def match(
    truth: keras.KerasTensor,
    prediction: keras.KerasTensor,
    reduce: Callable[..., keras.KerasTensor] = ops.mean,
) -> keras.KerasTensor:
    """Reduce a truth that is larger than the prediction by a whole factor.

    Args:
        truth: (batch, rows * k, columns * k, 1).
        prediction: (batch, rows, columns, 1).
        reduce: of each k x k block: ops.mean (densities, masks) or ops.sum (counts).

    Returns:
        (batch, rows, columns, 1); the truth itself where the sizes are known to be equal.

    Raises:
        ValueError: the sizes have no whole factor in common.
    """
    have, want = (tuple(ops.shape(maps)[1:3]) for maps in (truth, prediction))
    # In a graph sizes may be tensors.
    known = all(isinstance(length, int) for length in (*have, *want))
    if known and have == want:
        return truth
    rows, columns = (many // few for many, few in zip(have, want, strict=True))
    if known and ((rows * want[0], columns * want[1]) != have or 0 in (rows, columns)):
        raise ValueError(f"A truth of {have} cannot be reduced to a prediction of {want}.")
    return reduce(ops.reshape(truth, (-1, want[0], rows, want[1], columns, 1)), axis=(2, 4))


def densities(y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
    """Return the density maps at the size of the prediction.

    Args:
        y_true: (batch, rows * k, columns * k, 2), density then fixation counts.
        y_pred: (batch, rows, columns, 1).

    Returns:
        (batch, rows, columns, 1).

    Raises:
        ValueError: the sizes have no whole factor in common.
    """
    return match(y_true[..., :1], y_pred)


def fixated(y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
    """Return 1 where a pixel of the prediction is fixated, else 0.

    Args:
        y_true: (batch, rows * k, columns * k, 2), density then fixation counts.
        y_pred: (batch, rows, columns, 1).

    Returns:
        (batch, rows, columns, 1), of the dtype of y_pred.

    Raises:
        ValueError: the sizes have no whole factor in common.
    """
    counts = match(y_true[..., 1:], y_pred, ops.sum)
    return ops.cast(counts > 0, y_pred.dtype)


def distribution(maps: keras.KerasTensor, epsilon: float = EPSILON) -> keras.KerasTensor:
    """Divide each map by (epsilon + its sum); values below 0 count as 0.

    Args:
        maps: (batch, rows, columns, channels).
        epsilon: added to the sum.
    """
    maps = ops.maximum(maps, 0)
    return maps / (epsilon + total(maps, keepdims=True))


def relative(maps: keras.KerasTensor) -> keras.KerasTensor:
    """Divide each map by its maximum; maps without positive values stay finite.

    Args:
        maps: (batch, rows, columns, channels).
    """
    return maps / ops.maximum(ops.max(maps, axis=(1, 2, 3), keepdims=True), EPSILON)


def total(maps: keras.KerasTensor, keepdims: bool = False) -> keras.KerasTensor:
    """Return the sum of each map.

    Args:
        maps: (batch, rows, columns, channels).
        keepdims: return (batch, 1, 1, 1) instead of (batch,).
    """
    return ops.sum(maps, axis=(1, 2, 3), keepdims=keepdims)


def mean(maps: keras.KerasTensor, keepdims: bool = False) -> keras.KerasTensor:
    """Return the mean of each map.

    Args:
        maps: (batch, rows, columns, channels).
        keepdims: return (batch, 1, 1, 1) instead of (batch,).
    """
    return ops.mean(maps, axis=(1, 2, 3), keepdims=keepdims)


def standardized(maps: keras.KerasTensor) -> keras.KerasTensor:
    """Subtract the mean of each map and divide by its deviation (ddof 0).

    Args:
        maps: (batch, rows, columns, channels); constant maps become 0.
    """
    centred = maps - mean(maps, keepdims=True)
    variance = mean(ops.square(centred), keepdims=True)
    # A maximum, not a sum: exact for every other map, and without the root's slope at 0.
    return centred / ops.sqrt(ops.maximum(variance, EPSILON**2))
