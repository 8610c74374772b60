"""NUS Scene: 500 outdoor and indoor scenes, eye movements of 12 observers.

Liang, Jiang, Liang and Zhao, Saliency prediction with scene structural guidance,
IEEE SMC 2015.

Layout as published: `data/stimuli/001.jpg` to `500.jpg`, `data/tidy/fixations.mat`
(variable `fixations`, a 500x12 cell of n x 4 arrays: y, x, latency and duration in
seconds; y before x; an empty trial is possible) and `data/tidy/imgInfo.mat`
(`imgInfo.size`, 500x2, rows and columns). Coordinates lie in 0 < x <= columns and
0 < y <= rows, so those on the far border are taken as in the last pixel.
"""

import os

import numpy as np

from salzoo.data.datasets.border import folder_of, stems
from salzoo.data.datasets.matlab import field, load_matlab5
from salzoo.data.datasets.nus import join_observers
from salzoo.data.datasets.record import DatasetRecord, Protocol
from salzoo.data.datasets.splits import shuffled
from salzoo.data.sample import Sample

RECORD = DatasetRecord(
    name="nus_scene",
    title="NUS Scene",
    task="fixations",
    images=500,
    ground_truth="fixation points by observer, with latency and duration",
    viewing="12 observers, eye tracker",
    licence="MIT",
    citation="Liang, Jiang, Liang, Zhao: Saliency prediction with scene structural guidance. "
    "IEEE International Conference on Systems, Man, and Cybernetics, 2015",
    homepage="https://github.com/Yanakz/Scene",
    layout="data/stimuli/*.jpg, data/tidy/fixations.mat and data/tidy/imgInfo.mat",
    steps=("Download the repository of the homepage and give its folder as --data_dir.",),
    protocols={
        "salzoo": Protocol(
            {"train": 400, "val": 100}, shuffled(400), "ours, no paper divides it; seed 42"
        )
    },
    sigma=24.0,
    sigma_source="as OSIE, of the same laboratory; the authors state none for this set",
    options={"drop_first": "leave out each observer's first fixation (the authors keep it)"},
)


def read(folder, border, drop_first=False):
    """Read all samples of the folder, sorted by file name."""
    stimuli = folder_of(folder, "data/stimuli", border=border)
    tidy = folder_of(folder, "data/tidy", border=border)
    if stimuli is None or tidy is None:
        return []
    images = stems(stimuli, (".jpg", ".jpeg"))
    path = os.path.join(tidy, "fixations.mat")
    cells = load_matlab5(path, "fixations", border)
    sizes = _sizes(os.path.join(tidy, "imgInfo.mat"), border)
    if cells is None or sizes is None:
        return []
    if cells.dtype != object or len(cells) != len(sizes):
        border.problem(
            path,
            f"has 'fixations' of {cells.dtype} and shape {cells.shape}, but imgInfo.mat has "
            f"{len(sizes)} sizes; take the set's own files.",
        )
        return []
    numbered = {f"{row + 1:03d}": row for row in range(len(cells))}
    samples = []
    for stem in border.pair(images, dict.fromkeys(numbered, path), "entry", path):
        image, row = images[stem], numbered[stem]
        trials, expected = cells[row], sizes[row]
        size = border.image(image)
        if size is None:
            continue
        if size != tuple(expected):
            border.problem(
                image, f"is {size[1]}x{size[0]}, imgInfo.mat says {expected[1]}x{expected[0]}."
            )
            continue
        points, observers = join_observers([_points(trial, size) for trial in trials], drop_first)
        points, observers = border.inside(points, size, image, observers)
        samples.append(Sample(image, size, points, observers, RECORD.sigma))
    return samples


def _points(trial, size):
    rows, columns = size
    trial = np.asarray(trial, "float64").reshape(-1, 4)
    points = trial[:, 1::-1].copy()
    points[points[:, 0] == columns, 0] = np.nextafter(columns, 0)
    points[points[:, 1] == rows, 1] = np.nextafter(rows, 0)
    return points


def _sizes(path, border):
    info = load_matlab5(path, "imgInfo", border)
    try:
        return None if info is None else [tuple(map(int, size)) for size in field(info, "size")]
    except (KeyError, TypeError, ValueError) as error:
        border.problem(path, f"has no list of image sizes ({error}); take the set's own file.")
        return None
