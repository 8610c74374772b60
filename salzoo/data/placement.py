"""Sizes of images on a network's canvas, as whole numbers that every runtime finds alike."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from salzoo.data.geometry import Geometry


class Placement(NamedTuple):
    """Position of an image of a certain size on the network's canvas.

    All are pairs of numbers or of scalar int32 tensors: rows, columns.

    Attributes:
        image: size of the original image.
        content: size it is resized to.
        offset: of the content's first pixel on the canvas.
        canvas: size of the network's input.
    """

    image: tuple[Any, Any]
    content: tuple[Any, Any]
    offset: tuple[Any, Any]
    canvas: tuple[Any, Any]


def content_and_canvas(geometry: Geometry, image: tuple[Any, Any], ops: Any) -> Any:
    """Return the sizes of content and canvas at scale 1.

    Args:
        geometry: whose fields decide.
        image: (rows, columns), numbers or int32 tensors.
        ops: operations for them.
    """
    rows, columns = image
    if geometry.fit_mode == "stretch":
        return geometry.size, geometry.size
    if geometry.fit_mode == "pad":
        most_rows, most_columns = _nearest_canvas(geometry, image, ops)
        # Which of the two sides fills the canvas.
        higher = most_rows * columns <= most_columns * rows
        content_rows = ops.where(
            higher, most_rows, _rounded_ratio(rows * most_columns, columns, ops)
        )
        content_columns = ops.where(
            higher, _rounded_ratio(columns * most_rows, rows, ops), most_columns
        )
        content = ops.maximum(content_rows, 1), ops.maximum(content_columns, 1)
        return content, (most_rows, most_columns)
    if geometry.fit_mode == "native":
        pixels = geometry.size[0] * geometry.size[1]
        sides = zip(image, image[::-1], strict=True)
        steps = [_rounded_root(pixels, s, o, geometry.size_multiple, ops) for s, o in sides]
    else:
        longest = ops.maximum(ops.maximum(rows, columns), max(geometry.size))
        steps = [
            _rounded_ratio(side * max(geometry.size), longest * geometry.size_multiple, ops)
            for side in image
        ]
    canvas = tuple(ops.maximum(step, 1) * geometry.size_multiple for step in steps)
    return canvas, canvas


def _nearest_canvas(geometry: Geometry, image: tuple[Any, Any], ops: Any) -> tuple[Any, Any]:
    """Return the canvas whose rows/columns are nearest to those of an image."""
    rows, columns = image
    best_rows, best_columns = geometry.size
    ratio_rows, ratio_columns = _reduced(geometry.size)
    for other in geometry.other_sizes:
        other_rows, other_columns = _reduced(other)
        # Differences of the ratios, times the columns of the image and of both canvases.
        best = ops.absolute(rows * ratio_columns - ratio_rows * columns) * other_columns
        nearer = ops.absolute(rows * other_columns - other_rows * columns) * ratio_columns < best
        best_rows = ops.where(nearer, other[0], best_rows)
        best_columns = ops.where(nearer, other[1], best_columns)
        ratio_rows = ops.where(nearer, other_rows, ratio_rows)
        ratio_columns = ops.where(nearer, other_columns, ratio_columns)
    return best_rows, best_columns


def _reduced(size: tuple[int, int]) -> tuple[int, int]:
    """Return the ratio of rows and columns in small numbers, whose products are small."""
    divisor = math.gcd(*size)
    return size[0] // divisor, size[1] // divisor


def _rounded_ratio(dividend: Any, divisor: Any, ops: Any) -> Any:
    """Return the nearest whole number of a ratio of whole numbers, of two the even one."""
    doubled = 2 * dividend + divisor
    rounded = doubled // (2 * divisor)
    odd_tie = (doubled % (2 * divisor) == 0) & (rounded % 2 == 1)
    return rounded - ops.cast(odd_tie, ops.integer)


def _rounded_root(pixels: int, side: Any, other: Any, multiple: int, ops: Any) -> Any:
    """Return the nearest whole number of sqrt(pixels * side / other) / multiple, in float32."""
    ratio = ops.cast(side, "float32") / ops.cast(other, "float32")
    return ops.cast(ops.round(ops.sqrt(ratio * float(pixels)) / float(multiple)), ops.integer)
