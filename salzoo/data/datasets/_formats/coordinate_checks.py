"""Recognition of coordinates that are no pixels of their images, from all fixations of a set.

Few fixations an image say little; together they show the system that they were measured in.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import bdtrc

from salzoo.data.datasets._formats.coordinate_system import CoordinateSystem
from salzoo.data.datasets._formats.points import Fixations

if TYPE_CHECKING:
    from salzoo.data.datasets._formats.checks import FileChecker

# Ordinary recordings have up to this share of their fixations off the images.
USUAL_OUTSIDE = 0.05
# A set is refused if more than this share is, and that is no chance.
MOST_OUTSIDE = 0.10
CHANCE = 1e-3
# Fewer tell that x and y are exchanged if hardly any lie outside after changing them back.
CHANCE_EXCHANGED = 0.05
# Fractions, -1..1 and heights, and what lies a little off the screen.
LARGEST_UNIT = 2.0
# Fixations on each side of an origin at the centre, at the least.
LEAST_SIDE = 0.15
# A set of so many fixations does not keep to the upper left of its images.
LEAST_COUNT, UPPER_LEFT = 30, 0.6
# {kind: (what the fixations look like, what to do)}
LOOKS = {
    "fractions": (
        "fractions of the width and height",
        "set units=fractions, and origin=lower_left where y points upwards",
    ),
    "norm": (
        "lengths from the centre of the screen",
        "set units=norm for -1..1, units=heights where y ends at -0.5 and 0.5",
    ),
    "exchanged": (
        "x and y exchanged",
        "exchange the columns, x_column=y and y_column=x",
    ),
    "centre": (
        "pixels from the centre of the screen",
        "set origin=centre where y points upwards, else origin=centre_y_down",
    ),
    "y_up": (
        "pixels whose y points upwards from the upper border",
        "write y without its sign",
    ),
    "screen": (
        "pixels of a screen larger than the images",
        "set screen, such as screen=1920x1080, and image_on_screen",
    ),
    "reduced": (
        "pixels of a screen on which the images were reduced",
        "set screen, such as screen=1920x1080, and image_on_screen=fitted",
    ),
    "outside": (
        "another system, or other versions of the images",
        "set units, origin or screen",
    ),
}


class Trial(NamedTuple):
    """The fixations of an image, as in the file.

    Attributes:
        fixations: points in the file's coordinates.
        lines: int (n,), of each in the file.
    """

    fixations: Fixations
    lines: np.ndarray

    def at_line(self, line: int) -> np.ndarray:
        """Return the x and y in a line."""
        return self.fixations.points[np.flatnonzero(self.lines == line)[0]]


def is_many(outside: int, count: int) -> bool:
    """Return whether more fixations are off their images than a recording has by chance.

    Args:
        outside: number of fixations off their images.
        count: number of all fixations.
    """
    if outside == count > 0:
        return True
    return outside > MOST_OUTSIDE * count and _chance(outside, count) < CHANCE


def _chance(outside: int, count: int) -> float:
    """Return how probable so many fixations outside are in an ordinary recording."""
    return float(bdtrc(outside - 1, count, USUAL_OUTSIDE)) if outside else 1.0


class CoordinateCounts:
    """Where the fixations of a set lie, image by image.

    Attributes:
        count: number of fixations.
        outside: of those off their images.
    """

    def __init__(self) -> None:
        self.count = self.outside = self.exchanged_outside = self.far = self.above = 0
        self.small = self.fractional = self.upper_left = self.middle = self.tall = 0
        self.negative, self.positive = np.zeros(2, int), np.zeros(2, int)
        self._places: set[tuple[float, float]] = set()  # a few of those outside

    def add(self, points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """Count the fixations of an image.

        Args:
            points: float64 (n, 2), x and y, finite.
            size: (rows, columns) of the image.

        Returns:
            bool (n,), whether each is off the image.
        """
        extent = np.array(size[::-1])
        off = np.any((points < 0) | (points >= extent), axis=1)
        exchanged = points[:, ::-1]
        self.count += len(points)
        self.outside += int(off.sum())
        self.exchanged_outside += int(np.any((exchanged < 0) | (exchanged >= extent), axis=1).sum())
        self.far += int((off & (points >= 0).all(axis=1)).sum())
        across, down = points[:, 0], points[:, 1]
        inside_across = (across >= 0) & (across < extent[0])
        self.above += int((inside_across & (down < 0) & (down >= -extent[1])).sum())
        small = (np.abs(points) <= LARGEST_UNIT).all(axis=1)
        self.small += int(small.sum())
        self.fractional += int((small & (points % 1 != 0).any(axis=1)).sum())
        self.upper_left += int(((points >= 0) & (points < UPPER_LEFT * extent)).all(axis=1).sum())
        # A screen is one height high; heights read as halves of it keep to its middle.
        self.tall += int((np.abs(down) > 0.55).sum())
        self.middle += int((np.abs(down / extent[1] - 0.5) <= 0.26).sum())
        self.negative += (points < 0).sum(axis=0)
        self.positive += (points > 0).sum(axis=0)
        if len(self._places) < 3 and off.any():
            self._places.update(map(tuple, np.unique(points[off], axis=0)[:3].tolist()))
        return off

    @property
    def on_all_sides(self) -> bool:
        """Whether the fixations surround the origin."""
        sides = np.concatenate([self.negative, self.positive])
        return bool((sides >= LEAST_SIDE * self.count).all())

    def kind(self) -> str | None:
        """Return what the fixations look like, None for pixels of their images.

        Returns:
            "fractions", "norm", "exchanged", "centre", "y_up" (y is 0 at the top and below 0 on
            the image), "screen", "reduced" or "outside"; see `LOOKS`.
        """
        if self.count and self.small >= 0.9 * self.count and self.fractional >= self.count / 2:
            return "norm" if self.on_all_sides else "fractions"
        if self.count >= LEAST_COUNT and self.upper_left >= 0.99 * self.count:
            return "reduced"
        chance = _chance(self.outside, self.count)
        if self.exchanged_outside <= self.outside / 5 and chance < CHANCE_EXCHANGED:
            return "exchanged"
        if not is_many(self.outside, self.count):
            return None
        if self.above >= 0.8 * self.count:
            return "y_up"
        # One value many times is what some trackers write for a lost eye.
        if len(self._places) >= 3:
            if self.on_all_sides:
                return "centre"
            if self.far >= 0.9 * self.outside:
                return "screen"
        return "outside" if self.outside > self.count / 2 else None


def judge_trials(
    trials: Mapping[str, Trial],
    sizes: Mapping[str, tuple[int, int]],
    images: Mapping[str, str],
    system: CoordinateSystem,
    path: str,
    checks: FileChecker,
) -> bool:
    """Report (a problem) coordinates that are of another system than was said.

    Args:
        trials: {stem: fixations as in the file}.
        sizes: {stem: (rows, columns)} of the images that can be used.
        images: {stem: path}.
        system: of the coordinates.
        path: of the table.
        checks: takes the problem.

    Returns:
        Whether there was none.
    """
    upturned = dataclasses.replace(system, origin=_UPTURNED[system.zero])
    raw, found, flipped = (CoordinateCounts() for _ in range(3))
    shown: tuple[int, str] | None = None  # the first line of a fixation outside, and its stem
    for stem in trials.keys() & sizes.keys():
        (points, *_), lines = trials[stem]
        raw.add(points, sizes[stem])
        flipped.add(upturned.to_pixels(points, sizes[stem]), sizes[stem])
        off = found.add(system.to_pixels(points, sizes[stem]), sizes[stem])
        line = int(lines[off if off.any() else ...].min())
        shown = (line, stem) if shown is None else min(shown, (line, stem))
    fault = _fault(system, raw, found, flipped)
    if fault is None or shown is None:
        return True
    line, stem = shown
    (x, y), (rows, columns) = trials[stem].at_line(line), sizes[stem]
    name = os.path.basename(images[stem])
    fault = fault.replace(":", f" (line {line}: x {x:g}, y {y:g} on {name}, {columns}x{rows}):", 1)
    checks.problem(path, f"has {fault}; check_coordinates=false takes them as they are.")
    return False


def _fault(
    system: CoordinateSystem,
    raw: CoordinateCounts,
    found: CoordinateCounts,
    flipped: CoordinateCounts,
) -> str | None:
    """Return what is wrong, a colon and what to do; None if nothing is.

    Args:
        system: that was said.
        raw: of the fixations as in the file.
        found: of their pixels.
        flipped: of their pixels if y points the other way.
    """
    kind, outside = found.kind(), f"{found.outside} of {found.count} fixations outside their images"
    if system == CoordinateSystem():
        if kind is None:
            return None
        if kind in ("fractions", "norm"):
            outside = f"{found.small} of {found.count} fixations within {LARGEST_UNIT:g} of 0"
        elif kind == "reduced":
            outside = f"{found.upper_left} of {found.count} fixations in the upper left"
        return f"{outside}: they look like {LOOKS[kind][0]}; {LOOKS[kind][1]}"
    many = raw.count >= LEAST_COUNT
    if many and system.units == "norm" and found.middle >= 0.99 * found.count:
        return f"{found.middle} of {found.count} y from -0.5 to 0.5: set units=heights, not norm"
    if system.units == "heights" and system.zero == "centre" and is_many(raw.tall, raw.count):
        return f"{raw.tall} of {raw.count} y beyond -0.5 and 0.5: set units=norm, not heights"
    # What is measured from the centre has both signs.
    one_sided = many and system.zero.startswith("centre") and not raw.negative.all()
    if kind is None and not one_sided:
        return None
    if kind is None:
        outside = f"no {'y' if raw.negative[0] else 'x'} below 0"
    return f"{outside} with {system}: {_advice(system, raw, found, flipped)}"


def _advice(
    system: CoordinateSystem,
    raw: CoordinateCounts,
    found: CoordinateCounts,
    flipped: CoordinateCounts,
) -> str:
    """Return what to do about options that do not fit, see `_fault`."""
    kind = raw.kind()
    if kind is None:
        return "as pixels of the images they fit; leave these options out"
    if found.kind() and flipped.kind() is None and flipped.outside <= found.outside / 5:
        return f"set origin={_UPTURNED[system.zero]}, y seems to point the other way"
    if kind in ("fractions", "norm") and system.units == "pixels":
        return f"they look like {LOOKS[kind][0]}; {LOOKS[kind][1]}"
    return "correct these options"


# The same origin with y the other way.
_UPTURNED = {
    "top_left": "lower_left",
    "lower_left": "top_left",
    "centre": "centre_y_down",
    "centre_y_down": "centre",
}
