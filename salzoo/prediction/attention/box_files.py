"""Reader of files with boxes.

A .csv file with a header (see `salzoo.utils.csv_files`), or a .json list of objects. Columns:
name; x and y of the upper left corner, width and height, real numbers in pixels of the upright
image; and optionally image, the name of the image file that a box belongs to. Boxes without it
belong to all images.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Collection
from typing import Any

from salzoo.prediction.attention.boxes import Box
from salzoo.utils.csv_files import parse_numbers, read_csv
from salzoo.utils.errors import InputError, shorten, unknown_name
from salzoo.utils.regular_files import read_text

NUMBERS = ("x", "y", "width", "height")
NEEDED = ("name", *NUMBERS)
COLUMNS = (*NEEDED, "image")
# Pixels. Larger numbers are not exact to a fraction of a pixel.
SMALLEST, LARGEST = 1e-6, 1e9


class BoxFile:
    """The boxes of a file.

    Args:
        path: .csv or .json file, see the module.

    Attributes:
        path: of the file.
        images: names of the images that boxes are restricted to.

    Raises:
        InputError: the file is unreadable or empty, columns are unknown or missing, or values
            make no box. The message names the file, the line and the column.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = str(path)
        self._use(_read(self.path))

    @classmethod
    def from_json(cls, text: str, where: str, most: int) -> BoxFile:
        """Read boxes of one image that did not come as a file.

        Args:
            text: JSON list of objects, as in a .json file.
            where: it comes from, for messages and as `path`.
            most: number of boxes that is accepted.

        Raises:
            InputError: as for a file; a box names an image, or there are more boxes.
        """
        boxes = cls.__new__(cls)
        boxes.path = where
        rows = _parsed_rows(where, text)
        if len(rows) > most:
            raise InputError(f"{where} lists {len(rows)} boxes; give at most {most}.")
        boxes._use(rows)
        if boxes.images:
            raise InputError(f"{where}: leave out image, all boxes are of the one that is sent.")
        return boxes

    def _use(self, rows: list[tuple[str, dict[str, Any]]]) -> None:
        if not rows:
            raise InputError(f"{self.path} lists no box; add a line for each.")
        self._boxes = [(where, _box(where, row), row.get("image") or None) for where, row in rows]
        self._index()
        self._check_unit()

    def _index(self) -> None:
        self._places: dict[str | None, list[int]] = {}
        for place, (_, _, owner) in enumerate(self._boxes):
            self._places.setdefault(owner, []).append(place)
        self.images = {image for image in self._places if image}

    def only(self, images: Collection[str]) -> BoxFile:
        """Return the boxes of some images and of all images.

        Args:
            images: names of their files.
        """
        places = sorted(p for name in {None, *images} for p in self._places.get(name, ()))
        boxes = BoxFile.__new__(BoxFile)
        boxes.path, boxes._boxes = self.path, [self._boxes[place] for place in places]
        boxes._index()
        return boxes

    def of(self, image: str, rows: int, columns: int) -> list[Box]:
        """Return the boxes of an image.

        Args:
            image: name of its file.
            rows: of the image.
            columns: of the image.

        Raises:
            InputError: a box is outside the image, or most of it, and it looks like corners.
        """
        found = []
        for place in sorted(p for name in (None, image) for p in self._places.get(name, ())):
            where, box, _ = self._boxes[place]
            _check_place(where, box, image, rows, columns)
            found.append(box)
        return found

    def _check_unit(self) -> None:
        """Refuse fractions of an image's width and height."""
        ends = [(box.x + box.width, box.y + box.height) for _, box, _ in self._boxes]
        numbers = [number for _, box, _ in self._boxes for number in box[1:]]
        if max(map(max, ends)) <= 1 and any(number % 1 for number in numbers):
            where, box, _ = self._boxes[0]
            raise InputError(
                f"{where}: the box '{shorten(box.name)}' ends at {ends[0][0]:g}, {ends[0][1]:g}, "
                "and none ends above 1, as fractions of the image do; multiply x and width by the "
                "image's width, y and height by its height."
            )


