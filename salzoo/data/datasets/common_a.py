"""Steps that several readers of fixations share."""

import os

import numpy as np


def first_file(folders, name, border):
    """Return the path of a file in the first folder that has it, None (a problem) if none has."""
    for folder in folders:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
    border.problem(
        os.path.join(folders[0], name), f"is missing; see `salzoo datasets {border.name}`."
    )
    return None


def matrix_of_points(value):
    """Return a MATLAB n x 2 matrix as float64 (n, 2); an empty one may have any shape.

    The values may be saved in the smallest type that holds them: uint8 would
    overflow later.

    Raises:
        TypeError, ValueError: it is something else.
    """
    value = np.asarray(value)
    if value.size == 0:
        return np.empty((0, 2))
    if value.ndim != 2 or value.shape[1] != 2:
        raise ValueError(f"points of shape {value.shape}")
    return value.astype("float64")


def points_of_map(values):
    """Return the pixels that are not 0 as float64 (n, 2), x and y."""
    return np.argwhere(values)[:, ::-1].astype("float64")


def checked(points, observers, size, path, image_path, border):
    """Drop the points outside an image after looking for points that cannot be right.

    Args:
        points: (n, 2), x and y, 0-based. observers: (n,) or None.
        size: (rows, columns) of the image. path: where the points stand.

    Returns:
        points, observers inside; None if there are none, a problem.
    """
    if len(points) == 0:
        border.problem(
            path, f"has no fixation for {os.path.basename(image_path)}; take the set's own file."
        )
        return None
    outside, outside_exchanged = (
        int((~((each >= 0) & (each < size[::-1])).all(axis=1)).sum())
        for each in (points, points[:, ::-1])
    )
    # On a 4:3 image most exchanged points still lie inside: too few for `border.inside`.
    some = len(points) >= 10 and len(points) / 10 < outside <= len(points) / 2
    if some and outside_exchanged == 0:
        border.problem(
            path,
            f"has {outside} of {len(points)} fixations outside {os.path.basename(image_path)}, "
            "and none if x and y are exchanged; take the set's own file.",
        )
    kept = border.inside(points, size, image_path, observers)
    if len(kept[0]) == 0 and len(points) < 10:  # of more `border.inside` has told
        border.problem(
            path,
            f"has no fixation inside {os.path.basename(image_path)}; take the set's own files.",
        )
    return kept if len(kept[0]) else None
