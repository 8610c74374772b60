"""Tables and descriptions that fit the terminal; where none is, as in a pipe, lines are whole."""

import shutil
import textwrap
from collections.abc import Iterable, Sequence

from salzoo.utils.errors import shorten
from salzoo.utils.printable import printable

_WHOLE = 1_000_000
_NAME_WIDTH = 15


def print_rows(rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns; the last is shortened to the terminal's width.

    Args:
        rows: Of which the first is the header.
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    left = _terminal_width() - sum(width + 2 for width in widths)
    for *cells, last in rows:
        padded = [f"{cell:<{width}}  " for cell, width in zip(cells, widths, strict=True)]
        print("".join([*padded, shorten(last, max(left, 10))]).rstrip())


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print names and values, one a paragraph with a hanging indent.

    Args:
        facts: Names, of up to 14 characters, and values.
    """
    for name, value in facts:
        text = textwrap.fill(
            printable(value),
            max(_terminal_width(), 40),
            initial_indent=f"{name:<{_NAME_WIDTH}}",
            subsequent_indent=" " * _NAME_WIDTH,
            break_long_words=False,
            break_on_hyphens=False,
        )
        print(text)


def _terminal_width() -> int:
    return shutil.get_terminal_size((_WHOLE, 24)).columns