def _check_place(where: str, box: Box, image: str, rows: int, columns: int) -> None:
    """Refuse a box outside an image, or mostly outside if it looks like two corners."""
    part = box.inside(rows, columns)
    share = part.width * part.height / (box.width * box.height) if part else 0
    if share >= 0.5:
        return
    _, x, y, width, height = box
    if 0 <= x < width <= columns and 0 <= y < height <= rows:
        hint = " (are width and height its lower right corner?)"
    elif (
        not share and 0 <= y <= columns - min(width, height) and 0 <= x <= rows - min(width, height)
    ):
        hint = " (are x and y exchanged?)"
    else:
        hint = ""
    if share and not hint:
        return
    # The column along which less of it is inside.
    across, down = (
        (min(start + length, size) - max(start, 0)) / length
        for start, length, size in ((x, width, columns), (y, height, rows))
    )
    raise InputError(
        f"{where}, column {'x' if across <= down else 'y'}: the box '{shorten(box.name)}' lies "
        f"{'mostly ' if share else ''}outside {image}, which is {columns}x{rows} pixels{hint}; "
        "correct the line."
    )


def _read(path: str) -> list[tuple[str, dict[str, Any]]]:
    """Return (position for messages, {column: value}) of each line or entry."""
    ending = os.path.splitext(path)[1].lower()
    if ending not in (".csv", ".json"):
        raise InputError(f"{path}: regions are read from .csv or .json files.")
    if ending == ".csv":
        return _csv_rows(path)
    return _parsed_rows(path, read_text(path))


def _parsed_rows(where: str, text: str) -> list[tuple[str, dict[str, Any]]]:
    try:
        return _json_rows(where, json.loads(text))
    except InputError:
        raise
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where} is no JSON ({error}).") from error


def _csv_rows(path: str) -> list[tuple[str, dict[str, Any]]]:
    header, rows, lines, separator = read_csv(path)
    _check_columns(f"{path}, line 1", header)
    entries: list[dict[str, Any]] = [dict(zip(header, row, strict=True)) for row in rows]
    for column in NUMBERS:
        numbers = parse_numbers([entry[column] for entry in entries], separator).tolist()
        for entry, number in zip(entries, numbers, strict=True):
            entry[column] = entry[column] if math.isnan(number) else number
    return [(f"{path}, line {line}", entry) for line, entry in zip(lines, entries, strict=True)]


def _json_rows(path: str, content: Any) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
        raise InputError(f"{path} must be a list of objects with {', '.join(NEEDED)}.")
    rows = [(f"{path}, box {number}", entry) for number, entry in enumerate(content, 1)]
    for where, entry in rows:
        _check_columns(where, list(entry))
    return rows


def _check_columns(where: str, names: list[str]) -> None:
    for name in names:
        if name not in COLUMNS:
            raise InputError(f"{where}: {unknown_name('column', name, COLUMNS)}")
        if names.count(name) > 1:
            raise InputError(f"{where}: the column {name} is there twice; keep one.")
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise InputError(f"{where}: column {missing[0]} is missing; needed: {', '.join(NEEDED)}.")


def _box(where: str, row: dict[str, Any]) -> Box:
    for column in ("name", "image"):
        text = row.get(column)
        if not (isinstance(text, str) and text) and (column == "name" or text not in (None, "")):
            raise InputError(f"{where}, column {column}: give a text, not {shorten(repr(text))}.")
        if any("\ud800" <= letter <= "\udfff" for letter in text or ""):
            raise InputError(
                f"{where}, column {column}: {shorten(repr(text))} is half a character; correct it."
            )
    x, y, width, height = (_number(where, column, row.get(column)) for column in NUMBERS)
    for column, value in (("width", width), ("height", height)):
        if value < SMALLEST:
            hint = " (are the corners exchanged?)" if value < 0 else ""
            raise InputError(
                f"{where}, column {column}: {value:g} leaves no area to look at{hint}."
            )
    return Box(row["name"], x, y, width, height)


def _number(where: str, column: str, value: Any) -> float:
    try:
        if isinstance(value, str):
            number = float(parse_numbers([value], ",")[0])
        else:
            number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not abs(number) <= LARGEST:  # NaN included
        shown = "nothing" if value in (None, "") else shorten(repr(value))
        raise InputError(f"{where}, column {column}: {shown} is not a number of pixels.")
    return number
