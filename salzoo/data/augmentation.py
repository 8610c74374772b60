"""Images and their maps mirrored, turned, zoomed and recoloured together."""

import math

import tensorflow as tf

# Of red, green and blue in what the eye calls bright (ITU-R BT.601).
LUMINANCE = (0.299, 0.587, 0.114)


def mirrored(maps, mirror):
    """Return maps (rows, columns, channels) left to right if `mirror` (bool tensor) says so."""
    return tf.cond(mirror, lambda: maps[:, ::-1], lambda: maps)


def moved(maps, move, outside=0.0):
    """Turn, zoom and shift maps, bilinearly.

    Args:
        maps: float32 (rows, columns, channels).
        move: float32 tensor (4,): degrees, counter-clockwise about the centre; the factor
            by which things get larger; the shift to the right and down, as a share of the
            columns and rows.
        outside: what comes in from beyond the border.

    Returns:
        float32, the same shape.
    """
    size = tf.shape(maps)[:2]
    transform = tf.concat([tf.reshape(_towards_source(size, move), [6]), [0.0, 0.0]], axis=0)
    result = tf.raw_ops.ImageProjectiveTransformV3(
        images=maps[None],
        transforms=transform[None],
        output_shape=size,
        fill_value=outside,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )[0]
    return tf.ensure_shape(result, maps.shape)


def moved_counts(counts, move):
    """Move fixation counts (rows, columns, 1) like `moved`, each as a point of its pixel's centre.

    No count is divided between pixels; what leaves the map is gone.
    """
    size = tf.shape(counts)[:2]
    pixels = tf.where(counts[..., 0] > 0)
    values = tf.gather_nd(counts[..., 0], pixels)
    there = _towards_target(size, move)
    places = tf.cast(pixels[:, ::-1], tf.float32)
    found = tf.matmul(places, there[:, :2], transpose_b=True) + there[:, 2]
    found = tf.cast(tf.round(found[:, ::-1]), tf.int32)
    inside = tf.reduce_all((found >= 0) & (found < size), axis=1)
    result = tf.scatter_nd(found[inside], values[inside], size)
    return tf.ensure_shape(result[..., None], counts.shape)


def recoloured(image, factors):
    """Change brightness, contrast and saturation of an image, float32 RGB 0..255.

    Args:
        factors: float32 tensor (3,): of all values, of their distance from the image's
            mean, of their distance from the pixel's luminance; 1 changes nothing.
    """
    brightness, contrast, saturation = tf.unstack(factors)
    image = image * brightness
    mean = tf.reduce_mean(image)
    image = mean + (image - mean) * contrast
    grey = tf.tensordot(image, tf.constant(LUMINANCE), 1)[..., None]
    return tf.clip_by_value(grey + (image - grey) * saturation, 0.0, 255.0)


def _towards_source(size, move):
    """Return the (2, 3) matrix from a pixel (x, y) of the moved map to its place in the map."""
    degrees, zoom, *shift = tf.unstack(tf.cast(move, tf.float32))
    turn = _turn(degrees) / zoom
    centre, shift = _centre_and_shift(size, shift)
    return tf.concat([turn, centre - tf.linalg.matmul(turn, centre + shift)], axis=1)


def _towards_target(size, move):
    """Return the (2, 3) matrix from a pixel (x, y) of the map to its place in the moved map."""
    degrees, zoom, *shift = tf.unstack(tf.cast(move, tf.float32))
    turn = _turn(-degrees) * zoom
    centre, shift = _centre_and_shift(size, shift)
    return tf.concat([turn, centre + shift - tf.linalg.matmul(turn, centre)], axis=1)


def _turn(degrees):
    angle = degrees * (math.pi / 180)
    cosine, sine = tf.cos(angle), tf.sin(angle)
    return tf.stack([[cosine, -sine], [sine, cosine]])


def _centre_and_shift(size, shift):
    """Return (2, 1) each, x above y, in pixels."""
    extent = tf.cast(size[::-1], tf.float32)[:, None]
    return (extent - 1) / 2, tf.stack(shift)[:, None] * extent
