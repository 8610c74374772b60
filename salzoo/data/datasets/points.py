"""Fixation points out of what datasets store: matrices, maps, a list an observer."""

import os

import numpy as np


def points_of_matrix(value, columns=2):
    """Return an n x `columns` matrix as float64; an empty one may have any shape.

    MATLAB files hold values in the smallest type that fits: uint8 would overflow
    later.

    Raises:
        TypeError, ValueError: it is something else.
    """
    value = np.asarray(value)
    if value.size == 0:
        return np.empty((0, columns))
    if value.ndim != 2 or value.shape[1] != columns:
        raise ValueError(f"points of shape {value.shape}")
    return value.astype("float64")


def join_observers(points, drop_first=False):
    """Join the points of several observers, each (n, 2) in order of time.

    Returns:
        points float64 (m, 2), observers int32 (m,), numbered from 0.
    """
    points = [each[1:] if drop_first else each for each in points]
    observers = [np.full(len(each), observer, "int32") for observer, each in enumerate(points)]
    return (
        np.concatenate([np.empty((0, 2)), *points]),
        np.concatenate([np.empty(0, "int32"), *observers]),
    )


def without_first(points, observers):
    """Leave out the first point of each observer, or of all if nobody is named.

    Args:
        points: (n, 2), of one image, in order of time for each observer.
        observers: (n,) or None.
    """
    if observers is None:
        return points[1:], None
    later = np.ones(len(points), bool)
    later[np.unique(observers, return_index=True)[1]] = False
    return points[later], observers[later]


def marked_points(marked):
    """Return the True pixels (rows, columns) as float64 (n, 2), x and y, row by row."""
    return np.argwhere(marked)[:, ::-1].astype("float64")


def points_of_map(values, name, size, path, image_path, border):
    """Check a map of fixated pixels out of a MATLAB file.

    Args:
        values: nonzero where somebody looked. name: of the map, for messages.
        size: (rows, columns) of the image. path: of the MATLAB file.

    Returns:
        points float64 (n, 2) inside the image, None (a problem) if it cannot be used.
    """
    image = os.path.basename(image_path)
    if values.dtype.kind not in "buif" or values.shape != tuple(size):
        border.problem(
            path,
            f"has {name} of type {values.dtype} and shape {values.shape}, but its image "
            f"{image} has {size[0]} rows and {size[1]} columns; take the set's own files.",
        )
        return None
    if not np.isfinite(values).all():
        border.problem(
            path, f"has {name} with values that are not numbers; take the set's own file."
        )
        return None
    found = border.points(marked_points(values), None, size, path, image_path)
    return None if found is None else found[0]
