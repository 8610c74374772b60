"""CSV tables of fixations and splits for the dataset `folder`.

UTF-8 with a line of column names, separated by commas, semicolons or tabs; spaces around
values, empty lines and further columns are ignored.
"""

import csv
import io
import os
import unicodedata
from collections.abc import Collection, Iterable

import numpy as np

from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.points import Fixations

SPLITS = ("train", "val", "test")
OPTIONAL = ("observer", "timestamp", "duration")


class Table:
    """The content of a CSV file.

    Args:
        path: of the file.
        columns: {name in lower case: texts}.
        lines: line numbers of the rows in the file.
    """

    def __init__(self, path: str, columns: dict[str, list[str]], lines: list[int]) -> None:
        self.path, self.columns, self.lines = path, columns, lines

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self.columns

    def texts(self, name: str) -> list[str]:
        """Return a column as texts.

        Args:
            name: of the column.
        """
        return self.columns[name.casefold()]

    def numbers(self, name: str, checks: FileChecker) -> np.ndarray:
        """Return a column as numbers.

        Args:
            name: of the column.
            checks: takes the problems.

        Returns:
            float64 (rows,), not finite (a problem) where there is no number.
        """
        texts = self.texts(name)
        values = np.array([_number(text) for text in texts], "float64")
        wrong = np.flatnonzero(~np.isfinite(values))
        if len(wrong):
            text, line = texts[wrong[0]], self.lines[wrong[0]]
            more = f" (one of {len(wrong)} such lines)" if len(wrong) > 1 else ""
            checks.problem(
                self.path,
                f"has {name} '{text}' in line {line}, which is no number{more}; "
                f"{'write decimals with a point' if ',' in text else 'correct or delete it'}.",
            )
        return values

    def stems(self, column: str, images: dict[str, str], checks: FileChecker) -> list[str | None]:
        """Return the image that each row names.

        Args:
            column: name of the column.
            images: {stem: path}.
            checks: takes the problems.

        Returns:
            Stems, None (a problem) where there is no such image.
        """
        known = {stem: stem for stem in images}
        known |= {_base_name(path): stem for stem, path in images.items()}
        names = [_base_name(name) for name in self.texts(column)]
        unknown: dict[str, int] = {}
        for name, line in zip(names, self.lines, strict=True):
            if name not in known:
                unknown.setdefault(name, line)
        if unknown and images:
            checks.problem(
                self.path,
                f"names images that are not there: {some(unknown)} (first in line "
                f"{min(unknown.values())}); add them or delete their lines.",
            )
        return [known.get(name) for name in names]


