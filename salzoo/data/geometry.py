"""From the original image to the network's input, and exactly back.

The pipeline, prediction, evaluation and export all go through this module. It
is written in TensorFlow operations so that sizes may be unknown until a served
image arrives; called directly it takes and gives ordinary arrays as well.

Coordinates: a point (x, y) lies in pixel (floor y, floor x); pixel i covers
i..i+1. Scaling a picture by s therefore moves a point to s * x, and resizing
samples at pixel centres. Areas are averaged when a side shrinks and
interpolated bicubically when it grows, without leaving the range of the input.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from salzoo.utils.errors import InputError

MODES = ("pad", "stretch", "native")
# Pixels that are blurred at once: fewer overlap more, more are multiplied by zeros more often.
BLOCK = 128


class Placement(NamedTuple):
    """Where an image of a certain size lies on the network's canvas.

    Each is an int32 tensor (2,): rows, columns.
    """

    image: tf.Tensor  # size of the original image
    content: tf.Tensor  # size it is resized to
    offset: tf.Tensor  # of the content's first pixel on the canvas
    canvas: tf.Tensor  # size of the network's input


@dataclass(frozen=True)
class Geometry:
    """How images reach a network and how its maps come back.

    mode: "pad" keeps the aspect ratio and fills the rest of the canvas (the odd
        pixel goes to the bottom or right); "stretch" fills the canvas by
        scaling rows and columns separately; "native" chooses a canvas of the
        image's own aspect and about the same number of pixels.
    size: (rows, columns) of the canvas.
    size_multiple: of rows and columns that the network takes; used by "native".
    padding_value: of the canvas beside an image (0..255); maps get 0.
    scale: of everything at last, see `scaled`.
    """

    fit_mode: str
    size: tuple
    size_multiple: int = 1
    padding_value: float = 0.0
    scale: float = 1.0

    def __post_init__(self):
        if self.fit_mode not in MODES:
            raise InputError(f"`fit_mode` {self.fit_mode}: choose from {', '.join(MODES)}.")

    def scaled(self, scale):
        """Return the geometry of maps that a network makes at another scale than its input.

        Canvas, content and offset are this geometry's times `scale`, rounded:
        their places in the picture stay the same.
        """
        return replace(self, scale=self.scale * scale)

    @property
    def canvas_size(self):
        """(rows, columns) of the canvas; in "native" mode only about that."""
        return tuple(round(length * self.scale) for length in self.size)

    def place(self, image_size):
        """Return the `Placement` of an image of (rows, columns)."""
        known = tf.get_static_value(tf.convert_to_tensor(image_size))
        if known is None or tf.executing_eagerly():
            return self._place(image_size)
        with tf.init_scope():  # now, rather than for every image that runs through the graph
            return Placement(*(part.numpy() for part in self._place(known)))

    def _place(self, image_size):
        image = tf.cast(tf.convert_to_tensor(image_size), tf.int32)
        canvas = tf.constant(self.size, tf.int32)
        sides = tf.cast(image, tf.float64)
        if self.fit_mode == "native":
            scale = np.sqrt(np.prod(self.size)) / tf.sqrt(tf.reduce_prod(sides))
            steps = tf.cast(tf.round(sides * scale / self.size_multiple), tf.int32)
            canvas = tf.maximum(steps, 1) * self.size_multiple
        content = canvas
        if self.fit_mode == "pad":
            scale = tf.reduce_min(tf.cast(canvas, tf.float64) / sides)
            content = tf.maximum(tf.cast(tf.round(sides * scale), tf.int32), 1)
        offset = (canvas - content) // 2
        if self.scale != 1.0:
            content, offset, canvas = (
                tf.cast(tf.round(tf.cast(part, tf.float64) * self.scale), tf.int32)
                for part in (content, offset, canvas)
            )
            content = tf.maximum(content, 1)
        return Placement(image, content, offset, canvas)

    def fit_image(self, image):
        """Bring an image (..., rows, columns, channels) to the canvas, float32."""
        return self._fit(image, self.padding_value)

    def fit_map(self, map_):
        """Bring a map (..., rows, columns, 1) to the canvas, float32, with 0 beside it."""
        return self._fit(map_, 0.0)

    def _fit(self, image, padding_value):
        image = tf.convert_to_tensor(image)
        placement = self.place(_size(image))
        content = _resize(image, placement.content)
        return self._pad(content, placement, padding_value)

    def _pad(self, content, placement, padding_value=0.0):
        *leading, _, _, channels = content.shape
        if self.fit_mode == "pad" and not _fills(placement):
            after = placement.canvas - placement.content - placement.offset
            sides = tf.stack([placement.offset, after], axis=1)
            sides = tf.pad(sides, [[len(leading), 1], [0, 0]])
            content = tf.pad(content, sides, constant_values=padding_value)
        if self.fit_mode != "native":
            # Padding forgets what is known of the shape; a network runs slower without it.
            content.set_shape([*leading, *self.canvas_size, channels])
        return content

    def unfit_map(self, map_, image_size):
        """Bring a network's map (..., rows, columns, 1) back to the image's size.

        The map may be of any size: it stands for the whole canvas.
        """
        placement = self.place(image_size)
        if self.fit_mode == "pad":
            map_, placement = self._on_its_own_canvas(map_, placement)
            (top, left), (rows, columns) = (
                tf.unstack(part) for part in (placement.offset, placement.content)
            )
            map_ = map_[..., top : top + rows, left : left + columns, :]
        return _resize(tf.convert_to_tensor(map_), placement.image)

    def _on_its_own_canvas(self, map_, placement):
        """Place a map that is larger by a whole factor there; resize any other to the canvas."""
        map_ = tf.convert_to_tensor(map_)
        factors = _size(map_) // np.array(self.canvas_size, "int32")
        if isinstance(factors, np.ndarray):
            factor = max(int(factors.min()), 1)
        else:
            factor = tf.maximum(tf.reduce_min(factors), 1)
        placement = placement._replace(
            content=placement.content * factor,
            offset=placement.offset * factor,
            canvas=placement.canvas * factor,
        )
        return _resize(map_, placement.canvas), placement

    def fit_points(self, points, image_size):
        """Move points (n, 2), x and y, from the original image to the canvas, float64."""
        placement = self.place(image_size)
        return tf.cast(points, tf.float64) * _scale(placement) + _shift(placement)

    def unfit_points(self, points, image_size):
        """Move points (n, 2), x and y, from the canvas back to the original image."""
        placement = self.place(image_size)
        return (tf.cast(points, tf.float64) - _shift(placement)) / _scale(placement)

    def fit_fixations(self, fixations, image_size, sigma):
        """Rasterise fixations on the canvas.

        Args:
            fixations: (n, 2), x and y inside the original image.
            sigma: of the density's Gaussian, pixels of the original image.

        Returns:
            float32 density and float32 fixation counts, each (rows, columns, 1).
        """
        placement = self.place(image_size)
        counts = _count(fixations, placement)
        sigma = tf.cast(sigma, tf.float64) * _scale(placement)[::-1]
        density = gaussian_blur(counts, sigma)
        return tuple(self._pad(maps[..., None], placement) for maps in (density, counts))

    def count_fixations(self, fixations, image_size):
        """Return the fixation counts of `fit_fixations` alone."""
        placement = self.place(image_size)
        return self._pad(_count(fixations, placement)[..., None], placement)


def _count(fixations, placement):
    """Count fixations on the pixels of the content, moving points."""
    moved = tf.cast(fixations, tf.float64) * _scale(placement)
    pixels = tf.cast(tf.floor(moved[:, ::-1]), tf.int32)
    pixels = tf.clip_by_value(pixels, 0, placement.content - 1)
    return tf.scatter_nd(pixels, tf.ones(tf.shape(pixels)[:1]), placement.content)


def _fills(placement):
    """Whether the content is known to fill the canvas: to pad by nothing would copy it."""
    content, canvas = placement.content, placement.canvas
    return isinstance(content, np.ndarray) and np.array_equal(content, canvas)


def _scale(placement):
    """Content over image, for x and y."""
    return tf.cast(placement.content[::-1], tf.float64) / tf.cast(placement.image[::-1], tf.float64)


def _shift(placement):
    """Offset of the content, for x and y."""
    return tf.cast(placement.offset[::-1], tf.float64)


def _resize(image, size):
    """Shrink each side by area and grow it bicubically, within the input's range, float32.

    Images come as uint8 or floats; to shrink bytes as they are is fastest.
    """
    if image.dtype != tf.uint8:
        image = tf.cast(image, tf.float32)
    current = _size(image)
    smaller = tf.minimum(current, size)
    known = isinstance(current, np.ndarray) and isinstance(size, np.ndarray)
    # At half the size both ways give the mean of 2x2 pixels, this one a fifth faster.
    halves = known and np.array_equal(current, 2 * size)
    shrunk = _if(
        current > size,
        lambda: tf.image.resize(image, smaller, "bilinear" if halves else "area"),
        lambda: tf.cast(image, tf.float32),
    )

    def grow():
        grown = tf.image.resize(shrunk, size, "bicubic")
        lowest, highest = (
            reduce(shrunk, axis=[-3, -2], keepdims=True)
            for reduce in (tf.reduce_min, tf.reduce_max)
        )
        return tf.clip_by_value(grown, lowest, highest)

    return _if(current < size, grow, lambda: shrunk)


def _size(image):
    """Return rows and columns of images: an array if they are known, else a tensor."""
    size = image.shape[-3:-1]
    return np.array(size, "int32") if size.is_fully_defined() else tf.shape(image)[-3:-1]


def _if(conditions, yes, no):
    """Do one or the other as any of the conditions is true; decided now if they are known."""
    if isinstance(conditions, np.ndarray):
        return yes() if conditions.any() else no()
    return tf.cond(tf.reduce_any(conditions), yes, no)


def gaussian_blur(map_, sigma):
    """Blur a map as scipy.ndimage.gaussian_filter does with its default border.

    Args:
        map_: float32 (..., rows, columns).
        sigma: (2,), for rows and columns, or one number for both; 0 is allowed.

    Returns:
        float32, the same shape.
    """
    map_ = tf.convert_to_tensor(map_)
    sigma = tf.broadcast_to(tf.cast(sigma, tf.float64), (2,))
    blurred = _blur_lines(_blur_lines(map_, sigma[0], -2), sigma[1], -1)
    blurred.set_shape(map_.shape)
    return blurred


def _blur_lines(map_, sigma, axis):
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
    # What each block sees; a mirrored line repeats after twice its length.
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
