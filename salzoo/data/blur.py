"""Gaussian blur in TensorFlow graphs, equal to scipy's."""

from typing import Any

import tensorflow as tf

# Pixels that are blurred at once: fewer overlap more, more are multiplied by zeros more often.
BLOCK = 128


def gaussian_blur(map_: Any, sigma: Any) -> tf.Tensor:
    """Blur a map as scipy.ndimage.gaussian_filter does with its default border.

    Args:
        map_: float32 array or tensor (..., rows, columns).
        sigma: standard deviations in pixels, (2,), for rows and columns, or one number
            for both; 0 is allowed.

    Returns:
        float32, the same shape.
    """
    map_ = tf.convert_to_tensor(map_)
    sigma = tf.broadcast_to(tf.cast(sigma, tf.float64), (2,))
    blurred = _blur_lines(_blur_lines(map_, sigma[0], -2), sigma[1], -1)
    blurred.set_shape(map_.shape)
    return blurred


def _blur_lines(map_: tf.Tensor, sigma: tf.Tensor, axis: int) -> tf.Tensor:
    """Blur along one axis (-2 or -1), block by block: long lines cost no more a pixel."""
    shape = tf.shape(map_)
    length = shape[axis]
    radius = tf.cast(4.0 * sigma + 0.5, tf.int32)
    offsets = tf.cast(tf.range(-radius, radius + 1), tf.float64)
    weights = tf.exp(-0.5 * tf.square(offsets / tf.maximum(sigma, 1e-9)))
    weights = tf.cast(weights / tf.reduce_sum(weights), tf.float32)
    block = tf.minimum(length, tf.maximum(2 * radius, BLOCK))
    width = block + 2 * radius
    blocks = -(-length // block)
    # Pixels that each block needs; a mirrored line repeats after twice its length.
    seen = (block * tf.range(blocks)[:, None] + tf.range(width) - radius) % (2 * length)
    parts = tf.gather(map_, tf.minimum(seen, 2 * length - 1 - seen), axis=axis)
    # The weights and `block` zeros are one longer than a row: each row moves them on by one.
    band = tf.tile(tf.pad(weights, [[0, block]]), [block])[: block * width]
    band = tf.reshape(band, [block, width])
    if axis == -2:
        blurred = tf.matmul(band, parts)
    else:
        blurred = tf.matmul(tf.reshape(parts, [-1, width]), band, transpose_b=True)
    whole = tf.concat([shape[:axis], [blocks * block], shape[axis:][1:]], axis=0)
    return tf.slice(tf.reshape(blurred, whole), tf.zeros_like(shape), shape)
