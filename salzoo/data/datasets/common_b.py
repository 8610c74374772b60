"""Small helpers that several readers share."""

import os

import numpy as np

from salzoo.data.images import read_grey
from salzoo.errors import InputError


def first_folder(root, *candidates):
    """Return the first of the candidate sub-folders that exists, None if there is none."""
    paths = (os.path.join(root, candidate) for candidate in candidates)
    return next((path for path in paths if os.path.isdir(path)), None)


def grey_map(path, border):
    """Return a one-channel picture as float32 0..255 (rows, columns), None if it is damaged."""
    try:
        return read_grey(path)
    except InputError as error:
        border.problem(path, str(error).removeprefix(f"{path} "))
        return None


def points_of(marked):
    """Return the True pixels (rows, columns) as points float64 (n, 2), x and y, row by row."""
    return np.argwhere(marked)[:, ::-1].astype("float64")
