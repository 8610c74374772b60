"""Tables with published and obtained figures side by side, as Markdown and CSV."""

import math
import os
import statistics

from experiments import measuring
from experiments.entries import CategoryChange, Cost, Released, find
from salzoo.utils.files import whole_file
from salzoo.utils.printable import write_rows

NOTHING = "-"
SIGNIFICANT = 0.05
CSV_HEADER = (
    "table",
    "row",
    "column",
    "metric",
    "published",
    "published_sd",
    "obtained",
    "obtained_sd",
    "repetitions",
    "p_better",
    "convention",
    "measured_on",
    "images",
)


def write(runner, table):
    """Write tables/NAME.md and tables/NAME.csv with the figures obtained so far."""
    stem = os.path.join(runner.settings.out, "tables", table.name.replace("/", "-"))
    with whole_file(f"{stem}.md") as path, open(path, "w", encoding="utf-8") as file:
        file.write(markdown(runner, table) + "\n")
    with whole_file(f"{stem}.csv") as path, open(path, "w", newline="", encoding="utf-8") as file:
        write_rows(file, [CSV_HEADER, *rows(runner, table)])


def markdown(runner, table):
    """Return the table as Markdown, with all columns of the paper and those added by settings."""
    columns = {**table.columns, **runner.settings.columns(table)}
    parts = [f"## {table.name}: {table.title}"]
    for name, column in columns.items():
        parts.append(_heading(runner, table, name, column))
        parts.append(_aligned(*_side_by_side(runner, table, name)))
    return "\n\n".join([*parts, *table.notes])


def terminal(runner, table):
    """Return the selected columns for a terminal, published figures above the obtained ones."""
    sections = [
        f"{_heading(runner, table, name, column)}\n{_aligned(*_stacked(runner, table, name))}"
        for name, column in runner.settings.columns(table).items()
    ]
    return "\n\n".join([f"{table.name}: {table.title}", *sections, *table.notes])


def rows(runner, table):
    """Return the rows of the CSV file, one for each entry, column and metric."""
    found = []
    for name, column in {**table.columns, **runner.settings.columns(table)}.items():
        measured = (table.convention, f"{column.test} {column.split}") if column.test else ("", "")
        for entry in table.entries:
            images = _images(runner, table, entry, name)
            for metric in table.metrics:
                cell = Cell(runner, table, entry, name, metric)
                found.append([table.name, entry.name, name, metric, *cell.row(), *measured, images])
        for row, printed in table.others.items():
            for metric, text in printed.get(name, {}).items():
                found.append([table.name, row, name, metric, text, *[""] * 8])
    return [["" if cell is None else cell for cell in row] for row in found]


class Cell:
    """One figure, as published and as obtained in several repetitions.

    Attributes:
        printed: published figure, "" if there is none.
        printed_spread: published standard deviation, "" if there is none.
        values: obtained in the repetitions that are complete.
        mean: of the values, None without any.
        spread: standard deviation of the values, None for less than two.
        p: p-value that the entry is better than the one it is tested against, or None.
    """

    def __init__(self, runner, table, entry, column, metric):
        self.printed = entry.published.get(column, {}).get(metric, "")
        self.printed_spread = getattr(entry, "spread", {}).get(column, {}).get(metric, "")

        def figure_of(row, seed):
            return runner.figures(table, row, column, seed).get(metric)

        figures = {seed: figure_of(entry, seed) for seed in runner.settings.seeds(table)}
        obtained = {seed: figure for seed, figure in figures.items() if figure is not None}
        self.values = list(obtained.values())
        self.mean = statistics.fmean(self.values) if self.values else None
        self.spread = statistics.stdev(self.values) if len(self.values) > 1 else None
        self.p = None
        if len(obtained) > 1 and getattr(entry, "better_than", None):
            other = find(runner.tables, entry.better_than)[1]
            others = {seed: figure_of(other, seed) for seed in obtained}
            self.p = self._probability(metric, obtained, others)

    @staticmethod
    def _probability(metric, obtained, others):
        """Return the p-value of {seed: figure} against those of another entry, or None."""
        pairs = [
            (figure, others[seed]) for seed, figure in obtained.items() if others[seed] is not None
        ]
        if len(pairs) < 2:
            return None
        p = measuring.probability_of_better(metric, *zip(*pairs, strict=True))
        return None if math.isnan(p) else p

    def row(self):
        """Return the cells of a row of the CSV file."""
        printed = [self.printed, self.printed_spread]
        return [*printed, self.mean, self.spread, len(self.values), self.p]

    def texts(self, signed=False):
        """Return the published and the obtained figure as text for a table."""
        published = " ± ".join(filter(None, (self.printed, self.printed_spread))) or NOTHING
        if self.mean is None:
            return published, NOTHING
        star = "*" if self.p is not None and self.p < SIGNIFICANT else ""
        obtained = number(self.mean, signed) + star
        return published, obtained if self.spread is None else f"{obtained} ± {self.spread:.3f}"


