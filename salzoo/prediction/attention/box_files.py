"""Reader of files with boxes.

A .csv file with a header, or a .json list of objects. Columns: name; x and y of the upper left
corner, width and height, real numbers in pixels of the upright image; and optionally image, the
name of the image file that a box belongs to. Boxes without it belong to all images.
"""

from __future__ import annotations

import csv
import json
import math
import os
from typing import Any, TextIO

from salzoo.prediction.attention.boxes import Box
from salzoo.utils.errors import InputError, unknown_name

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
        rows = _read(self.path)
        if not rows:
            raise InputError(f"{self.path} lists no box; add a line for each.")
        self._boxes = [(where, _box(where, row), row.get("image") or None) for where, row in rows]
        self.images = {image for _, _, image in self._boxes if image}

    def of(self, image: str, rows: int, columns: int) -> list[Box]:
        """Return the boxes of an image.

        Args:
            image: name of its file.
            rows: of the image.
            columns: of the image.

        Raises:
            InputError: a box is entirely outside the image.
        """
        found = []
        for where, box, owner in self._boxes:
            if owner in (None, image):
                across, down = (box.x, box.width, columns), (box.y, box.height, rows)
                for column, (start, length, size) in (("x", across), ("y", down)):
                    if start >= size or start + length <= 0:
                        raise InputError(
                            f"{where}, column {column}: the box '{box.name}' lies outside "
                            f"{image}, which is {columns}x{rows} pixels; correct the line."
                        )
                found.append(box)
        return found


def _read(path: str) -> list[tuple[str, dict[str, Any]]]:
    """Return (position for messages, {column: value}) of each line or entry."""
    ending = os.path.splitext(path)[1].lower()
    if ending not in (".csv", ".json"):
        raise InputError(f"{path}: regions are read from .csv or .json files.")
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return _csv_rows(path, file) if ending == ".csv" else _json_rows(path, json.load(file))
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{path} does not exist.") from None
    except (ValueError, csv.Error, RecursionError) as error:
        raise InputError(f"{path} is no {ending[1:]} file in UTF-8 ({error}).") from error


def _csv_rows(path: str, file: TextIO) -> list[tuple[str, dict[str, Any]]]:
    first = file.readline()
    file.seek(0)
    # Spreadsheets write semicolons in locales with a decimal comma.
    delimiter = ";" if ";" in first and "," not in first else ","
    reader = csv.reader(file, strict=True, delimiter=delimiter)
    header = [name.strip() for name in next(reader, [])]
    _check_columns(f"{path}, line 1", header)
    rows = []
    for cells in reader:
        where = f"{path}, line {reader.line_num}"
        if len(cells) > len(header):
            raise InputError(f"{where} has {len(cells)} values for {len(header)} columns.")
        if any(cell.strip() for cell in cells):
            rows.append((where, dict(zip(header, map(str.strip, cells), strict=False))))
    return rows


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
            raise InputError(f"{where}, column {column}: give a text, not {text!r}.")
        if any("\ud800" <= letter <= "\udfff" for letter in text or ""):
            raise InputError(f"{where}, column {column}: {text!r} is half a character; correct it.")
    x, y, width, height = (_number(where, column, row.get(column)) for column in NUMBERS)
    for column, value in (("width", width), ("height", height)):
        if value < SMALLEST:
            raise InputError(f"{where}, column {column}: {value:g} leaves no area to look at.")
    return Box(row["name"], x, y, width, height)


def _number(where: str, column: str, value: Any) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not abs(number) <= LARGEST:  # NaN included
        shown = "nothing" if value in (None, "") else repr(value)
        raise InputError(f"{where}, column {column}: {shown} is not a number of pixels.")
    return number
