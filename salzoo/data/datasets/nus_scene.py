"""NUS Scene: 500 scenes of SUN, eye movements of 12 observers.

Liang, Jiang, Liang and Zhao, Saliency prediction with scene structural guidance, 2015.

Layout as published: `data/stimuli/001.jpg` to `500.jpg`, `data/tidy/fixations.mat`
(variable `fixations`, a 500x12 cell of n x 4 arrays: y, x, latency and duration in
seconds; y before x; an empty trial is possible) and `data/tidy/imgInfo.mat`
(`imgInfo.size`, 500x2, rows and columns). Coordinates lie in 0 < x <= columns and
0 < y <= rows, so those on the far border are taken as in the last pixel.
"""

import os

import numpy as np

from salzoo.data.dataset_record import DatasetRecord, Protocol, commit_archive
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.matlab import field, load_matlab5
from salzoo.data.datasets._formats.points import DROP_FIRST, join_observers, points_of_matrix
from salzoo.data.datasets._formats.splits import set_aside, shuffled
from salzoo.data.image_kinds import JPEG
from salzoo.data.sample import Sample
from salzoo.utils.task import Task

_SIGMA = 24.0

RECORD = DatasetRecord(
    name="nus_scene",
    title="NUS Scene",
    task=Task.FIXATIONS,
    images=500,
    ground_truth="fixation points by observer, with latency and duration",
    viewing="12 observers, eye tracker",
    licence="MIT",
    citation="Liang, Jiang, Liang, Zhao: Saliency prediction with scene structural guidance. "
    "2015 (its README gives arXiv; IEEE SMC unverified)",
    homepage="https://github.com/Yanakz/Scene",
    layout="data/stimuli/*.jpg, data/tidy/fixations.mat and data/tidy/imgInfo.mat",
    steps=("Download the repository of the homepage and give its folder as `data_dir`.",),
    archives=(
        commit_archive(
            "Yanakz/Scene",
            "3ef0f9c963f07896517ecb0b5294e6914fc400a4",
            "data",
        ),
    ),
    markers=("data/stimuli",),
    protocols={
        "salzoo": Protocol(
            {"train": 400, "val": 100}, shuffled(400), "ours, no paper divides it; seed 42"
        ),
        "set_aside": Protocol(
            {"train": 360, "val": 40, "test": 100},
            set_aside(shuffled(400), 40),
            "ours: the other protocol's validation images are the test",
        ),
    },
    sigma=_SIGMA,
    sigma_source="of images with a longer side of 800, else in proportion, since all were seen "
    "on one screen; as OSIE, of the same laboratory: the authors state none for this set",
    options={"drop_first": f"{DROP_FIRST} (the authors keep it)"},
)


def read(folder: str, checks: FileChecker, drop_first: bool = False) -> list[Sample]:
    """Read all samples of the folder, sorted by file name.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.
        drop_first: see RECORD.options.

    Returns:
        Samples; images with a problem are left out.
    """
    stimuli = checks.folder(folder, "data/stimuli")
    tidy = checks.folder(folder, "data/tidy")
    if stimuli is None or tidy is None:
        return []
    path = os.path.join(tidy, "fixations.mat")
    cells = load_matlab5(path, "fixations", checks)
    sizes = _sizes(os.path.join(tidy, "imgInfo.mat"), checks)
    if cells is None or sizes is None:
        return []
    if cells.dtype != object or cells.ndim != 2 or len(cells) != len(sizes):
        checks.problem(
            path,
            f"has 'fixations' of {cells.dtype} and shape {cells.shape}, but imgInfo.mat has "
            f"{len(sizes)} sizes; take the set's own files.",
        )
        return []
    images = checks.stems(stimuli, JPEG)
    numbered = {f"{row + 1:03d}": row for row in range(len(cells))}
    samples = []
    for stem in checks.pair(images, dict.fromkeys(numbered, path), "entry", path):
        image, row = images[stem], numbered[stem]
        size = checks.image(image)
        if size is None:
            continue
        if size != sizes[row]:
            stated = f"{sizes[row][1]}x{sizes[row][0]}"
            checks.problem(image, f"is {size[1]}x{size[0]}, imgInfo.mat says {stated}.")
            continue
        try:
            observers = [points_of_matrix(trial, columns=4) for trial in cells[row]]
        except (TypeError, ValueError) as error:
            checks.problem(
                path,
                f"has an entry {stem} that is not of n x 4 arrays ({error}); take the set's own "
                "file.",
            )
            continue
        durations = [1000 * own[:, 3] for own in observers]
        joined = join_observers([_points(own, size) for own in observers], durations)
        trial = checks.points(joined, size, path, image, drop_first)
        if trial is not None:
            samples.append(Sample(image, size, *trial, _SIGMA * max(size) / 800))
    return samples


def _points(trial: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return the points (n, 2) of rows y, x, ..., those on the far border in the last pixel."""
    points = trial[:, 1::-1]
    extent = np.array(size[::-1], "float64")
    return np.where(points == extent, np.nextafter(extent, 0), points)


def _sizes(path: str, checks: FileChecker) -> list[tuple[int, int]] | None:
    """Return a list of (rows, columns), None if the file cannot be used."""
    info = load_matlab5(path, "imgInfo", checks)
    try:
        return (
            None
            if info is None
            else [(int(rows), int(columns)) for rows, columns in field(info, "size")]
        )
    except (KeyError, TypeError, ValueError) as error:
        checks.problem(path, f"has no list of image sizes ({error}); take the set's own file.")
        return None
