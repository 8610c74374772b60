"""One table, written for a terminal, for markdown, for a web page or as csv."""

import csv
import html
import io
from dataclasses import dataclass, field

import numpy as np

NOTHING = "-"


@dataclass
class Table:
    """Rows of texts under a header.

    title: above the table. header: of each column; the first is that of the rows'
    names. rows: lists of cells as long as the header, a cell being a text, or a
    text and a smaller one beside it (an interval, a spread).
    strong: (row, column) of cells that stand out, the best of their column, say.
    main: rows that are what the table is about. notes: sentences below it.
    """

    title: str
    header: list
    rows: list
    strong: set = field(default_factory=set)
    main: set = field(default_factory=set)
    notes: list = field(default_factory=list)

    def text(self):
        """Return the table in columns of equal width, a star behind what stands out."""
        rows = [[_plain(cell) for cell in row] for row in [self.header, *self.rows]]
        starred = {column for _, column in self.strong}
        for number, row in enumerate(rows, -1):
            for column in starred:
                row[column] += "*" if (number, column) in self.strong else " "
        widths = [max(len(row[column]) for row in rows) for column in range(len(self.header))]
        lines = [self.title] if self.title else []
        for name, *cells in rows:
            padded = [f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True)]
            lines.append("   ".join([f"{name:<{widths[0]}}", *padded]).rstrip())
        return "\n".join([*lines, *self.notes])

    def markdown(self):
        """Return the table as GitHub reads it, what stands out in bold."""
        lines = [f"**{escaped(self.title)}**", ""] if self.title else []
        lines.append(_line(escaped(_plain(cell)) for cell in self.header))
        lines.append(_line(["---", *["---:"] * (len(self.header) - 1)]))
        for number, row in enumerate(self.rows):
            cells = [escaped(_plain(cell)) for cell in row]
            for column in range(len(cells)):
                if (number, column) in self.strong:
                    cells[column] = f"**{cells[column]}**"
            lines.append(_line(cells))
        for note in self.notes:
            lines += ["", escaped(note)]
        return "\n".join(lines)

    def html(self):
        """Return the table as an element that scrolls where the page is narrow."""
        head = "".join(f'<th scope="col">{_marked_up(cell)}</th>' for cell in self.header)
        body = []
        for number, (name, *cells) in enumerate(self.rows):
            kind = ' class="main"' if number in self.main else ""
            columns = []
            for column, cell in enumerate(cells, 1):
                strong = ' class="strong"' if (number, column) in self.strong else ""
                columns.append(f"<td{strong}>{_marked_up(cell)}</td>")
            body.append(f'<tr{kind}><th scope="row">{_marked_up(name)}</th>{"".join(columns)}</tr>')
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        caption = f"<caption>{html.escape(self.title)}</caption>" if self.title else ""
        return (
            f'<div class="table" tabindex="0"><table>{caption}<thead><tr>{head}</tr></thead>'
            f"<tbody>\n{chr(10).join(body)}\n</tbody></table></div>"
            + (f'<div class="notes">{notes}</div>' if notes else "")
        )

    def csv(self):
        """Return header and rows as csv."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerows([_plain(cell) for cell in row] for row in [self.header, *self.rows])
        return buffer.getvalue()


def number(value, digits=3, signed=False):
    """Write a number with so many decimals; a dash for NaN and None."""
    if value is None or np.isnan(value):
        return NOTHING
    return format(value, f"{'+' if signed else ''}.{digits}f")


def interval(low, high, signed=False):
    """Write the two ends of an interval; nothing where there is none."""
    if low is None or np.isnan(low):
        return ""
    return f"[{number(low, signed=signed)}, {number(high, signed=signed)}]"


def probability(p):
    """Write a p value."""
    if np.isnan(p):
        return NOTHING
    return "< 0.001" if p < 0.001 else number(p)


def _plain(cell):
    return cell if isinstance(cell, str) else " ".join(part for part in cell if part)


def _line(cells):
    return f"| {' | '.join(cells)} |"


def escaped(text):
    """Return a text that markdown shows as it is."""
    for letter in "\\|*_`<":
        text = text.replace(letter, f"\\{letter}")
    return text.replace("](", "]\\(").replace("\n", " ")


def _marked_up(cell):
    if isinstance(cell, str):
        return html.escape(cell)
    main, small = (html.escape(part) for part in cell)
    return f"{main} <small>{small}</small>" if small else main
