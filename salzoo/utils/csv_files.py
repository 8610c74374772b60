"""Delimited text as spreadsheets and eye trackers write it.

UTF-8 or, with a byte order mark, UTF-16; lines end in LF, CRLF or CR; values are separated by
commas, semicolons or tabs, or by what Excel's first line `sep=;` names. Quotes may follow a
space. Spaces around values and empty lines are ignored.
"""

import codecs
import csv
import io
import itertools
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from salzoo.utils.errors import InputError
from salzoo.utils.regular_files import read_bytes

# What programs write where there is no value, in lower case.
MISSING = frozenset(("", ".", "-", "na", "n/a", "<na>", "nan", "-nan", "null", "none"))
_END = "\x00end"


class CsvFile(NamedTuple):
    """The lines of a file.

    Attributes:
        names: of the columns, as in the first line.
        rows: texts of the other lines, as many as there are columns.
        lines: number of each row's last line in the file, from 1.
        separator: of the values.
    """

    names: list[str]
    rows: list[list[str]]
    lines: list[int]
    separator: str


def read_csv(path: str) -> CsvFile:
    """Read a file whose first line names the columns.

    Args:
        path: of the file.

    Raises:
        InputError: it is no regular file or too large, is not text, has a line with more values
            than columns, or an open quote. The message begins with the path.
    """
    text = _decode(path)
    separator, start = _find_separator(text)
    # An open quote takes in everything that follows it, the end included.
    body = itertools.chain(io.StringIO(text[start:], newline=""), [_END])
    reader = csv.reader(body, delimiter=separator, skipinitialspace=True)
    above = 1 if start else 0
    try:
        filled = [
            (above + reader.line_num, values)
            for row in reader
            if any(values := [value.strip() for value in row])
        ]
    except csv.Error as error:
        raise InputError(f"{path} is not a readable CSV file ({error}).") from error
    if filled.pop()[1] != [_END]:
        line = filled[-1][0] + 1 if filled else above + 1
        raise InputError(f"{path} has a quote that is not closed, in line {line} or below it.")
    if not filled:
        return CsvFile([], [], [], separator)
    (_, names), *filled = filled
    width = len(names)
    for line, row in filled:
        if any(row[width:]):
            raise InputError(
                f"{path} has {len(row)} values in line {line}, but {width} columns; put texts "
                f"that contain the separator '{separator}' in quotes."
            )
    rows = [[*row, *[""] * width][:width] for _, row in filled]
    return CsvFile(names, rows, [line for line, _ in filled], separator)


def parse_numbers(texts: Sequence[str], separator: str) -> np.ndarray:
    """Return a column as numbers.

    Args:
        texts: of the column.
        separator: of the file; where it is no comma, decimals may be written with one.

    Returns:
        float64 (rows,), NaN where there is no number. Infinities are no numbers.
    """
    # Beside decimal points, a comma separates thousands.
    points = any("." in text and text != "." for text in texts)
    comma = separator != "," and not points
    return np.array([_number(text.replace(",", ".") if comma else text) for text in texts])


def is_missing(text: str) -> bool:
    """Return whether a text stands for no value, as `.` and `NaN` do.

    Args:
        text: of a value.
    """
    return text.casefold() in MISSING


def _decode(path: str) -> str:
    content = read_bytes(path)
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # UTF-16 without its mark, or no text at all
        raise InputError(f"{path} is not UTF-8 text; save it as 'CSV UTF-8'.")
    return text


def _find_separator(text: str) -> tuple[str, int]:
    """Return the separator, and where the text begins after Excel's line."""
    named = re.match(r'"?sep=([^"\r\n])"?[ \t]*(\r\n|\r|\n)', text, re.IGNORECASE)
    if named:
        return named[1], named.end()
    header = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    unquoted = re.sub(r'"[^"]*"', "", header)
    return max(",;\t", key=unquoted.count), 0


def _number(text: str) -> float:
    try:
        value = float("" if "_" in text else text)  # Python reads 1_0 as 10
    except ValueError:
        return np.nan
    return value if np.isfinite(value) else np.nan
