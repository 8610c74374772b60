"""Images and their maps mirrored and turned together."""

import math

import tensorflow as tf


def mirrored(maps, mirror):
    """Return maps (rows, columns, channels) left to right if `mirror` (bool tensor) says so."""
    return tf.cond(mirror, lambda: maps[:, ::-1], lambda: maps)


def turned(maps, degrees, outside=0.0):
    """Turn maps about their centre, counter-clockwise, bilinearly.

    Args:
        maps: float32 (rows, columns, channels).
        degrees: scalar tensor.
        outside: what comes in from beyond the border.

    Returns:
        float32, the same shape.
    """
    size = tf.shape(maps)[:2]
    transform = tf.concat([tf.reshape(_towards_source(size, degrees), [6]), [0.0, 0.0]], axis=0)
    result = tf.raw_ops.ImageProjectiveTransformV3(
        images=maps[None],
        transforms=transform[None],
        output_shape=size,
        fill_value=outside,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )[0]
    return tf.ensure_shape(result, maps.shape)


def turned_counts(counts, degrees):
    """Turn fixation counts (rows, columns, 1) like `turned`, each as a point of its pixel's centre.

    No count is divided between pixels; what leaves the map is gone.
    """
    size = tf.shape(counts)[:2]
    pixels = tf.where(counts[..., 0] > 0)
    values = tf.gather_nd(counts[..., 0], pixels)
    # The way there is the way back of the opposite angle.
    there = _towards_source(size, -degrees)
    places = tf.cast(pixels[:, ::-1], tf.float32)
    moved = tf.matmul(places, there[:, :2], transpose_b=True) + there[:, 2]
    moved = tf.cast(tf.round(moved[:, ::-1]), tf.int32)
    inside = tf.reduce_all((moved >= 0) & (moved < size), axis=1)
    result = tf.scatter_nd(moved[inside], values[inside], size)
    return tf.ensure_shape(result[..., None], counts.shape)


def _towards_source(size, degrees):
    """Return the (2, 3) matrix from a pixel (x, y) of the turned map to its place in the map."""
    angle = tf.cast(degrees, tf.float32) * (math.pi / 180)
    cosine, sine = tf.cos(angle), tf.sin(angle)
    y, x = tf.unstack((tf.cast(size, tf.float32) - 1) / 2)
    return tf.stack(
        [
            [cosine, -sine, x - cosine * x + sine * y],
            [sine, cosine, y - sine * x - cosine * y],
        ]
    )
