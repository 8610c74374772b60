"""Fixations as counts and densities on the network's canvas, in TensorFlow graphs."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from salzoo.data.blur import gaussian_blur


def count(fixations: Any, placement: Any) -> tf.Tensor:
    """Count fixations on the pixels of the content.

    Args:
        fixations: (n, 2), x and y inside the original image.
        placement: of the image, see `salzoo.data.geometry.Placement`.

    Returns:
        float32 (rows, columns) of the content.
    """
    content = tf.stack([tf.cast(side, tf.int32) for side in placement.content])
    moved = tf.cast(fixations, tf.float64) * _scale(placement)
    pixels = tf.cast(tf.floor(moved[:, ::-1]), tf.int32)
    pixels = tf.clip_by_value(pixels, 0, content - 1)
    return tf.scatter_nd(pixels, tf.ones(tf.shape(pixels)[:1]), content)


def blur(counts: tf.Tensor, placement: Any, sigma: Any) -> tf.Tensor:
    """Blur fixation counts to a density.

    Args:
        counts: float32 (rows, columns) of the content.
        placement: of the image.
        sigma: standard deviation in pixels of the original image.
    """
    return gaussian_blur(counts, tf.cast(sigma, tf.float64) * _scale(placement)[::-1])


def _scale(placement: Any) -> tf.Tensor:
    """Return content over image, for x and y."""
    content, image = (
        tf.stack([tf.cast(side, tf.float64) for side in part[::-1]])
        for part in (placement.content, placement.image)
    )
    return content / image