def read_table(
    path: str, required: list[str], checks: FileChecker, options: str = ""
) -> Table | None:
    """Read a CSV file.

    Args:
        path: of the file.
        required: names of columns.
        checks: takes the problems.
        options: that name the columns otherwise, for the message.

    Returns:
        The table, None (a problem) if it cannot be read or lacks a column.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read()
        separator = max(",;\t", key=text.partition("\n")[0].count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        filled = [(reader.line_num, row) for row in reader if any(value.strip() for value in row)]
    except UnicodeDecodeError:
        checks.problem(path, "is not UTF-8 text; save it as 'CSV UTF-8'.")
        return None
    except (OSError, csv.Error) as error:
        checks.problem(path, f"is not a readable CSV file ({error}).")
        return None
    if len(filled) < 2:
        checks.problem(
            path,
            f"{'has no line below its column names' if filled else 'is empty'}; it needs a line "
            f"'{separator.join(required)}' and below it a line for each entry.",
        )
        return None
    (_, names), *filled = filled
    width, keys = len(names), [name.strip().casefold() for name in names]
    for line, row in filled:
        if any(value.strip() for value in row[width:]):
            checks.problem(
                path,
                f"has {len(row)} values in line {line}, but {width} columns; put texts that "
                f"contain the separator '{separator}' in quotes.",
            )
            return None
    twice = {name for name in keys if name and keys.count(name) > 1}
    if twice:
        checks.problem(path, f"has two columns {some(sorted(twice))}; rename or remove one.")
        return None
    rows = [[*row, *[""] * width] for _, row in filled]
    columns = {key: [row[index].strip() for row in rows] for index, key in enumerate(keys)}
    table = Table(path, columns, [line for line, _ in filled])
    lacking = [name for name in required if name not in table]
    if lacking:
        checks.problem(
            path,
            f"has no column {some(lacking)} but {some((name.strip() for name in names), 12)}; "
            f"correct its first line{options and f' or name your columns with {options}'}.",
        )
        return None
    return table


def read_fixations(
    path: str,
    columns: tuple[str, str, str],
    optional: tuple[str, str, str],
    images: dict[str, str],
    checks: FileChecker,
) -> dict[str, Fixations] | None:
    """Read the fixations of images.

    Args:
        path: of the file.
        columns: names of the columns of images, x and y.
        optional: names of the columns of observers, timestamps and durations.
        images: {stem: path}.
        checks: takes the problems.

    Returns:
        {stem: fixations}, points and durations as in the file; None (a problem) if the
        file cannot be used.
    """
    image, x, y = columns
    observer, timestamp, duration = optional
    # One that was asked for by another name than the usual must be there.
    renamed = [name for name, usual in zip(optional, OPTIONAL, strict=True) if name != usual]
    required = [*columns, *renamed]
    table = read_table(path, required, checks, "image_column=, x_column=, y_column=")
    if table is None:
        return None
    stems = table.stems(image, images, checks)
    points = np.stack([table.numbers(name, checks) for name in (x, y)], axis=1)
    usable = np.isfinite(points).all(axis=1) & [stem is not None for stem in stems]
    order, observers, durations = np.arange(len(points)), None, None
    if observer in table:
        observers = np.unique(table.texts(observer), return_inverse=True)[1].astype("int32")
    if timestamp in table:
        times = table.numbers(timestamp, checks)
        usable &= np.isfinite(times)
        order = np.lexsort((times,) if observers is None else (times, observers))
    if duration in table:
        durations = table.numbers(duration, checks)
        usable &= np.isfinite(durations)
    found = Fixations(points, observers, durations)
    rows_of: dict[str | None, list[int]] = {}
    for row in order[usable[order]]:
        rows_of.setdefault(stems[row], []).append(row)
    return {stem: found.at(rows) for stem, rows in rows_of.items() if stem is not None}


def read_splits(
    path: str, images: dict[str, str], needed: Collection[str], checks: FileChecker
) -> dict[str, str]:
    """Read the splits of images.

    Args:
        path: of the file.
        images: {stem: path}.
        needed: stems that must be in the table.
        checks: takes the problems.

    Returns:
        {stem: split}.
    """
    table = read_table(path, ["image", "split"], checks)
    if table is None:
        return {}
    split_of: dict[str, str] = {}
    stems = table.stems("image", images, checks)
    for stem, split, line in zip(stems, table.texts("split"), table.lines, strict=True):
        if split not in SPLITS:
            checks.problem(path, f"has split '{split}' in line {line}; write train, val or test.")
        elif stem is not None and split_of.setdefault(stem, split) != split:
            checks.problem(path, f"puts '{stem}' into '{split}' in line {line}, and elsewhere.")
    lacking = [os.path.basename(images[stem]) for stem in sorted(set(needed) - set(stems))]
    if lacking:
        checks.problem(
            path,
            f"has no line for {len(lacking)} of {len(needed)} images ({some(lacking)}); give "
            "each a split or take it out of the folder.",
        )
    return split_of


def _number(text: str) -> float:
    try:
        return float("" if "_" in text else text)  # Python reads 1_0 as 10
    except ValueError:
        return np.nan


def _base_name(path: str) -> str:
    """Return a file's name without folders, composed as `FileChecker.stems` does."""
    return unicodedata.normalize("NFC", path.replace("\\", "/").rpartition("/")[2])


def some(names: Iterable[str], most: int = 3) -> str:
    """Return the first few names, quoted, and the number of the others.

    Args:
        names: any.
        most: number of names to quote.
    """
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(f"'{name}'" for name in names[:most]) + more
