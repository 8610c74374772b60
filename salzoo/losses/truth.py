"""What losses compare: the truth at the prediction's size, maps as distributions."""

from keras import ops

# Keeps quotients and roots finite in float32.
EPSILON = 1e-7


def match(truth, prediction, reduce=ops.mean):
    """Reduce a truth that is larger than the prediction by a whole factor.

    Args:
        truth: (batch, rows * k, columns * k, 1). prediction: (batch, rows, columns, 1).
        reduce: of each k x k block: ops.mean (densities, masks) or ops.sum (counts).

    Returns:
        (batch, rows, columns, 1); the truth itself where the sizes are known to be equal.

    Raises:
        ValueError: the sizes have no whole factor in common.
    """
    have, want = (tuple(ops.shape(maps)[1:3]) for maps in (truth, prediction))
    # In a graph sizes may be numbers that are still to come.
    known = all(isinstance(length, int) for length in (*have, *want))
    if known and have == want:
        return truth
    rows, columns = (many // few for many, few in zip(have, want, strict=True))
    if known and ((rows * want[0], columns * want[1]) != have or 0 in (rows, columns)):
        raise ValueError(f"A truth of {have} cannot be reduced to a prediction of {want}.")
    return reduce(ops.reshape(truth, (-1, want[0], rows, want[1], columns, 1)), axis=(2, 4))


def densities(y_true, y_pred):
    """Return the densities of y_true (batch, r, c, 2) at the size of y_pred."""
    return match(y_true[..., :1], y_pred)


def fixated(y_true, y_pred):
    """Return 1 where a pixel of y_pred is fixated, else 0."""
    counts = match(y_true[..., 1:], y_pred, ops.sum)
    return ops.cast(counts > 0, y_pred.dtype)


def distribution(maps, epsilon=EPSILON):
    """Divide each map by (epsilon + its sum), values below 0 counting as 0."""
    maps = ops.maximum(maps, 0)
    return maps / (epsilon + total(maps, keepdims=True))


def relative(maps):
    """Divide each map by its maximum; maps without positive values stay finite."""
    return maps / ops.maximum(ops.max(maps, axis=(1, 2, 3), keepdims=True), EPSILON)


def total(maps, keepdims=False):
    """Return the sum of each map."""
    return ops.sum(maps, axis=(1, 2, 3), keepdims=keepdims)


def mean(maps, keepdims=False):
    """Return the mean of each map."""
    return ops.mean(maps, axis=(1, 2, 3), keepdims=keepdims)


def standardized(maps):
    """Subtract each map's mean and divide by its deviation (ddof 0); constant maps become 0."""
    centred = maps - mean(maps, keepdims=True)
    variance = mean(ops.square(centred), keepdims=True)
    # A maximum, not a sum: exact for every other map, and without the root's slope at 0.
    return centred / ops.sqrt(ops.maximum(variance, EPSILON**2))
