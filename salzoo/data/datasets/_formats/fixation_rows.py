"""Fixations from the lines of a table, for the dataset `folder`."""

import logging

import numpy as np

from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.fixation_table import OPTIONAL, Table, read_table
from salzoo.data.datasets._formats.points import Fixations
from salzoo.utils.csv_files import is_missing

LOG = logging.getLogger("salzoo")


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
    table = table and _complete_lines(table, columns, checks)
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


def _complete_lines(
    table: Table, columns: tuple[str, str, str], checks: FileChecker
) -> Table | None:
    """Leave out and count the lines without x or y, or an image; None (a problem) if none is left.

    Eye trackers write such lines between fixations and images, and where an eye was not found.
    """
    images, x, y = (table.texts(name) for name in columns)
    placed = [row for row in range(len(images)) if not (is_missing(x[row]) or is_missing(y[row]))]
    kept = [row for row in placed if images[row] not in ("", ".")]
    if not kept:
        lack = f"{columns[1]} and {columns[2]}" if not placed else columns[0]
        checks.problem(table.path, f"has no {lack} in any of its {len(images)} lines; add them.")
        return None
    for count, lack in (
        (len(images) - len(placed), "x and y"),
        (len(placed) - len(kept), "an image"),
    ):
        if count:
            lines = "line" if count == 1 else "lines"
            LOG.warning("%s: left out %d %s without %s", checks.name, count, lines, lack)
    return table.at(kept)
