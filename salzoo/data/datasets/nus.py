"""The fixations.mat of two sets of the NUS laboratory, OSIE and EyeCrowd.

A cell of structs {img, subjects}, an entry an image; `subjects` is a cell of
structs {fix_x, fix_y, fix_duration}, an entry an observer, each field 1xn, in
order of time. An observer without fixations is an empty entry.
"""

import os

import numpy as np

from salzoo.data.datasets.matlab import field, load_cells
from salzoo.data.datasets.points import join_observers
from salzoo.data.sample import Sample


def read_samples(folder, border, record, base=0, drop_first=False):
    """Read the samples of data/stimuli and data/eye/fixations.mat.

    Args:
        base: of the coordinates in the file, subtracted.
        drop_first: leave out the first fixation of each observer.
    """
    stimuli = border.folder(folder, "data/stimuli")
    path = border.file("fixations.mat", os.path.join(folder, "data", "eye"))
    trials = path and stimuli and _read_trials(path, record.images, drop_first, border)
    if not trials:
        return []
    images = {
        os.path.basename(image): image
        for image in border.stems(stimuli, (".jpg", ".jpeg")).values()
    }
    samples = []
    for name in border.pair(images, dict.fromkeys(trials, path), "entry", path):
        points, observers = trials[name]
        size = border.image(images[name])
        trial = size and border.points(points - base, observers, size, path, images[name])
        if trial:
            samples.append(Sample(images[name], size, *trial, record.sigma))
    return samples


def _read_trials(path, count, drop_first, border):
    """Return {image name: (points (n, 2), observers (n,))}, {} if the file is unusable."""
    cells = load_cells(path, "fixations", count, "images", border)
    trials = {}
    for number, entry in enumerate([] if cells is None else cells, start=1):
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


def _points(subject):
    if np.asarray(subject).size == 0:
        return np.empty((0, 2))
    # Saved in the smallest type that holds them: uint8 would overflow later.
    x, y = (np.asarray(field(subject, name), "float64").ravel() for name in ("fix_x", "fix_y"))
    if len(x) != len(y):
        raise ValueError("fix_x and fix_y differ in length")
    return np.stack([x, y], axis=1)
