"""Resizing of images and maps as products with matrices, the same in every runtime.

A side that shrinks is averaged by area, one that grows is interpolated with Keys' bicubic kernel
(a = -0.5) at pixel centres, without leaving the range of the input. Both are linear along rows
and along columns. Their matrices are zero except near the diagonal: a block of BLOCK outputs
needs a window of neighbouring inputs, so that memory grows with the image and not with its square.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from salzoo.data.operations import operations_of

# Outputs that are computed from one window.
BLOCK = 16
# TensorFlow reads the cubic kernel from a table with so many steps between two pixels.
CUBIC_STEPS = 1024.0


def resample(images: Any, size: tuple[Any, Any]) -> Any:
    """Shrink each side by area and grow it bicubically, within the input's range.

    Args:
        images: array or tensor (batch, rows, columns, channels), uint8 or float.
        size: (rows, columns) of the result, numbers or scalar tensors.

    Returns:
        float32 (batch, *size, channels).
    """
    ops = operations_of(images, size)
    rows, columns = size
    _, current_rows, current_columns, _ = ops.shape(images)
    less_rows, less_columns = ops.minimum(current_rows, rows), ops.minimum(current_columns, columns)
    # Rows first: whole rows are copied. Growing, they come last, when there are most pixels.
    shrunk = _resample_rows(images, less_rows, _shrink_rows)
    shrunk = _resample_columns(shrunk, less_columns, _shrink_rows)
    shrunk = ops.cast(shrunk, "float32")
    if _equal(less_rows, rows) and _equal(less_columns, columns):
        return shrunk
    grown = _resample_columns(shrunk, columns, _grow_rows)
    grown = _resample_rows(grown, rows, _grow_rows)
    lowest, highest = ops.min(shrunk, (1, 2)), ops.max(shrunk, (1, 2))
    return ops.minimum(ops.maximum(grown, lowest), highest)


def multiply_rows(values: Any, starts: Any, weights: Any) -> Any:
    """Multiply windows of rows with a matrix each.

    Args:
        values: (batch, rows, any).
        starts: integers (blocks, window), the rows of each window, all of 0 to rows - 1.
        weights: float32 (blocks or 1, block, window).

    Returns:
        float32 (batch, blocks * block, any).
    """
    ops = operations_of(values, starts)
    batch, _, width = ops.shape(values)
    blocks = ops.shape(starts)[0]
    windows = ops.cast(ops.take(values, starts, 1), "float32")
    products = ops.matmul(weights, windows)
    return ops.reshape(products, (batch, blocks * ops.shape(weights)[1], width))


def _resample_rows(images: Any, target: Any, resample_: Callable[[Any, Any], Any]) -> Any:
    ops = operations_of(images, target)
    if _equal(ops.shape(images)[1], target):
        return images
    return ops.call(resample_, images, target)


def _resample_columns(images: Any, target: Any, resample_: Callable[[Any, Any], Any]) -> Any:
    ops = operations_of(images, target)
    if _equal(ops.shape(images)[2], target):
        return images
    turned = ops.transpose(images, (0, 2, 1, 3))
    return ops.transpose(_resample_rows(turned, target, resample_), (0, 2, 1, 3))


def _shrink_rows(images: Any, target: Any) -> Any:
    return _weighted_rows(images, target, _area_weights)


def _grow_rows(images: Any, target: Any) -> Any:
    return _weighted_rows(images, target, _cubic_weights)


def _weighted_rows(images: Any, target: Any, weigh: Any) -> Any:
    ops = operations_of(images, target)
    batch, rows, columns, channels = ops.shape(images)
    blocks = (target + BLOCK - 1) // BLOCK
    starts, weights = weigh(rows, target, blocks, ops)
    places = starts + ops.arange(ops.shape(weights)[2], ops.integer)
    places = ops.minimum(ops.maximum(places, 0), rows - 1)
    lines = ops.reshape(images, (batch, rows, columns * channels))
    lines = multiply_rows(lines, places, weights)[:, :target]
    return ops.reshape(lines, (batch, target, columns, channels))


def _area_weights(length: Any, target: Any, blocks: Any, ops: Any) -> tuple[Any, Any]:
    """Return the first input of each block and the shares of the inputs that an output covers.

    Output i covers i * length / target to (i + 1) * length / target. Whole numbers and
    fractions are kept apart, so that long sides lose no precision.
    """
    outputs = _outputs(target, blocks, ops.integer, ops)
    start = (outputs * length // target)[:, :1]
    edges = []
    for edge in (outputs * length, (outputs + 1) * length):
        share = ops.cast(edge % target, "float32") / ops.cast(target, "float32")
        edges.append((ops.cast(edge // target - start, "float32") + share)[..., None])
    left, right = edges
    window = ops.arange((BLOCK * length + target - 1) // target + 1, "float32")
    covered = ops.minimum(window + 1.0, right) - ops.maximum(window, left)
    return start, ops.maximum(covered, 0.0) / (right - left)


def _cubic_weights(length: Any, target: Any, blocks: Any, ops: Any) -> tuple[Any, Any]:
    """Return the first input of each block and the weights of the cubic kernel.

    Inputs beyond the border count nothing, the others in proportion more.
    """
    outputs = _outputs(target, blocks, "float32", ops)
    step = ops.cast(length, "float32") / ops.cast(target, "float32")
    position = (outputs + 0.5) * step - 0.5
    below = ops.floor(position)
    share = ops.round((position - below) * CUBIC_STEPS) / CUBIC_STEPS
    start = below[:, :1] - 1.0
    window = ops.arange((BLOCK * length + target - 1) // target + 4, "float32")
    distance = ops.absolute((below - start + share)[..., None] - window)
    near = (1.5 * distance - 2.5) * distance * distance + 1.0
    far = ((-0.5 * distance + 2.5) * distance - 4.0) * distance + 2.0
    zero = 0.0 * distance
    weights = ops.where(distance < 1.0, near, ops.where(distance < 2.0, far, zero))
    place = start[..., None] + window
    inside = (place >= 0.0) & (place < ops.cast(length, "float32"))
    weights = weights * ops.cast(inside, "float32")
    return ops.cast(start, ops.integer), weights / ops.sum(weights, (2,))


def _outputs(target: Any, blocks: Any, dtype: str, ops: Any) -> Any:
    """Return the outputs of each block; what is missing of the last block repeats the last."""
    numbers = ops.minimum(ops.arange(blocks * BLOCK, ops.integer), target - 1)
    return ops.cast(ops.reshape(numbers, (blocks, BLOCK)), dtype)


def _equal(one: Any, other: Any) -> bool:
    """Return whether two sizes are known now and equal."""
    known = isinstance(one, int | np.integer) and isinstance(other, int | np.integer)
    return known and bool(one == other)
