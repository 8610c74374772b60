"""Fixations from the lines of a table, for the dataset `folder`."""

from typing import NamedTuple

import numpy as np

from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.coordinate_checks import Trial
from salzoo.data.datasets._formats.fixation_table import OPTIONAL, Table, read_table, some
from salzoo.data.datasets._formats.points import Fixations
from salzoo.utils.csv_files import is_missing
from salzoo.utils.errors import InputError
from salzoo.utils.once import warn_once
from salzoo.utils.wording import counted


class Columns(NamedTuple):
    """Names of the columns of a table, and the lines to use.

    Attributes:
        image: names of images.
        x: of fixations.
        y: of fixations.
        observer: optional; any text.
        timestamp: optional; in any unit.
        duration: optional; milliseconds.
        fixation: numbers of fixations, "" for a fixation a line.
        only: "COLUMN=VALUE" of the lines to use, "" for all.
    """

    image: str = "image"
    x: str = "x"
    y: str = "y"
    observer: str = "observer"
    timestamp: str = "timestamp"
    duration: str = "duration"
    fixation: str = ""
    only: str = ""

    @property
    def required(self) -> list[str]:
        """Those that must be there; an optional one if it has another name than the usual."""
        renamed = [name for name in self[3:6] if name not in OPTIONAL]
        filtered = self.only.partition("=")[0].strip()
        return [name for name in (*self[:3], *renamed, self.fixation, filtered) if name]


def read_fixations(
    path: str, columns: Columns, images: dict[str, str], checks: FileChecker
) -> dict[str, Trial] | None:
    """Read the fixations of images.

    Args:
        path: of the file.
        columns: names of its columns.
        images: {stem: path}.
        checks: takes the problems.

    Returns:
        {stem: fixations}, points and durations as in the file; None (a problem) if the
        file cannot be used.

    Raises:
        InputError: `columns.only` has no equals sign.
    """
    if columns.only and "=" not in columns.only:
        raise InputError(f"only={columns.only}: write COLUMN=VALUE.")
    table = read_table(path, columns.required, checks, "image_column=, x_column=, y_column=")
    table = table and _selected_lines(table, columns.only, checks)
    table = table and _complete_lines(table, columns, checks)
    if table is None:
        return None
    stems = table.stems(columns.image, images, checks)
    if stems is None:
        return None
    points = np.stack([table.numbers(name, checks) for name in (columns.x, columns.y)], axis=1)
    usable = np.isfinite(points).all(axis=1) & [stem is not None for stem in stems]
    observers, times, durations = None, None, None
    if columns.observer in table:
        observers = np.unique(table.texts(columns.observer), return_inverse=True)[1].astype("int32")
    if columns.timestamp in table:
        times = table.numbers(columns.timestamp, checks)
        usable &= np.isfinite(times)
    if columns.duration in table:
        durations = table.numbers(columns.duration, checks)
        usable &= np.isfinite(durations)
    rows = np.flatnonzero(usable)
    if columns.fixation:
        numbers = table.texts(columns.fixation)
        keys = [
            (stems[row], observers is not None and observers[row], numbers[row]) for row in rows
        ]
        starts = [n for n, key in enumerate(keys) if n == 0 or key != keys[n - 1]]
        for group in np.split(rows, starts[1:]):
            points[group] = points[group].mean(axis=0) if len(group) else 0
        rows = rows[starts]
    if times is not None:
        order = (times[rows],) if observers is None else (times[rows], observers[rows])
        rows = rows[np.lexsort(order)]
    found, lines = Fixations(points, observers, durations), np.array(table.lines)
    rows_of: dict[str, list[int]] = {}
    for row in rows.tolist():
        rows_of.setdefault(str(stems[row]), []).append(row)
    return {stem: Trial(found.at(own), lines[own]) for stem, own in rows_of.items()}


def _selected_lines(table: Table, only: str, checks: FileChecker) -> Table | None:
    """Return the lines that `only` selects, None (a problem) if there are none."""
    if not only:
        return table
    name, _, value = (part.strip() for part in only.partition("="))
    texts = table.texts(name)
    kept = [row for row, text in enumerate(texts) if text.casefold() == value.casefold()]
    if not kept:
        found = some(sorted(set(texts)), 5)
        checks.problem(table.path, f"has no line with {name} '{value}' but {found}; correct only=.")
        return None
    return table.at(kept)


def _complete_lines(table: Table, columns: Columns, checks: FileChecker) -> Table | None:
    """Leave out and count the lines without coordinates, an image or a number of the fixation.

    None (a problem) if none is left.

    Eye trackers write such lines between fixations and images, and where an eye was not found.
    """
    kept = list(range(len(table.lines)))
    for names, lack, is_none in (
        ((columns.x, columns.y), "x and y", is_missing),
        ((columns.image,), "an image", {"", "."}.__contains__),  # an image may be called "none"
        ((columns.fixation,), "a fixation's number", is_missing),
    ):
        texts = [table.texts(name) for name in names if name]
        before = len(kept)
        kept = [row for row in kept if not any(is_none(column[row]) for column in texts)]
        count = before - len(kept)
        if not kept:
            checks.problem(
                table.path, f"has no {' and '.join(names)} in any of its lines; add them."
            )
            return None
        if count:
            lines = counted(count, "line")
            warn_once(f"{checks.name}: left out {lines} without {lack}", table.path)
    return table.at(kept)
