"""Augmentation of images and their maps in TensorFlow graphs."""

import math

import tensorflow as tf

# Weights of red, green and blue in luma (ITU-R BT.601).
LUMINANCE = (0.299, 0.587, 0.114)


def mirrored(maps: tf.Tensor, mirror: tf.Tensor) -> tf.Tensor:
    """Mirror maps left to right.

    Args:
        maps: (rows, columns, channels).
        mirror: bool scalar, whether to do it.
    """
    return tf.cond(mirror, lambda: maps[:, ::-1], lambda: maps)


def moved(maps: tf.Tensor, move: tf.Tensor, outside: float = 0.0) -> tf.Tensor:
    """Turn, zoom and shift maps, bilinearly.

    Args:
        maps: float32 (rows, columns, channels).
        move: float32 (4,): degrees, counter-clockwise about the centre; the factor of
            enlargement; the shift to the right and down, as a share of the columns and rows.
        outside: value of pixels from beyond the border.

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


def moved_counts(counts: tf.Tensor, move: tf.Tensor) -> tf.Tensor:
    """Turn, zoom and shift fixation counts as points at the centres of their pixels.

    No count is divided between pixels; fixations that leave the map are lost.

    Args:
        counts: float32 (rows, columns, 1).
        move: as for `moved`.

    Returns:
        float32, the same shape.
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


def recoloured(image: tf.Tensor, factors: tf.Tensor) -> tf.Tensor:
    """Change brightness, contrast and saturation of an image.

    Args:
        image: float32 RGB 0..255 (rows, columns, 3).
        factors: float32 (3,), factors of all values (brightness), of their distance from
            the image's mean (contrast) and of their distance from the pixel's luma
            (saturation); 1 changes nothing.

    Returns:
        float32 0..255, the same shape.
    """
    brightness, contrast, saturation = tf.unstack(factors)
    image = image * brightness
    mean = tf.reduce_mean(image)
    image = mean + (image - mean) * contrast
    grey = tf.tensordot(image, tf.constant(LUMINANCE), 1)[..., None]
    return tf.clip_by_value(grey + (image - grey) * saturation, 0.0, 255.0)


def _towards_source(size: tf.Tensor, move: tf.Tensor) -> tf.Tensor:
    """Return the (2, 3) matrix from a pixel (x, y) of the moved map to its place in the map."""
    degrees, zoom, *shift = tf.unstack(tf.cast(move, tf.float32))
    turn = _turn(degrees) / zoom
    centre, shift = _centre_and_shift(size, shift)
    return tf.concat([turn, centre - tf.linalg.matmul(turn, centre + shift)], axis=1)


def _towards_target(size: tf.Tensor, move: tf.Tensor) -> tf.Tensor:
    """Return the (2, 3) matrix from a pixel (x, y) of the map to its place in the moved map."""
    degrees, zoom, *shift = tf.unstack(tf.cast(move, tf.float32))
    turn = _turn(-degrees) * zoom
    centre, shift = _centre_and_shift(size, shift)
    return tf.concat([turn, centre + shift - tf.linalg.matmul(turn, centre)], axis=1)


def _turn(degrees: tf.Tensor) -> tf.Tensor:
    angle = degrees * (math.pi / 180)
    cosine, sine = tf.cos(angle), tf.sin(angle)
    return tf.stack([[cosine, -sine], [sine, cosine]])


def _centre_and_shift(size: tf.Tensor, shift: list[tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the centre and the shift in pixels, x above y, (2, 1)."""
    extent = tf.cast(size[::-1], tf.float32)[:, None]
    return (extent - 1) / 2, tf.stack(shift)[:, None] * extent
