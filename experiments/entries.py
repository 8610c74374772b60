"""Classes for the tables of the papers: columns, rows and the printed figures.

A row is an `Entry` (a model to train and evaluate), a `Cost` (a model whose parameters,
memory or speed is measured), `Released` (weights of the authors, which are only evaluated) or a
`CategoryChange` (the difference between two entries on the images of one category). Figures are
kept as text, as they are printed.
"""

import difflib
from dataclasses import dataclass, field

from salzoo.utils.errors import InputError
from salzoo.utils.task import Task


@dataclass(frozen=True)
class Column:
    """Datasets that the figures of a column come from.

    Attributes:
        train: names of datasets, "a" or "a+b", one for each of several trainings, each of
            which starts from the weights of the one before. Empty: no training.
        test: name of the dataset that is evaluated on.
        split: of the test dataset.
        protocol: of the test dataset.
        note: how the conditions differ from those of the paper.
        fit_mode: how the evaluated images are fitted to the network; None: as usual.
    """

    train: tuple = ()
    test: str = ""
    split: str = "val"
    protocol: str | None = None
    note: str = ""
    fit_mode: str | None = None


@dataclass(frozen=True)
class Entry:
    """A row with the results of a trained model.

    Attributes:
        name: such as "sam/table2/dcn/vgg".
        title: name of the row in the paper.
        model: for `build_model`.
        model_options: for `build_model`.
        recipe: fields that differ from the model's own recipe.
        protocol: of the training datasets that have it.
        published: {column: {metric: figure as printed}}.
        spread: published standard deviations, in the same form.
        trains_with: name of the entry whose training is shared; `model_options` then select
            the part of its model that is evaluated.
        better_than: name of the entry that the paper tests this one against, over
            repetitions.
        objects_only: train without the datasets that have fixations only.
        fit_mode: how the evaluated images are fitted to the network; None: as usual.
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
    fit_mode: str | None = None


@dataclass(frozen=True)
class Cost:
    """A row with parameters, memory or speed of a model, which is not trained.

    Attributes:
        name: such as "msinet/table3/msinet".
        title: name of the row in the paper.
        model: for `build_model`.
        input_size: (rows, columns).
        model_options: for `build_model`.
        published: {column: {metric: figure as printed}}.
    """

    name: str
    title: str
    model: str
    input_size: tuple
    model_options: dict = field(default_factory=dict)
    published: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Released:
    """A row with the results of weights that the authors of a model released.

    Attributes:
        name: such as "sam/released/sam_vgg-salicon".
        title: of the row.
        source: for `evaluate`, such as "sam_vgg:salicon".
        model: for `build_model`.
        model_options: for `build_model`.
        columns: names of the columns that it is measured on; the others are of other weights.
        published: {column: {metric: figure as printed}}.
    """

    name: str
    title: str
    source: str
    model: str
    model_options: dict
    columns: tuple
    published: dict = field(default_factory=dict)


@dataclass(frozen=True)
class CategoryChange:
    """A row with the difference of the means of two entries on the images of one category.

    Attributes:
        name: such as "msinet/table7/noisy".
        title: name of the row in the paper.
        first: name of the entry whose means are taken.
        second: name of the entry whose means are subtracted.
        category: of the images.
        published: {column: {metric: figure as printed}}.
    """

    name: str
    title: str
    first: str
    second: str
    category: str
    published: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table (or figure) of a paper.

    Attributes:
        name: such as "sam/table2".
        title: what the table compares.
        columns: {name: `Column`}.
        metrics: salzoo's names of the metrics, in the order of the paper.
        entries: rows of models of the zoo.
        convention: of the metrics, the one closest to the paper's; several as "a,b", of which
            each metric takes the last that has it.
        task: `Task`.
        others: {row: {column: {metric: figure as printed}}} of models that are not in the zoo.
        repetitions: number of trainings of each entry in the paper.
        notes: lines below the table.
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
    """Parse figures that are copied from a paper's table.

    Args:
        block: one line a row: its name (spaces are allowed) and its figures, all metrics of
            the first column, then of the next; "-" for a missing figure.
        columns: names.
        metrics: names.

    Returns:
        {row: {column: {metric: text}}}.

    Raises:
        ValueError: a line of another length, a repeated row, or text that is not a figure.
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
    """Convert a printed figure to a number, without its star and thousands separators."""
    return float(text.rstrip("*").replace(",", "").replace("±", ""))


def select(tables, name):
    """Return [(table, its entries)] of an entry, a table, a paper or a prefix of a name.

    Args:
        tables: of all papers.
        name: such as "sam", "sam/table2", "sam/table2/dcn" (both backbones) or
            "sam/table2/dcn/vgg".

    Raises:
        InputError: there is no such name.
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
    """Return (table, entry) of an entry's full name."""
    return next((t, e) for t in tables for e in t.entries if e.name == name)
