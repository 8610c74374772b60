"""CSV tables of fixations and splits for the dataset `folder`, see `salzoo.utils.csv_files`."""

from collections.abc import Collection, Iterable

import numpy as np

from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.path_names import match_names, path_below_images
from salzoo.utils.csv_files import parse_numbers, read_csv
from salzoo.utils.errors import InputError, shorten

SPLITS = ("train", "val", "test")
OPTIONAL = ("observer", "timestamp", "duration")


class Table:
    """The content of a CSV file.

    Args:
        path: of the file.
        columns: {name in lower case: texts}.
        lines: line numbers of the rows in the file.
        separator: of the values.
    """

    def __init__(
        self, path: str, columns: dict[str, list[str]], lines: list[int], separator: str
    ) -> None:
        self.path, self.columns, self.lines, self.separator = path, columns, lines, separator

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self.columns

    def texts(self, name: str) -> list[str]:
        """Return a column as texts.

        Args:
            name: of the column.
        """
        return self.columns[name.casefold()]

    def at(self, rows: Iterable[int]) -> "Table":
        """Return some of the rows.

        Args:
            rows: their indices.
        """
        rows = list(rows)
        columns = {name: [texts[row] for row in rows] for name, texts in self.columns.items()}
        return Table(self.path, columns, [self.lines[row] for row in rows], self.separator)

    def numbers(self, name: str, checks: FileChecker) -> np.ndarray:
        """Return a column as numbers.

        Args:
            name: of the column.
            checks: takes the problems.

        Returns:
            float64 (rows,), NaN (a problem) where there is no number.
        """
        texts = self.texts(name)
        values = parse_numbers(texts, self.separator)
        wrong = np.flatnonzero(np.isnan(values))
        if len(wrong):
            text, line = texts[wrong[0]], self.lines[wrong[0]]
            more = f" (one of {len(wrong)} such lines)" if len(wrong) > 1 else ""
            checks.problem(
                self.path,
                f"has {name} '{shorten(text)}' in line {line}, which is no number{more}; "
                f"{'write decimals with a point' if ',' in text else 'correct or delete it'}.",
            )
        return values

    def stems(
        self, column: str, images: dict[str, str], checks: FileChecker
    ) -> list[str | None] | None:
        """Return the image that each row names.

        Args:
            column: name of the column.
            images: {stem: path}.
            checks: takes the problems.

        Returns:
            Stems, None (a problem) where there is no such image; None for all (a problem)
            where names may be of several images.
        """
        names = self.texts(column)
        found = match_names(names, images)
        if found.problem:
            checks.problem(self.path, found.problem)
            return None
        if found.unknown and images:
            first = self.lines[names.index(found.unknown[0])]
            checks.problem(
                self.path,
                f"names images that are not there: {some(found.unknown)} (first in line {first}); "
                "add them or delete their lines.",
            )
        return [found.stems.get(name) for name in names]


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
        names, rows, lines, separator = read_csv(path)
    except InputError as error:
        checks.refused(path, error)
        return None
    except OSError as error:
        checks.problem(path, f"cannot be read ({error.strerror}).")
        return None
    if not rows:
        checks.problem(
            path,
            f"{'has no line below its column names' if names else 'is empty'}; it needs a line "
            f"'{separator.join(required)}' and below it a line for each entry.",
        )
        return None
    keys = [name.casefold() for name in names]
    twice = [
        name for name in dict.fromkeys((*required, *OPTIONAL)) if keys.count(name.casefold()) > 1
    ]
    if twice:
        checks.problem(path, f"has two columns {some(twice)}; rename or remove one.")
        return None
    columns = {key: [row[index] for row in rows] for index, key in enumerate(keys)}
    table = Table(path, columns, lines, separator)
    lacking = [name for name in required if name not in table]
    if lacking:
        checks.problem(
            path,
            f"has no column {some(lacking)} but {some(names, 12)}; "
            f"correct its first line{options and f' or name your columns with {options}'}.",
        )
        return None
    return table


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
    if stems is None:
        return {}
    for stem, split, line in zip(stems, table.texts("split"), table.lines, strict=True):
        if split not in SPLITS:
            checks.problem(
                path, f"has split '{shorten(split)}' in line {line}; write train, val or test."
            )
        elif stem is not None and split_of.setdefault(stem, split) != split:
            checks.problem(path, f"puts '{stem}' into '{split}' in line {line}, and elsewhere.")
    absent = sorted(set(needed) - set(stems))
    lacking = [path_below_images(stem, images[stem]) for stem in absent]
    if lacking:
        checks.problem(
            path,
            f"has no line for {len(lacking)} of {len(needed)} images ({some(lacking)}); give "
            "each a split or take it out of the folder.",
        )
    return split_of


def some(names: Iterable[str], most: int = 3) -> str:
    """Return the first few names, quoted, and the number of the others.

    Args:
        names: any.
        most: number of names to quote.
    """
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(f"'{shorten(name, 200)}'" for name in names[:most]) + more
