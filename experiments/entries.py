"""What the papers' tables are made of: columns, rows and the figures printed in them.

A row is an `Entry` (a network to train and to measure), a `Cost` (a network that is
only counted or timed) or a `CategoryChange` (the difference between two entries on
the images of one category). Figures are kept as printed, as texts.
"""

import difflib
from dataclasses import dataclass, field

from salzoo.utils.errors import InputError
from salzoo.utils.task import Task


@dataclass(frozen=True)
class Column:
    """On what the figures of a column are made.

    train: names for `open_dataset`, one training after the other, each starting
        from the one before. Empty where nothing is trained.
    test, split, protocol: what is measured on, as for `load_dataset`.
    note: what the obtained figures have in common with the published ones, and what not.
    """

    train: tuple = ()
    test: str = ""
    split: str = "val"
    protocol: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Entry:
    """A row that is a trained network.

    name: "sam/table2/dcn/vgg". title: the row as the paper calls it.
    model, model_options: for `build_model`. recipe: fields that differ from the model's own.
    protocol: of the training sets that have it.
    published: {column: {metric: as printed}}; spread: the same of standard deviations.
    trains_with: name of the entry whose training it shares; its own options then say
        which part of that network is measured.
    better_than: name of the entry that the paper tests it against, over repetitions.
    objects_only: it is trained without the sets that have fixations only.
    """

    name: str
    title: str
    model: str
    model_options: dict = field(default_factory=dict)
    recipe: dict = field(default_factory=dict)
    protocol: str | None = None
    published: dict = field(default_factory=dict)
    spread: dict = field(default_factory=dict)
    trains_with: str | None = None
    better_than: str | None = None
    objects_only: bool = False


@dataclass(frozen=True)
class Cost:
    """A row that only needs the network: what it counts, weighs or takes.

    input_size: (rows, columns). published: {column: {metric: as printed}}.
    """

    name: str
    title: str
    model: str
    input_size: tuple
    model_options: dict = field(default_factory=dict)
    published: dict = field(default_factory=dict)


@dataclass(frozen=True)
class CategoryChange:
    """A row that is the mean of one entry less that of another on one category's images."""

    name: str
    title: str
    first: str
    second: str
    category: str
    published: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table (or figure) of a paper.

    name: "sam/table2". title: what it compares. columns: {name: `Column`}.
    metrics: in the order of the paper, by salzoo's names. convention: of these,
        the one nearest to the paper's. task: `Task`.
    entries: its rows of models of the zoo.
    others: {row: {column: {metric: as printed}}} of models outside.
    repetitions: how often the paper trained each entry. notes: sentences.
    """

    name: str
    title: str
    columns: dict
    metrics: tuple
    entries: tuple
    convention: str = "mit"
    task: Task = Task.FIXATIONS
    others: dict = field(default_factory=dict)
    repetitions: int = 1
    notes: tuple = ()


def figures(block, columns, metrics):
    """Read figures as they stand in a paper's table.

    Args:
        block: text; each line a row's name (spaces allowed) and its figures, all
            metrics of the first column, then of the next; "-" where there is none.
        columns, metrics: their names.

    Returns:
        {row: {column: {metric: text}}}.

    Raises:
        ValueError: a line of another length, a row twice, or what is no figure.
    """
    found = {}
    for line in block.strip().splitlines():
        count = len(columns) * len(metrics)
        words = line.split()
        row, texts = " ".join(words[:-count]), words[-count:]
        if not row or row in found:
            raise ValueError(f"Not a new row with {count} figures: {line}")
        for text in texts:
            if text != "-":
                value(text)
        by_column = [texts[n * len(metrics) : (n + 1) * len(metrics)] for n in range(len(columns))]
        found[row] = {
            column: {m: text for m, text in zip(metrics, part, strict=True) if text != "-"}
            for column, part in zip(columns, by_column, strict=True)
        }
    return found


def value(text):
    """Return a printed figure as a number: without its star and thousands' commas."""
    return float(text.rstrip("*").replace(",", "").replace("±", ""))


def select(tables, name):
    """Return [(table, its entries)] of what a name means: an entry, a table, a paper or less.

    Args:
        tables: of all papers. name: "sam", "sam/table2", "sam/table2/dcn" (both
            networks) or "sam/table2/dcn/vgg".

    Raises:
        InputError: there is nothing of this name.
    """
    wanted = name.strip("/").split("/")
    chosen = []
    for table in tables:
        entries = [e for e in table.entries if e.name.split("/")[: len(wanted)] == wanted]
        if entries:
            chosen.append((table, entries))
    if not chosen:
        raise _unknown(tables, name)
    return chosen


def _unknown(tables, name):
    parts = [entry.name.split("/") for table in tables for entry in table.entries]
    known = sorted({"/".join(p[:length]) for p in parts for length in range(1, len(p) + 1)})
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else "`make experiments` lists them."
    return InputError(f"There is no experiment '{name}'; {hint}")


def find(tables, name):
    """Return the (table, entry) of a full name."""
    return next((t, e) for t in tables for e in t.entries if e.name == name)
