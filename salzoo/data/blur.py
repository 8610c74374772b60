"""Gaussian blur equal to scipy's, in operations that every runtime has."""

from __future__ import annotations

from typing import Any

from salzoo.data.operations import operations_of
from salzoo.data.resampling import multiply_rows

# Pixels that are blurred at once: fewer overlap more, more are multiplied by zeros more often.
BLOCK = 128


def gaussian_blur(maps: Any, sigma: Any) -> Any:
    """Blur maps as scipy.ndimage.gaussian_filter does with its default border.

    Args:
        maps: float32 array or tensor ([batch,] rows, columns).
        sigma: standard deviations in pixels for rows and columns, a pair or a tensor (2,), or
            one number for both; 0 is allowed.

    Returns:
        float32, the same shape.
    """
    ops = operations_of(maps, sigma)
    if isinstance(sigma, int | float):
        sigma = (sigma, sigma)
    blurred = _blur_rows(maps[None] if len(maps.shape) == 2 else maps, sigma[0], ops)
    blurred = _blur_rows(ops.transpose(blurred, (0, 2, 1)), sigma[1], ops)
    blurred = ops.with_shape(
        ops.transpose(blurred, (0, 2, 1)), [*([1] if len(maps.shape) == 2 else []), *maps.shape]
    )
    return blurred[0] if len(maps.shape) == 2 else blurred


def _blur_rows(maps: Any, sigma: Any, ops: Any) -> Any:
    """Blur along the rows of (batch, rows, columns), block by block: long sides cost no more."""
    weights, radius = _band(sigma)
    length = ops.shape(maps)[1]
    block, window = ops.shape(weights)[1:]
    blocks = (length + block - 1) // block
    starts = ops.reshape(ops.arange(blocks, ops.integer), (blocks, 1)) * block
    # A mirrored line repeats after twice its length; from there on no place is negative.
    period = 2 * length
    first = period * (radius // period + 1) - radius
    places = (starts + ops.arange(window, ops.integer) + first) % period
    places = ops.minimum(places, period - 1 - places)
    return multiply_rows(maps, places, ops.cast(weights, "float32"))[:, :length]


def _band(sigma: Any) -> tuple[Any, Any]:
    """Return the matrix (1, block, block + 2 radius) that blurs a block, and the radius."""
    ops = operations_of(sigma)
    sigma = ops.cast(sigma, "float64")
    radius = ops.cast(4.0 * sigma + 0.5, ops.integer)
    offsets = ops.cast(ops.arange(2 * radius + 1, ops.integer) - radius, "float64")
    weights = ops.exp(-0.5 * (offsets / ops.maximum(sigma, 1e-9)) ** 2)
    block = ops.maximum(2 * radius, BLOCK)
    # The weights and `block` zeros are one longer than a row: each row moves them on by one.
    row = ops.pad(weights / ops.sum(weights, (0,)), [(0, block)])
    width = block + 2 * radius
    band = ops.reshape(ops.tile(row, (block,))[: block * width], (1, block, width))
    return ops.cast(band, "float32"), radius
