"""Decoding of JPEG and PNG inside TensorFlow graphs, with the same pixels as Pillow.

An image with an alpha channel is laid over white, as `read_image` does.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import tensorflow as tf

from salzoo.data.images import MAX_MEGAPIXELS, file_format, over_white, read_image


def decode_image(content: tf.Tensor) -> tf.Tensor:
    """Decode JPEG or PNG bytes in a TensorFlow graph, EXIF rotation ignored.

    Args:
        content: scalar string tensor.

    Returns:
        uint8 RGB (rows, columns, 3), equal to Pillow's pixels for 8-bit files.

    Raises:
        tf.errors.InvalidArgumentError: when run on anything else, on damaged
            data or on more than MAX_MEGAPIXELS.
    """

    def png() -> tf.Tensor:
        # Asked for 4 channels, TensorFlow gives wrong alphas below 8 bits a channel.
        levels = tf.io.decode_png(content, channels=0)
        channels = tf.shape(levels)[-1]
        keyed = tf.equal(channels, 1) & _has_transparent_colour(content)
        with_alpha = tf.equal(channels % 2, 0)
        colours = tf.cond(with_alpha, lambda: levels[..., :-1], lambda: levels)
        colours = tf.broadcast_to(colours, tf.concat([tf.shape(levels)[:2], [3]], axis=0))

        def flattened() -> tf.Tensor:
            alpha = tf.cond(with_alpha, lambda: levels[..., -1:], lambda: _key_alpha(content))
            rgba = tf.cast(tf.concat([colours, alpha], axis=-1), tf.float32)
            return tf.cast(tf.round(over_white(rgba)), tf.uint8)

        return tf.cond(with_alpha | keyed, flattened, lambda: colours)

    is_jpeg = _is_jpeg(content)
    known = tf.debugging.Assert(
        known_format(content), ["salzoo: the bytes are neither a JPEG nor a PNG image."]
    )
    with tf.control_dependencies([known]):
        size = tf.cond(
            is_jpeg,
            lambda: tf.cast(tf.image.extract_jpeg_shape(content)[:2], tf.int64),
            lambda: _png_size(content),
        )
    small = tf.debugging.Assert(
        tf.reduce_prod(size) <= MAX_MEGAPIXELS * 1_000_000,
        [f"salzoo: the image has more than {MAX_MEGAPIXELS} megapixels."],
    )
    with tf.control_dependencies([small]):
        image = tf.cond(is_jpeg, lambda: decode_jpeg(content), png)
    image.set_shape([None, None, 3])
    return image


def known_format(content: tf.Tensor) -> tf.Tensor:
    """Return whether bytes begin like a JPEG or PNG file.

    Args:
        content: scalar string tensor.
    """
    return _is_jpeg(content) | tf.equal(tf.strings.substr(content, 0, 4), b"\x89PNG")


def _is_jpeg(content: tf.Tensor) -> tf.Tensor:
    return tf.equal(tf.strings.substr(content, 0, 2), b"\xff\xd8")


def decode_jpeg(content: tf.Tensor) -> tf.Tensor:
    """Decode JPEG bytes in a TensorFlow graph, as `decode_image` does, without checks.

    Args:
        content: scalar string tensor.

    Returns:
        uint8 RGB (rows, columns, 3).
    """
    # The default DCT differs from Pillow's by up to 17 levels.
    return tf.io.decode_jpeg(content, channels=3, dct_method="INTEGER_ACCURATE")


def decoder_for(
    paths: Iterable[str], sizes: Sequence[tuple[int, int]] = ()
) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return the fastest function that decodes all of these files in a graph.

    Where all have the same size, it is known before the file is read, and with
    it all that follows from it.

    Args:
        paths: the image files.
        sizes: (rows, columns) of each, if known.

    Returns:
        Function from a path (scalar string) to uint8 RGB (rows, columns, 3), EXIF
        rotation ignored.
    """
    formats = {file_format(path) for path in paths}
    shape = (*sizes[0], 3) if len(set(sizes)) == 1 else (None, None, 3)

    def decode(path: tf.Tensor) -> tf.Tensor:
        if "other" in formats:
            image = tf.numpy_function(_read_rgb, [path], tf.uint8)
        elif formats == {"jpeg"}:
            image = decode_jpeg(tf.io.read_file(path))
        else:
            image = decode_image(tf.io.read_file(path))
        return tf.ensure_shape(image, shape)

    return decode


def _read_rgb(path: bytes) -> np.ndarray:
    return np.round(read_image(path.decode(), exif=False)).astype("uint8")


def _has_transparent_colour(content: tf.Tensor) -> tf.Tensor:
    """Return whether a PNG names a transparent colour: a tRNS chunk before its pixels."""
    start = tf.io.decode_raw(tf.strings.substr(content, 0, 4096), tf.uint8)
    ends = tf.size(start) - 3
    letters = [start[place : ends + place] == byte for place, byte in enumerate(b"tRNS")]
    return tf.reduce_any(tf.reduce_all(letters, axis=0))


def _key_alpha(content: tf.Tensor) -> tf.Tensor:
    """Return alpha 0 or 255 of a grey PNG: 0 where its transparent colour stands.

    With 4 channels asked for, TensorFlow marks these pixels with 0, and all
    others with the largest value of the file's own bit depth.
    """
    alpha = tf.io.decode_png(content, channels=4)[..., 3:]
    return tf.where(tf.equal(alpha, 0), tf.constant(0, tf.uint8), tf.constant(255, tf.uint8))


def _png_size(content: tf.Tensor) -> tf.Tensor:
    """Return rows and columns from the IHDR chunk: big-endian, columns first."""
    header = tf.io.decode_raw(tf.strings.substr(content, 16, 8), tf.uint8)
    places = tf.constant([1 << 24, 1 << 16, 1 << 8, 1], tf.int64)
    return tf.reduce_sum(tf.reshape(tf.cast(header, tf.int64), (2, 4)) * places, axis=1)[::-1]
