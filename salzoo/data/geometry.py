"""Geometry between the original image and the network's input, in both directions.

The pipeline, prediction, evaluation and export all use this module. It consists of
TensorFlow operations, since the size of an image may be unknown until an exported model
gets it; called directly, it takes arrays as well.

Coordinates: a point (x, y) lies in pixel (floor y, floor x); pixel i covers
i..i+1. Scaling an image by s therefore moves a point to s * x, and resizing
samples at pixel centres. Areas are averaged when a side shrinks and
interpolated bicubically when it grows, without leaving the range of the input.
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from salzoo.data.blur import gaussian_blur
from salzoo.data.resizing import Size, resize, size_of
from salzoo.utils.validators import VARYING_FIT_MODES, check_fit_mode


class Placement(NamedTuple):
    """Position of an image of a certain size on the network's canvas.

    All are int32 (2,): rows, columns.

    Attributes:
        image: size of the original image.
        content: size it is resized to.
        offset: of the content's first pixel on the canvas.
        canvas: size of the network's input.
    """

    image: tf.Tensor
    content: tf.Tensor
    offset: tf.Tensor
    canvas: tf.Tensor


@dataclass(frozen=True)
class Geometry:
    """How images are fitted to a network's input, and its maps back to the image.

    Attributes:
        fit_mode: "pad" keeps the aspect ratio and fills the rest of the canvas (the odd
            pixel goes to the bottom or right); "stretch" fills the canvas by scaling rows
            and columns separately; "native" chooses a canvas of the image's own aspect
            ratio and about the same number of pixels; "within" the largest of the image's
            aspect ratio whose longer side is that of the canvas, and never enlarges an image.
        size: (rows, columns) of the canvas.
        size_multiple: rows and columns must be multiples of it; used by "native" and "within".
        padding_value: of the canvas beside an image (0..255); maps get 0.
        scale: factor of all sizes, see `scaled`.
        other_sizes: further canvases for "pad"; that whose rows/columns are nearest to the
            image's is used.

    Raises:
        InputError: there is no such fit_mode.
    """

    fit_mode: str
    size: tuple[int, int]
    size_multiple: int = 1
    padding_value: float = 0.0
    scale: float = 1.0
    other_sizes: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        check_fit_mode("fit_mode", self.fit_mode)

    def scaled(self, scale: float) -> "Geometry":
        """Return the geometry of maps at another scale than the network's input.

        Canvas, content and offset are this geometry's times `scale`, rounded: their
        places in the image stay the same.

        Args:
            scale: factor.
        """
        return replace(self, scale=self.scale * scale)

    @property
    def canvas_size(self) -> tuple[int, ...]:
        """(rows, columns) of the canvas; unless `has_one_size`, only about that."""
        return tuple(round(length * self.scale) for length in self.size)

    @property
    def has_one_size(self) -> bool:
        """Whether all images have the same canvas."""
        varying = self.fit_mode in VARYING_FIT_MODES
        return not varying and (self.fit_mode != "pad" or not self.other_sizes)

    def place(self, image_size: Size) -> Placement:
        """Return the position of an image on the canvas.

        Args:
            image_size: (rows, columns) of the image.
        """
        known = tf.get_static_value(tf.convert_to_tensor(image_size))
        if known is None or tf.executing_eagerly():
            return self._place(image_size)
        with tf.init_scope():  # now, rather than for every image of the graph
            return Placement(*(part.numpy() for part in self._place(known)))

    def _place(self, image_size: Size) -> Placement:
        image = tf.cast(tf.convert_to_tensor(image_size), tf.int32)
        canvas = tf.constant(self.size, tf.int32)
        sides = tf.cast(image, tf.float64)
        if self.fit_mode in VARYING_FIT_MODES:
            scale = tf.minimum(max(self.size) / tf.reduce_max(sides), 1.0)
            if self.fit_mode == "native":
                scale = np.sqrt(np.prod(self.size)) / tf.sqrt(tf.reduce_prod(sides))
            steps = tf.cast(tf.round(sides * scale / self.size_multiple), tf.int32)
            canvas = tf.maximum(steps, 1) * self.size_multiple
        content = canvas
        if self.fit_mode == "pad":
            canvas = self._nearest_canvas(sides)
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

    def _nearest_canvas(self, sides: tf.Tensor) -> tf.Tensor:
        """Return the canvas whose rows/columns are nearest to those of an image."""
        aspect = sides[0] / sides[1]
        canvas = tf.constant(self.size, tf.int32)
        nearest = tf.abs(aspect - self.size[0] / self.size[1])
        for size in self.other_sizes:
            distance = tf.abs(aspect - size[0] / size[1])
            canvas = tf.where(distance < nearest, tf.constant(size, tf.int32), canvas)
            nearest = tf.minimum(distance, nearest)
        return canvas

    def fit_image(self, image: Any) -> tf.Tensor:
        """Resize an image to the canvas.

        Args:
            image: array or tensor (..., rows, columns, channels), uint8 or float.

        Returns:
            float32 (..., canvas rows, canvas columns, channels).
        """
        return self._fit(image, self.padding_value)

    def fit_map(self, map_: Any) -> tf.Tensor:
        """Resize a map to the canvas, with 0 beside it.

        Args:
            map_: array or tensor (..., rows, columns, 1), uint8 or float.

        Returns:
            float32 (..., canvas rows, canvas columns, 1).
        """
        return self._fit(map_, 0.0)

    def _fit(self, image: Any, padding_value: float) -> tf.Tensor:
        image = tf.convert_to_tensor(image)
        placement = self.place(size_of(image))
        content = resize(image, placement.content)
        return self._pad(content, placement, padding_value)

    def _pad(
        self, content: tf.Tensor, placement: Placement, padding_value: float = 0.0
    ) -> tf.Tensor:
        *leading, _, _, channels = content.shape
        if self.fit_mode == "pad" and not _fills(placement):
            after = placement.canvas - placement.content - placement.offset
            sides = tf.stack([placement.offset, after], axis=1)
            sides = tf.pad(sides, [[len(leading), 1], [0, 0]])
            content = tf.pad(content, sides, constant_values=padding_value)
        if self.has_one_size:
            # Padding forgets what is known of the shape; a network runs slower without it.
            content.set_shape([*leading, *self.canvas_size, channels])
        return content

    def unfit_map(self, map_: Any, image_size: Size) -> tf.Tensor:
        """Resize a network's map to the image's size.

        Args:
            map_: array or tensor (..., rows, columns, 1) of any size; it covers the canvas.
            image_size: (rows, columns) of the image.

        Returns:
            float32 (..., image rows, image columns, 1).
        """
        placement = self.place(image_size)
        if self.fit_mode == "pad":
            map_, placement = self._on_its_own_canvas(map_, placement)
            (top, left), (rows, columns) = (
                tf.unstack(part) for part in (placement.offset, placement.content)
            )
            map_ = map_[..., top : top + rows, left : left + columns, :]
        return resize(tf.convert_to_tensor(map_), placement.image)

    def _on_its_own_canvas(self, map_: Any, placement: Placement) -> tuple[tf.Tensor, Placement]:
        """Return a map that is larger by a whole factor as it is, any other at the canvas' size."""
        map_ = tf.convert_to_tensor(map_)
        one = self.has_one_size
        canvas = np.array(self.canvas_size, "int32") if one else placement.canvas
        factors = size_of(map_) // canvas
        if isinstance(factors, np.ndarray):
            factor = max(int(factors.min()), 1)
        else:
            factor = tf.maximum(tf.reduce_min(factors), 1)
        placement = placement._replace(
            content=placement.content * factor,
            offset=placement.offset * factor,
            canvas=placement.canvas * factor,
        )
        return resize(map_, placement.canvas), placement

    def fit_points(self, points: Any, image_size: Size) -> tf.Tensor:
        """Move points from the original image to the canvas.

        Args:
            points: (n, 2), x and y.
            image_size: (rows, columns) of the image.

        Returns:
            float64 (n, 2).
        """
        placement = self.place(image_size)
        return tf.cast(points, tf.float64) * _scale(placement) + _shift(placement)

    def unfit_points(self, points: Any, image_size: Size) -> tf.Tensor:
        """Move points from the canvas back to the original image.

        Args:
            points: (n, 2), x and y.
            image_size: (rows, columns) of the image.

        Returns:
            float64 (n, 2).
        """
        placement = self.place(image_size)
        return (tf.cast(points, tf.float64) - _shift(placement)) / _scale(placement)

    def fit_fixations(
        self, fixations: Any, image_size: Size, sigma: Any
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Rasterise fixations on the canvas.

        Args:
            fixations: (n, 2), x and y inside the original image.
            image_size: (rows, columns) of the image.
            sigma: standard deviation of the density's Gaussian, pixels of the original
                image.

        Returns:
            Density and fixation counts, float32 (rows, columns, 1).
        """
        placement = self.place(image_size)
        counts = _count(fixations, placement)
        sigma = tf.cast(sigma, tf.float64) * _scale(placement)[::-1]
        density = gaussian_blur(counts, sigma)
        return self._pad(density[..., None], placement), self._pad(counts[..., None], placement)

    def count_fixations(self, fixations: Any, image_size: Size) -> tf.Tensor:
        """Return the fixation counts of `fit_fixations` alone.

        Args:
            fixations: (n, 2), x and y inside the original image.
            image_size: (rows, columns) of the image.
        """
        placement = self.place(image_size)
        return self._pad(_count(fixations, placement)[..., None], placement)


def _count(fixations: Any, placement: Placement) -> tf.Tensor:
    """Count fixations on the pixels of the content, moving points."""
    moved = tf.cast(fixations, tf.float64) * _scale(placement)
    pixels = tf.cast(tf.floor(moved[:, ::-1]), tf.int32)
    pixels = tf.clip_by_value(pixels, 0, placement.content - 1)
    return tf.scatter_nd(pixels, tf.ones(tf.shape(pixels)[:1]), placement.content)


def _fills(placement: Placement) -> bool:
    """Return whether the content surely fills the canvas; padding would only copy it."""
    content, canvas = placement.content, placement.canvas
    return isinstance(content, np.ndarray) and np.array_equal(content, canvas)


def _scale(placement: Placement) -> tf.Tensor:
    """Return content over image, for x and y."""
    return tf.cast(placement.content[::-1], tf.float64) / tf.cast(placement.image[::-1], tf.float64)


def _shift(placement: Placement) -> tf.Tensor:
    """Return the offset of the content, for x and y."""
    return tf.cast(placement.offset[::-1], tf.float64)
