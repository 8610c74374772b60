"""Fixations of an image from matrices, maps and lists by observer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from salzoo.data.datasets._formats.checks import FileChecker

# Options of records begin with these words; `FileChecker.points` does it for every set.
DROP_FIRST = "leave out each observer's first fixation"
FILE_ORDER = f"{DROP_FIRST}; the order in the file is taken as the order in time"


class Fixations(NamedTuple):
    """The fixations of an image, in order of time for each observer.

    A `Sample` takes them in this order.

    Attributes:
        points: float64 (n, 2), x and y.
        observers: int32 (n,), numbered from 0, or None.
        durations: float64 (n,) in milliseconds, or None.
    """

    points: np.ndarray
    observers: np.ndarray | None = None
    durations: np.ndarray | None = None

    def at(self, kept: np.ndarray | slice | list[int]) -> Fixations:
        """Return some of the fixations.

        Args:
            kept: mask (n,), slice or indices.
        """
        observers = None if self.observers is None else self.observers[kept]
        durations = None if self.durations is None else self.durations[kept]
        return Fixations(self.points[kept], observers, durations)


def points_of_matrix(value: ArrayLike, columns: int = 2) -> np.ndarray:
    """Return a matrix as float64; MATLAB's smallest types would overflow later.

    Args:
        value: n x `columns`; an empty one may have any shape.
        columns: number of columns.

    Raises:
        TypeError: it holds no numbers.
        ValueError: it has another shape.
    """
    value = np.asarray(value)
    if value.size == 0:
        return np.empty((0, columns))
    if value.ndim != 2 or value.shape[1] != columns:
        raise ValueError(f"points of shape {value.shape}")
    return value.astype("float64")


def join_observers(
    points: Sequence[np.ndarray], durations: Sequence[np.ndarray] | None = None
) -> Fixations:
    """Join the fixations of several observers.

    Args:
        points: (n, 2) of each observer, in order of time.
        durations: (n,) of each observer, milliseconds, or None.
    """
    observers = [np.full(len(own), observer, "int32") for observer, own in enumerate(points)]
    return Fixations(
        np.concatenate([np.empty((0, 2)), *points]),
        np.concatenate([np.empty(0, "int32"), *observers]),
        None if durations is None else np.concatenate([np.empty(0), *durations]),
    )


def without_first(fixations: Fixations) -> Fixations:
    """Leave out the first fixation of each observer, or of all if the observers are not known.

    Args:
        fixations: in order of time for each observer.
    """
    if fixations.observers is None:
        return fixations.at(slice(1, None))
    later = np.ones(len(fixations.points), bool)
    later[np.unique(fixations.observers, return_index=True)[1]] = False
    return fixations.at(later)


def first_of_each(fixations: Fixations, count: int) -> Fixations:
    """Keep the first fixations of each observer.

    Args:
        fixations: with observers, in order of time for each.
        count: how many of each observer.
    """
    observers = np.asarray(fixations.observers)
    earlier = np.zeros(len(observers), int)  # fixations of the same observer before each
    for observer in np.unique(observers):
        own = observers == observer
        earlier[own] = np.arange(own.sum())
    return fixations.at(earlier < count)


def marked_points(marked: np.ndarray) -> np.ndarray:
    """Return the marked pixels as float64 (n, 2), x and y, row by row.

    Args:
        marked: (rows, columns), not 0 where marked.
    """
    return np.argwhere(marked)[:, ::-1].astype("float64")


def points_of_map(
    values: np.ndarray,
    name: str,
    size: tuple[int, int],
    path: str,
    image_path: str,
    checks: FileChecker,
) -> Fixations | None:
    """Check a map of fixated pixels from a MATLAB file.

    Args:
        values: not 0 where a fixation is.
        name: of the map, for messages.
        size: (rows, columns) of the image.
        path: of the MATLAB file.
        image_path: of the image.
        checks: takes the problems.

    Returns:
        `Fixations` inside the image, None (a problem) if it cannot be used.
    """
    image = os.path.basename(image_path)
    if values.dtype.kind not in "buif" or values.shape != tuple(size):
        checks.problem(
            path,
            f"has {name} of type {values.dtype} and shape {values.shape}, but its image "
            f"{image} has {size[0]} rows and {size[1]} columns; take the set's own files.",
        )
        return None
    if not np.isfinite(values).all():
        checks.problem(
            path, f"has {name} with values that are not numbers; take the set's own file."
        )
        return None
    return checks.points(Fixations(marked_points(values)), size, path, image_path)
