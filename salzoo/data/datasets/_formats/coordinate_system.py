"""Coordinates of eye trackers, converted to pixels of the images.

A system has units, an origin and an area: the image itself, or the screen on which the image
had a place. Pixels of an image are 0-based with the origin at the top left; pixel i covers
[i, i + 1), so that a screen of 1920 pixels ends at 1920.
"""

import re
from dataclasses import dataclass

import numpy as np

from salzoo.utils.csv_files import parse_numbers
from salzoo.utils.errors import InputError, unknown_name

UNITS = ("pixels", "fractions", "norm", "heights")
ORIGINS = ("top_left", "lower_left", "centre", "centre_y_down")
PLACES = ("centred", "fitted", "stretched")
_BORDER = 1e-6  # pixels; conversions round


@dataclass(frozen=True)
class CoordinateSystem:
    """What x and y mean.

    Attributes:
        units: pixels; fractions of the area's width and height; norm: halves of them; heights:
            of the area, in x and y.
        origin: top_left, lower_left (y upwards), centre (y upwards) or centre_y_down; "": centre
            for norm and heights, else top_left.
        screen: (width, height) of the area in pixels; None: the image is the area.
        place: of the image on the screen: centred (at its own size), fitted or stretched; or
            (x, y) of its upper left corner; or (x, y, width, height), pixels of the screen.
        one_based: whether pixels count from 1.
    """

    units: str = "pixels"
    origin: str = ""
    screen: tuple[float, float] | None = None
    place: str | tuple[float, ...] = "centred"
    one_based: bool = False

    def __str__(self) -> str:
        """Return the options that differ from pixels of the image."""
        options = []
        if self.units != "pixels":
            options.append(f"units={self.units}")
        if self.origin:
            options.append(f"origin={self.origin}")
        if self.screen:
            options.append("screen={:g}x{:g}".format(*self.screen))
        if self.place != "centred":
            text = (
                self.place
                if isinstance(self.place, str)
                else ",".join(f"{n:g}" for n in self.place)
            )
            options.append(f"image_on_screen={text}")
        if self.one_based:
            options.append("one_based=true")
        return ", ".join(options)

    @property
    def zero(self) -> str:
        """The origin, by default that of the units."""
        return self.origin or ("centre" if self.units in ("norm", "heights") else "top_left")

    def to_pixels(self, points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """Convert points of an image.

        Args:
            points: float64 (n, 2), x and y.
            size: (rows, columns) of the image.

        Returns:
            float64 (n, 2), pixels of the image. The far border belongs to the last pixel, except
            where x and y are pixels from the top left already.
        """
        own = np.array(size[::-1], "float64")
        area = own if self.screen is None else np.array(self.screen)
        unit = {"fractions": area, "norm": area / 2, "heights": area[1]}.get(self.units, 1.0)
        found = (points - self.one_based) * unit
        if self.zero.startswith("centre"):
            found = found + area / 2 * (1, 1 if self.zero == "centre_y_down" else -1)
        if self.zero in ("lower_left", "centre"):
            height = 0 if self.zero == "centre" else area[1]
            # A row [i, i + 1) from below is [j, j + 1) from above, its border included.
            found = np.stack([found[:, 0], np.nextafter(height - found[:, 1], -np.inf)], axis=1)
        corner, extent = self._rectangle(own)
        found = (found - corner) * (own / extent)
        if (self.units, self.zero) == ("pixels", "top_left"):
            return found
        found = np.where((found < 0) & (found >= -_BORDER), 0.0, found)
        return np.where((found >= own) & (found <= own + _BORDER), np.nextafter(own, 0), found)

    def _rectangle(self, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the corner and the extent of an image of width and height `own` in the area."""
        if not isinstance(self.place, str):
            given = np.array(self.place)
            return given[:2], given[2:] if len(given) == 4 else own
        if self.screen is None:
            return np.zeros(2), own
        area = np.array(self.screen)
        if self.place == "stretched":
            return np.zeros(2), area
        extent = own * (area / own).min() if self.place == "fitted" else own
        return (area - extent) / 2, extent


def parse_system(
    units: str, origin: str, screen: str, image_on_screen: str, one_based: bool
) -> CoordinateSystem:
    """Make a system of the options of a dataset.

    Args:
        units: of `UNITS`.
        origin: of `ORIGINS`, or "".
        screen: such as "1920x1080", or "".
        image_on_screen: of `PLACES`, "x,y", "x,y,width,height", or "".
        one_based: whether pixels count from 1.

    Raises:
        InputError: a value is unknown, or values do not go together.
    """
    if units not in UNITS:
        raise unknown_name("unit of coordinates", units, UNITS)
    if origin and origin not in ORIGINS:
        raise unknown_name("origin of coordinates", origin, ORIGINS)
    area = _parse_screen(screen)
    place = _parse_place(image_on_screen)
    system = CoordinateSystem(units, origin, area, place, one_based)
    if units == "norm" and not system.zero.startswith("centre"):
        raise InputError(f"origin={origin}: norm is -1..1 from the centre; set units=fractions.")
    if one_based and units != "pixels":
        raise InputError(f"one_based=true is for pixels, not for units={units}; leave it out.")
    by_name = image_on_screen in PLACES
    if (
        area is None
        and image_on_screen
        and (by_name or (units, system.zero) != ("pixels", "top_left"))
    ):
        raise InputError(
            f"image_on_screen={image_on_screen} needs the size of the screen with these options; "
            "set screen, such as screen=1920x1080."
        )
    return system


def _parse_screen(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    found = re.fullmatch(r"([1-9]\d{0,5}) ?[xX*, ] ?([1-9]\d{0,5})", text.strip())
    if not found:
        raise InputError(f"screen={text}: give its width and height in pixels, such as 1920x1080.")
    return float(found[1]), float(found[2])


def _parse_place(text: str) -> str | tuple[float, ...]:
    if not text or text in PLACES:
        return text or "centred"
    numbers = parse_numbers([part.strip() for part in text.split(",")], ",")
    if len(numbers) not in (2, 4) or np.isnan(numbers).any() or (numbers[2:] <= 0).any():
        raise InputError(
            f"image_on_screen={text}: give {', '.join(PLACES)}, or numbers of pixels: 'x,y' of its "
            "upper left corner, or 'x,y,width,height'."
        )
    return tuple(numbers.tolist())
