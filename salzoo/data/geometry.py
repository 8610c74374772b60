"""Geometry between the original image and the network's input, in both directions.

The pipeline, prediction, evaluation and all exports use this module. It takes arrays and gives
arrays, or tensors and gives tensors; in a graph the size of an image may be unknown until it
arrives. Sizes are whole numbers and computed as such, so that every runtime finds the same.

Coordinates: a point (x, y) lies in pixel (floor y, floor x); pixel i covers
i..i+1. Scaling an image by s therefore moves a point to s * x, and resizing
samples at pixel centres. Areas are averaged when a side shrinks and
interpolated bicubically when it grows, without leaving the range of the input.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from salzoo.data.operations import operations_of
from salzoo.data.placement import Placement, content_and_canvas
from salzoo.data.resampling import resample
from salzoo.utils.validators import VARYING_FIT_MODES, check_fit_mode

# (rows, columns), numbers or integer tensors.
Size = Any
# Function of images (batch, rows, columns, channels) and a size to images of that size.
Resize = Callable[[Any, Size], Any]


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

    def scaled(self, scale: float) -> Geometry:
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
            image_size: (rows, columns) of the image, numbers or a tensor.
        """
        image = operations_of(image_size).size(image_size)
        ops = operations_of(image)
        content, canvas = content_and_canvas(self, image, ops)
        rows, columns = ((whole - part) // 2 for whole, part in zip(canvas, content, strict=True))
        placement = Placement(image, content, (rows, columns), canvas)
        if self.scale == 1.0:
            return placement
        content, offset, canvas = (
            tuple(self._scaled(side) for side in part) for part in placement[1:]
        )
        content = tuple(ops.maximum(side, 1) for side in content)
        return Placement(image, content, offset, canvas)

    def _scaled(self, side: Any) -> Any:
        ops = operations_of(side)
        scaled = ops.cast(ops.round(ops.cast(side, "float64") * self.scale), ops.integer)
        return int(scaled) if isinstance(scaled, np.ndarray | np.generic) else scaled

    def fit_image(self, image: Any, resize: Resize = resample) -> Any:
        """Resize an image to the canvas.

        Args:
            image: array or tensor ([batch,] rows, columns, channels), uint8 or float.
            resize: how; `salzoo.data.resizing.resize` is faster in TensorFlow's graphs.

        Returns:
            float32 ([batch,] canvas rows, canvas columns, channels).
        """
        return self._fit(image, self.padding_value, resize)

    def fit_map(self, map_: Any, resize: Resize = resample) -> Any:
        """Resize a map to the canvas, with 0 beside it.

        Args:
            map_: array or tensor ([batch,] rows, columns, 1), uint8 or float.
            resize: see `fit_image`.

        Returns:
            float32 ([batch,] canvas rows, canvas columns, 1).
        """
        return self._fit(map_, 0.0, resize)

    def _fit(self, image: Any, padding_value: float, resize: Resize) -> Any:
        images = image[None] if len(image.shape) == 3 else image
        placement = self.place(operations_of(images).shape(images)[1:3])
        fitted = self._pad(resize(images, placement.content), placement, padding_value)
        return fitted[0] if len(image.shape) == 3 else fitted

    def _pad(self, content: Any, placement: Placement, padding_value: float = 0.0) -> Any:
        ops = operations_of(content)
        *leading, _, _, channels = content.shape
        if self.fit_mode == "pad" and not _fills(placement):
            sides = [
                (before, canvas - part - before)
                for canvas, part, before in zip(
                    placement.canvas, placement.content, placement.offset, strict=True
                )
            ]
            # Not every runtime pads with another number than 0.
            content = (
                ops.pad(content - padding_value, [*((0, 0) for _ in leading), *sides, (0, 0)])
                + padding_value
            )
        # Padding forgets what is known of the shape; a network runs slower without it.
        known = self.canvas_size if self.has_one_size else (None, None)
        return ops.with_shape(content, [*leading, *known, channels])

    def unfit_map(self, map_: Any, image_size: Size) -> Any:
        """Resize a network's map to the image's size.

        Args:
            map_: array or tensor ([batch,] rows, columns, 1) of any size; it covers the canvas.
            image_size: (rows, columns) of the image.

        Returns:
            float32 ([batch,] image rows, image columns, 1).
        """
        maps = map_[None] if len(map_.shape) == 3 else map_
        placement = self.place(image_size)
        if self.fit_mode == "pad":
            maps, placement = self._on_its_own_canvas(maps, placement)
            (top, left), (rows, columns) = placement.offset, placement.content
            maps = maps[:, top : top + rows, left : left + columns]
        unfitted = resample(maps, placement.image)
        return unfitted[0] if len(map_.shape) == 3 else unfitted

    def _on_its_own_canvas(self, maps: Any, placement: Placement) -> tuple[Any, Placement]:
        """Return a map that is larger by a whole factor as it is, any other at the canvas' size."""
        ops = operations_of(maps, placement.canvas)
        canvas = self.canvas_size if self.has_one_size else placement.canvas
        found = ops.shape(maps)[1:3]
        factors = [side // whole for side, whole in zip(found, canvas, strict=True)]
        factor = ops.maximum(ops.minimum(*factors), 1)
        enlarged = (tuple(side * factor for side in part) for part in placement[1:])
        placement = Placement(placement.image, *enlarged)
        return resample(maps, tuple(side * factor for side in canvas)), placement

    def fit_points(self, points: Any, image_size: Size) -> Any:
        """Move points from the original image to the canvas.

        Args:
            points: (n, 2), x and y.
            image_size: (rows, columns) of the image.

        Returns:
            float64 (n, 2).
        """
        scale, shift = self._scale_and_shift(points, image_size)
        return operations_of(points).cast(points, "float64") * scale + shift

    def unfit_points(self, points: Any, image_size: Size) -> Any:
        """Move points from the canvas back to the original image.

        Args:
            points: (n, 2), x and y.
            image_size: (rows, columns) of the image.

        Returns:
            float64 (n, 2).
        """
        scale, shift = self._scale_and_shift(points, image_size)
        return (operations_of(points).cast(points, "float64") - shift) / scale

    def _scale_and_shift(self, points: Any, image_size: Size) -> tuple[Any, Any]:
        """Return content over image, and the offset of the content, for x and y."""
        placement = self.place(image_size)
        ops = operations_of(points, *placement)
        image, content, offset = (
            ops.stack([ops.cast(side, "float64") for side in part[::-1]]) for part in placement[:3]
        )
        return content / image, offset

    def fit_fixations(self, fixations: Any, image_size: Size, sigma: Any) -> tuple[Any, Any]:
        """Rasterise fixations on the canvas, in TensorFlow.

        Args:
            fixations: (n, 2), x and y inside the original image.
            image_size: (rows, columns) of the image.
            sigma: standard deviation of the density's Gaussian, pixels of the original
                image.

        Returns:
            Density and fixation counts, float32 tensors (rows, columns, 1).
        """
        from salzoo.data import rasterising

        placement = self.place(image_size)
        counts = rasterising.count(fixations, placement)
        density = rasterising.blur(counts, placement, sigma)
        return self._pad(density[..., None], placement), self._pad(counts[..., None], placement)

    def count_fixations(self, fixations: Any, image_size: Size) -> Any:
        """Return the fixation counts of `fit_fixations` alone.

        Args:
            fixations: (n, 2), x and y inside the original image.
            image_size: (rows, columns) of the image.
        """
        from salzoo.data import rasterising

        placement = self.place(image_size)
        return self._pad(rasterising.count(fixations, placement)[..., None], placement)


def _fills(placement: Placement) -> bool:
    """Return whether the content surely fills the canvas; padding would only copy it."""
    sides = (*placement.content, *placement.canvas)
    return all(isinstance(side, int | np.integer) for side in sides) and (
        placement.content == placement.canvas
    )