def number(figure, signed=False):
    """Format a figure with three decimals, two from 10 and none from 1000."""
    digits = 0
    if abs(figure) < 10:
        digits = 3
    elif abs(figure) < 1000:
        digits = 2
    return format(figure, f"{'+' if signed else ''},.{digits}f")


def _texts(runner, table, entry, column):
    """Return (published, obtained) of each metric of an entry."""
    signed = isinstance(entry, CategoryChange)
    return [Cell(runner, table, entry, column, metric).texts(signed) for metric in table.metrics]


def _others(table, column):
    """Return {row: published figures} of the models that are not in the zoo."""
    return {
        row: [printed[column].get(metric, NOTHING) for metric in table.metrics]
        for row, printed in table.others.items()
        if column in printed
    }


def _side_by_side(runner, table, column):
    header = ["", *(text for metric in table.metrics for text in (metric, "obtained"))]
    lines = [
        [entry.title, *(text for pair in _texts(runner, table, entry, column) for text in pair)]
        for entry in table.entries
    ]
    for row, printed in _others(table, column).items():
        lines.append([row, *(text for figure in printed for text in (figure, ""))])
    return header, lines


def _stacked(runner, table, column):
    lines = []
    for entry in table.entries:
        published, obtained = zip(*_texts(runner, table, entry, column), strict=True)
        if set(published) != {NOTHING}:
            lines.append([entry.title, "published", *published])
        lines.append([entry.title, "obtained", *obtained])
    lines += [[row, "published", *printed] for row, printed in _others(table, column).items()]
    return ["", "", *table.metrics], lines


def _heading(runner, table, name, column):
    if not column.test:
        return "Figures of the network alone."
    images = {_images(runner, table, entry, name) for entry in table.entries} - {None}
    count = f", {'/'.join(map(str, sorted(images)))} images" if images else ""
    trained = f"trained on {' then '.join(column.train)}; "
    if any(isinstance(entry, Released) for entry in table.entries):
        trained = ""
    return (
        f"**{name}**: {trained}obtained on {column.test} {column.split}{count}, "
        f"convention {table.convention}. {column.note}".rstrip()
    )


def _images(runner, table, entry, column):
    if isinstance(entry, CategoryChange | Cost):
        return None
    for seed in runner.settings.seeds(table):
        found = runner.record(table, entry, column, seed)
        if found:
            return found["images"]
    return None


def _aligned(header, shown):
    """Return a Markdown table whose columns are padded to equal width."""
    lines = [[str(cell).replace("|", "/") for cell in line] for line in [header, *shown]]
    widths = [max(3, *(len(line[place]) for line in lines)) for place in range(len(header))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    aligned = [
        [f"{line[0]:<{widths[0]}}"]
        + [f"{cell:>{width}}" for cell, width in zip(line[1:], widths[1:], strict=True)]
        for line in lines
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in [aligned[0], rule, *aligned[1:]])
