"""Rectangles in an image."""

from __future__ import annotations

from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle in pixels, of any real numbers; pixel i covers i..i+1.

    Attributes:
        name: for tables.
        x: left side.
        y: upper side.
        width: along x.
        height: along y.
    """

    name: str
    x: float
    y: float
    width: float
    height: float

    def inside(self, rows: int, columns: int) -> Box | None:
        """Return the part of the box inside an image; None if there is none.

        Args:
            rows: of the image.
            columns: of the image.
        """
        x, width = _inside(self.x, self.width, columns)
        y, height = _inside(self.y, self.height, rows)
        return Box(self.name, x, y, width, height) if width * height > 0 else None


def _inside(start: float, length: float, size: int) -> tuple[float, float]:
    """Cut start..start+length to 0..size; return its start and length."""
    if start >= 0 and start + length <= size:
        return start, length
    first = min(max(start, 0), size)
    return first, max(min(start + length, size) - first, 0)
