"""The fixations.mat of two sets of the NUS laboratory, OSIE and EyeCrowd.

A cell of structs {img, subjects}, an entry an image; `subjects` is a cell of
structs {fix_x, fix_y, fix_duration}, an entry an observer, each field 1xn, in
order of time. An observer without fixations is an empty entry.
"""

import os

import numpy as np

from salzoo.data.datasets.matlab import field, load_matlab5
from salzoo.data.sample import Sample


def read_samples(images, mat_path, border, *, count, sigma, base=0, drop_first=False):
    """Read the samples of images {stem: path} with their fixations.

    Args:
        count: entries that the cell must have.
        base: of the coordinates in the file, subtracted.
        drop_first: leave out the first fixation of each observer.
    """
    trials = _read_trials(mat_path, count, drop_first, border)
    paths = {os.path.basename(path): path for path in images.values()}
    samples = []
    for name in border.pair(paths, dict.fromkeys(trials, mat_path), "entry", mat_path):
        size = border.image(paths[name])
        if size is not None:
            points, observers = trials[name]
            points, observers = border.inside(points - base, size, paths[name], observers)
            samples.append(Sample(paths[name], size, points, observers, sigma))
    return samples


def _read_trials(path, count, drop_first, border):
    """Return {image name: (points (n, 2), observers (n,))}."""
    cells = load_matlab5(path, "fixations", border)
    if cells is None:
        return {}
    if cells.dtype != object or cells.size != count:
        border.problem(
            path,
            f"has 'fixations' of type {cells.dtype} and shape {cells.shape}, not a cell of "
            f"{count} images; take the set's own file.",
        )
        return {}
    trials = {}
    for number, entry in enumerate(cells.ravel(), start=1):
        try:
            name = str(np.asarray(field(entry, "img")).item())
            points = [_points(each) for each in np.asarray(field(entry, "subjects")).ravel()]
        except (IndexError, KeyError, TypeError, ValueError) as error:
            border.problem(
                path,
                f"has an entry {number} that is not a struct of img and subjects ({error}); "
                "take the set's own file.",
            )
            continue
        if name in trials:
            border.problem(path, f"names {name} twice; take the set's own file.")
        trials[name] = join_observers(points, drop_first)
    return trials


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


def _points(subject):
    if np.asarray(subject).size == 0:
        return np.empty((0, 2))
    # Saved in the smallest type that holds them: uint8 would overflow later.
    x, y = (np.asarray(field(subject, name), "float64").ravel() for name in ("fix_x", "fix_y"))
    if len(x) != len(y):
        raise ValueError("fix_x and fix_y differ in length")
    return np.stack([x, y], axis=1)
