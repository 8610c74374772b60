"""Names and texts from files, made safe for terminals and spreadsheets."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

# They change the direction of the text that follows, so a name can look like another.
_DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# Spreadsheets compute cells that begin with these; the apostrophe marks a cell as a text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|-", re.ASCII | re.IGNORECASE)


def printable(text: str, keep: str = "") -> str:
    r"""Escape the control characters of a text, which could move a terminal's cursor.

    Args:
        text: any text.
        keep: control characters to leave as they are, such as "\n".

    Returns:
        The text with escapes such as \x1b in place of control characters and of those
        that change the direction of writing.
    """
    if text.isprintable():
        return text
    return "".join(
        ascii(character)[1:-1] if _is_control(character) and character not in keep else character
        for character in text
    )


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _DIRECTIONS


def write_rows(file: TextIO, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows as CSV in which no spreadsheet finds a formula.

    Args:
        file: opened with newline="".
        rows: of texts and numbers; a text that a spreadsheet would compute gets an
            apostrophe before it, which `original_text` removes.
    """
    writer = csv.writer(file, lineterminator="\n")
    quoting = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        # Python 3.11 to 3.13 leave a lone carriage return without quotes.
        with_return = any(isinstance(cell, str) and "\r" in cell for cell in row)
        (quoting if with_return else writer).writerow([_neutral(cell) for cell in row])


def original_text(cell: str) -> str:
    """Return the text that `write_rows` wrote into a cell."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _neutral(cell: Any) -> Any:
    is_formula = isinstance(cell, str) and cell.startswith(_FORMULA)
    return f"'{cell}" if is_formula and not _NUMBER.fullmatch(cell) else cell
