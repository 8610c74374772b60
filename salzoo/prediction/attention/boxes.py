"""Rectangles in an image."""

from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle: x..x+width and y..y+height in pixels, whole or not; pixel i covers i..i+1."""

    name: str
    x: float
    y: float
    width: float
    height: float

    def inside(self, rows, columns):
        """Return the part inside an image of that size, itself if that is all; None: nothing."""
        x, width = _inside(self.x, self.width, columns)
        y, height = _inside(self.y, self.height, rows)
        return Box(self.name, x, y, width, height) if width * height > 0 else None


def _inside(start, length, size):
    """Cut start..start+length to 0..size; return its start and length."""
    if start >= 0 and start + length <= size:
        return start, length
    first = min(max(start, 0), size)
    return first, max(min(start + length, size) - first, 0)
