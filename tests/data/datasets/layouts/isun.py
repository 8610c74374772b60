"""iSUN in small: a struct array an observer, one observer, uint8, an empty observer, clutter."""

import numpy as np
import scipy.io

from tests.data.datasets.layouts.making import picture, struct_array, write

IMAGES = 5
SPLITS = {"train": 2, "val": 1, "test": 2}
COUNTS = {"official": SPLITS, "pan": SPLITS}
SIZES = {
    "sun_a": (30, 60),
    "sun_b": (40, 40),
    "sun_c": (40, 50),
    "sun_d": (30, 30),
    "sun_e": (20, 30),
}
FILES = {"training": ["sun_a", "sun_e"], "validation": ["sun_c"], "testing": ["sun_b", "sun_d"]}
TRIALS = {
    "sun_a": [
        np.array([[10.5, 20.25], [59.9, 0]]),
        np.empty((0, 0)),
        np.array([[3, 4], [3, 4]], "uint8"),
    ],
    "sun_e": [np.array([[29, 19]], "uint8")],
    "sun_c": [np.array([[1, 2], [60, 2]], "uint8")],
}
EXPECTED = {
    "sun_a.jpg": {
        "size": (30, 60),
        "fixations": [(10.5, 20.25), (59.9, 0), (3, 4), (3, 4)],
        "observers": [0, 0, 2, 2],
        "split": "train",
    },
    "sun_b.jpg": {"fixations": None, "split": "test"},
    "sun_c.jpg": {"fixations": [(1, 2)], "observers": [0], "split": "val"},
    "sun_e.JPG": {"fixations": [(29, 19)], "observers": [0], "split": "train"},
}


def make(root):
    for seed, (name, size) in enumerate(SIZES.items()):
        picture(f"{root}/images/{name}.{'JPG' if name == 'sun_e' else 'jpg'}", size, seed=seed)
    write(f"{root}/images/.DS_Store")
    write(f"{root}/__MACOSX/images/._sun_a.jpg")
    for variable in FILES:
        write_mat(root, variable, TRIALS)


def write_mat(root, variable, trials, inside=None):
    """Write one of the three files; `inside` names its variable if it is another."""
    entries = []
    for name in FILES[variable]:
        entry = {"image": name, "resolution": np.array([SIZES[name]], "uint16")}
        if variable != "testing":
            observers = [
                {"location": each, "timestamp": np.empty((0, 0)), "fixation": each}
                for each in trials[name]
            ]
            entry["gaze"] = struct_array(observers, columns=True)
        entries.append(entry)
    path = f"{root}/{variable}.mat"
    write(path)
    scipy.io.savemat(path, {inside or variable: struct_array(entries)})
