"""OSIE: 700 images, eye movements of 15 observers.

Xu, Jiang, Wang, Kankanhalli and Zhao, Predicting human gaze beyond pixels,
Journal of Vision 14 (2014).

Layout as published: `data/stimuli/1001.jpg` to `1700.jpg` and
`data/eye/fixations.mat`, whose variable `fixations` is a 700x1 cell of structs
{img, subjects}; `subjects` is a 15x1 cell of structs {fix_x, fix_y,
fix_duration}. The values are saved in the smallest type that holds them, uint8
at times.

The coordinates are taken unchanged as 0-based points; the file does not tell
its base (the authors' MATLAB code rounds them to 1-based pixels, a difference
of at most one pixel).

The split is MSI-Net's: the sorted list, shuffled by numpy's RandomState(42),
the first 500 for training and the last 200 for validation.
"""

import os

import numpy as np
import scipy.io

from salzoo.data.datasets.record import DatasetRecord
from salzoo.data.images import check_complete, image_size
from salzoo.data.sample import Sample
from salzoo.errors import InputError

RECORD = DatasetRecord(
    name="osie",
    title="OSIE",
    task="fixations",
    images=700,
    splits={"train": 500, "val": 200},
    licence="MIT",
    citation="Xu, Jiang, Wang, Kankanhalli, Zhao: Predicting human gaze beyond pixels. "
    "Journal of Vision 14(1), 2014",
    homepage="https://github.com/NUS-VIP/predicting-human-gaze-beyond-pixels",
    layout="data/stimuli/*.jpg and data/eye/fixations.mat",
    sigma=24.0,
    sigma_source="the authors' own fixation maps",
    viewing="15 observers, free viewing, 3 s an image, eye tracker",
)


def read(folder):
    """Read all samples of the folder, by split."""
    stimuli = os.path.join(folder, "data", "stimuli")
    mat_path = os.path.join(folder, "data", "eye", "fixations.mat")
    for path in (stimuli, mat_path):
        if not os.path.exists(path):
            raise InputError(f"osie: {path} is missing; --data_dir must hold {RECORD.layout}.")
    trials = _read_trials(mat_path)
    names = sorted(trials)
    _check_files(stimuli, names)
    samples = [_sample(os.path.join(stimuli, name), *trials[name]) for name in names]
    order = np.arange(len(samples))
    np.random.RandomState(42).shuffle(order)
    train = RECORD.splits["train"]
    return {
        split: [samples[index] for index in sorted(chosen)]
        for split, chosen in (("train", order[:train]), ("val", order[train:]))
    }


def _read_trials(path):
    """Return {image name: (points (n, 2), observers (n,))} from fixations.mat."""
    try:
        variables = scipy.io.loadmat(path)
    except Exception as error:  # scipy raises many kinds for a damaged file
        raise InputError(f"{path} is not a readable MATLAB 5 file ({error}).") from error
    if "fixations" not in variables:
        raise InputError(f"{path} has no variable 'fixations'; take OSIE's own file.")
    cells = variables["fixations"]
    if cells.dtype != object or cells.size != RECORD.images:
        raise InputError(
            f"{path}: 'fixations' is {cells.dtype} of shape {cells.shape}, not a cell of "
            f"{RECORD.images} images; take OSIE's own file."
        )
    trials = {}
    for number, cell in enumerate(cells.ravel(), start=1):
        try:
            entry = cell[0, 0]
            name = str(entry["img"].item())
            trials[name] = _gather(entry["subjects"].ravel())
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{path}: entry {number} is not a struct with img and subjects as in OSIE's "
                f"own file ({error})."
            ) from error
    if len(trials) != RECORD.images:
        raise InputError(f"{path} names an image twice; take OSIE's own file.")
    return trials


def _gather(subjects):
    points, observers = [], []
    for observer, subject in enumerate(subjects):
        x, y = (np.asarray(subject[0, 0][name], "float64").ravel() for name in ("fix_x", "fix_y"))
        if not np.isfinite(x).all() or not np.isfinite(y).all():
            raise ValueError(f"subject {observer + 1} has a coordinate that is not a number")
        points.append(np.stack([x, y], axis=1))
        observers.append(np.full(len(x), observer, "int32"))
    return np.concatenate(points), np.concatenate(observers)


def _check_files(stimuli, names):
    present = {name for name in os.listdir(stimuli) if name.lower().endswith((".jpg", ".jpeg"))}
    missing, extra = sorted(set(names) - present), sorted(present - set(names))
    if missing:
        renamed = f", and {extra[0]} is not among its images: was it renamed?" if extra else "."
        raise InputError(
            f"osie: {os.path.join(stimuli, missing[0])} is missing "
            f"({len(missing)} of {len(names)} images of fixations.mat){renamed}"
        )
    if extra:
        raise InputError(
            f"osie: {os.path.join(stimuli, extra[0])} is not among the images of "
            f"fixations.mat; remove it."
        )


def _sample(path, fixations, observers):
    check_complete(path)
    rows, columns = size = image_size(path)
    outside = (fixations < 0).any() or (fixations >= (columns, rows)).any()
    if outside:
        raise InputError(
            f"osie: fixations of {path} lie outside its {columns}x{rows} pixels; "
            f"take OSIE's own image (800x600)."
        )
    return Sample(path, size, fixations, observers, sigma=RECORD.sigma)
