"""The fixations.mat of two sets of the NUS laboratory, OSIE and EyeCrowd.

A cell of structs {img, subjects}, an entry an image; `subjects` is a cell of
structs {fix_x, fix_y, fix_duration}, an entry an observer, each field 1xn, in
order of time; durations are in milliseconds. An observer without fixations is an empty entry.
"""

import os

import numpy as np

from salzoo.data.dataset_record import DatasetRecord
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.matlab import field, load_cells
from salzoo.data.datasets._formats.points import Fixations, join_observers
from salzoo.data.image_kinds import JPEG
from salzoo.data.sample import Sample

_FIELDS = ("fix_x", "fix_y", "fix_duration")


def read_samples(
    folder: str, checks: FileChecker, record: DatasetRecord, base: int = 0, drop_first: bool = False
) -> list[Sample]:
    """Read the samples of data/stimuli and data/eye/fixations.mat.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.
        record: of the dataset.
        base: of the coordinates in the file, subtracted.
        drop_first: leave out the first fixation of each observer.
    """
    stimuli = checks.folder(folder, "data/stimuli")
    path = checks.file("fixations.mat", os.path.join(folder, "data", "eye"))
    if path is None or stimuli is None:
        return []
    trials = _read_trials(path, int(record.images), checks)
    if not trials:
        return []
    images = {os.path.basename(image): image for image in checks.stems(stimuli, JPEG).values()}
    samples = []
    for name in checks.pair(images, dict.fromkeys(trials, path), "entry", path):
        size = checks.image(images[name])
        if size is None:
            continue
        entry = trials[name]._replace(points=trials[name].points - base)
        trial = checks.points(entry, size, path, images[name], drop_first)
        if trial is not None:
            samples.append(Sample(images[name], size, *trial, record.sigma))
    return samples


def _read_trials(path: str, count: int, checks: FileChecker) -> dict[str, Fixations]:
    """Return {image name: `Fixations` as in the file}, {} if the file is unusable."""
    cells = load_cells(path, "fixations", count, "images", checks)
    trials = {}
    for number, entry in enumerate([] if cells is None else cells, start=1):
        try:
            name = str(np.asarray(field(entry, "img")).item())
            rows = [_rows(subject) for subject in np.asarray(field(entry, "subjects")).ravel()]
        except (IndexError, KeyError, TypeError, ValueError) as error:
            checks.problem(
                path,
                f"has an entry {number} that is not a struct of img and subjects ({error}); "
                "take the set's own file.",
            )
            continue
        if name in trials:
            checks.problem(path, f"names {name} twice; take the set's own file.")
        points, durations = [own[:, :2] for own in rows], [own[:, 2] for own in rows]
        trials[name] = join_observers(points, durations)
    return trials


def _rows(subject: np.ndarray) -> np.ndarray:
    """Return an observer's fixations, (n, 3): x, y and duration in milliseconds."""
    if np.asarray(subject).size == 0:
        return np.empty((0, 3))
    # Saved in the smallest type that holds them: uint8 would overflow later.
    columns = [np.asarray(field(subject, name), "float64").ravel() for name in _FIELDS]
    if len({len(column) for column in columns}) > 1:
        raise ValueError(f"{', '.join(_FIELDS)} differ in length")
    return np.stack(columns, axis=1)
