"""OSIE in small."""

import numpy as np
import scipy.io

from salzoo.data.dataset_record import Protocol
from salzoo.data.datasets._formats.splits import set_aside, shuffled
from tests.data.datasets.layouts.making import cell, picture, struct, write

IMAGES = 5
COUNTS = {
    "msinet": {"train": 3, "val": 2},
    "set_aside": {"train": 2, "val": 1, "test": 2},
}
PROTOCOLS = {
    "msinet": Protocol(COUNTS["msinet"], shuffled(3), "as the real one"),
    "set_aside": Protocol(COUNTS["set_aside"], set_aside(shuffled(3), 1), "as the real one"),
}
SIZE = (60, 80)
NAMES = [f"{1001 + number}.jpg" for number in range(IMAGES)]

# Three observers of each image; the smallest types, as in the real file.
TRIALS = [
    [
        (np.array([[10.5, 79.9]]), np.array([[20, 30]], "uint8")),
        (np.array([[300.0 / 8]]), np.array([[59.9]])),
        (np.empty((1, 0)), np.empty((1, 0))),
    ],
    *[[(np.array([[n + 0.1]]), np.array([[n + 0.2]]))] * 3 for n in range(1, IMAGES)],
]
EXPECTED = {
    "1001.jpg": {
        "size": SIZE,
        "fixations": [(10.5, 20), (79.9, 30), (37.5, 59.9)],
        "observers": [0, 0, 1],
        "durations": [200, 250, 200],
    },
    "1003.jpg": {"fixations": [(2.1, 2.2)] * 3, "observers": [0, 1, 2]},
}


def entry(name, trials):
    """One struct of the `fixations` cell."""
    subjects = [
        struct(fix_x=x, fix_y=y, fix_duration=200 + 50 * np.arange(x.size, dtype="uint8")[None])
        for x, y in trials
    ]
    return struct(img=name, subjects=cell(subjects))


def make(root):
    for number, name in enumerate(NAMES):
        picture(f"{root}/data/stimuli/{name}", SIZE, seed=number)
    write(f"{root}/data/stimuli/Thumbs.db")
    write(f"{root}/LICENSE", "MIT")
    write_fixations(root, [entry(*pair) for pair in zip(NAMES, TRIALS, strict=True)])


def write_fixations(root, entries, variable="fixations"):
    write(f"{root}/data/eye/fixations.mat")
    scipy.io.savemat(f"{root}/data/eye/fixations.mat", {variable: cell(entries)})
