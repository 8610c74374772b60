"""Tables of text and numbers, as plain text, Markdown and HTML."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from salzoo.utils.printable import printable

NOTHING = "-"
# A text, or a text and a smaller one beside it, such as a mean and its interval.
Cell = str | tuple[str, str]


@dataclass
class Table:
    """Rows of cells under a header.

    Attributes:
        title: line above the table; may be empty.
        header: title of each column; the first is that of the rows' names.
        rows: lists of cells, each as long as the header.
        strong: (row, column) of the cells to highlight, such as the best of a column.
        main: numbers of the rows that the table is about, highlighted in HTML.
        notes: lines below the table.
    """

    title: str
    header: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    strong: set[tuple[int, int]] = field(default_factory=set)
    main: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return the table as aligned columns, with a star after highlighted cells."""
        rows = [[printable(_plain(cell)) for cell in row] for row in [self.header, *self.rows]]
        starred = {column for _, column in self.strong}
        for index, row in enumerate(rows, -1):  # the header is row -1
            for column in starred:
                row[column] += "*" if (index, column) in self.strong else " "
        widths = [max(len(row[column]) for row in rows) for column in range(len(self.header))]
        lines = [printable(self.title)] if self.title else []
        for name, *cells in rows:
            padded = [f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True)]
            lines.append("   ".join([f"{name:<{widths[0]}}", *padded]).rstrip())
        return "\n".join([*lines, *map(printable, self.notes)])

    def markdown(self) -> str:
        """Return the table in GitHub's Markdown, highlighted cells in bold."""
        lines = [f"**{escape_markdown(self.title)}**", ""] if self.title else []
        lines.append(_line(escape_markdown(_plain(cell)) for cell in self.header))
        lines.append(_line(["---", *("---:" for _ in self.header[1:])]))
        for index, row in enumerate(self.rows):
            cells = [escape_markdown(_plain(cell)) for cell in row]
            for column in range(len(cells)):
                if (index, column) in self.strong:
                    cells[column] = f"**{cells[column]}**"
            lines.append(_line(cells))
        for note in self.notes:
            lines += ["", escape_markdown(note)]
        return "\n".join(lines)

    def html(self) -> str:
        """Return the table as an HTML element that scrolls sideways on narrow pages."""
        head = "".join(f'<th scope="col">{_marked_up(cell)}</th>' for cell in self.header)
        body = []
        for index, (name, *cells) in enumerate(self.rows):
            kind = ' class="main"' if index in self.main else ""
            columns = []
            for column, cell in enumerate(cells, 1):
                strong = ' class="strong"' if (index, column) in self.strong else ""
                columns.append(f"<td{strong}>{_marked_up(cell)}</td>")
            body.append(f'<tr{kind}><th scope="row">{_marked_up(name)}</th>{"".join(columns)}</tr>')
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        caption = f"<caption>{html.escape(self.title)}</caption>" if self.title else ""
        return (
            f'<div class="table" tabindex="0"><table>{caption}<thead><tr>{head}</tr></thead>'
            f"<tbody>\n{chr(10).join(body)}\n</tbody></table></div>"
            + (f'<div class="notes">{notes}</div>' if notes else "")
        )


def format_number(value: float | None, digits: int = 3, signed: bool = False) -> str:
    """Format a number.

    Args:
        value: the number.
        digits: number of decimals.
        signed: write a plus sign before positive numbers.

    Returns:
        The formatted number; "-" for NaN and None.
    """
    if value is None or np.isnan(value):
        return NOTHING
    return format(value, f"{'+' if signed else ''}.{digits}f")


def format_interval(low: float | None, high: float | None, signed: bool = False) -> str:
    """Format an interval.

    Args:
        low: its lower end.
        high: its upper end.
        signed: write a plus sign before positive numbers.

    Returns:
        "[low, high]" with three decimals; an empty text if `low` is NaN or None.
    """
    if low is None or np.isnan(low):
        return ""
    return f"[{format_number(low, signed=signed)}, {format_number(high, signed=signed)}]"


def format_probability(p: float | None) -> str:
    """Format a p-value; "-" for NaN or None."""
    if p is None or np.isnan(p):
        return NOTHING
    return "< 0.001" if p < 0.001 else format_number(p)


def escape_markdown(text: str) -> str:
    """Escape the characters of a text that have a meaning in Markdown."""
    for character in "\\|*_`<":
        text = text.replace(character, f"\\{character}")
    return printable(text.replace("](", "]\\(").replace("\n", " "))


def _plain(cell: Cell) -> str:
    return cell if isinstance(cell, str) else " ".join(part for part in cell if part)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _marked_up(cell: Cell) -> str:
    if isinstance(cell, str):
        return html.escape(cell)
    main, small = (html.escape(part) for part in cell)
    return f"{main} <small>{small}</small>" if small else main
