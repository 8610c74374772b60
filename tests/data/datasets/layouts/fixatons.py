"""MIT1003 as FixaTons unpacks it, in small: 1-based, seconds, an observer who is missing once."""

import os

from tests.data.datasets.layouts.making import map_picture, picture, write

SIZE = (48, 64)
# x, y, start and end of each fixation; the lines of one file are not in order of time.
SCANPATHS = {
    "i1": {
        "ajs": [(32, 24, 0, 0.25), (1, 1, 0.3, 0.5), (64.75, 48.5, 0.55, 1.0)],
        "CNG": [(20, 10, 0.5, 0.7), (33, 25, 0.01, 0.2)],
    },
    "i2": {"ajs": [(32, 24, 0, 0.25), (70, 20, 0.3, 0.4), (5, 6, 0.5, 0.75)]},
}
EXPECTED = {  # without the initial fixations; observers CNG and ajs
    "i1.jpeg": {
        "size": SIZE,
        "fixations": [(19, 9), (0, 0), (63.75, 47.5)],
        "observers": [0, 1, 1],
        "durations": [200, 200, 450],
        "density_path": "SALIENCY_MAPS/i1.jpg",
        "sigma": 24,
    },
    "i2.jpeg": {"fixations": [(4, 5)], "observers": [1], "durations": [250]},
}


def make(root):
    for seed, (stem, observers) in enumerate(SCANPATHS.items()):
        picture(f"{root}/STIMULI/{stem}.jpeg", SIZE, seed=seed)
        picture(f"{root}/SALIENCY_MAPS/{stem}.jpg", SIZE, "L", seed)
        map_picture(f"{root}/FIXATION_MAPS/{stem}.jpg", [[0] * SIZE[1]] * SIZE[0])
        for observer, rows in observers.items():
            write_scanpath(root, stem, observer, rows)
    write(f"{root}/SCANPATHS/.DS_Store")
    write(f"{root}/SCANPATHS/i1/.DS_Store")


def write_scanpath(root, stem, observer, rows):
    lines = [" ".join(map(str, row)) for row in rows]
    write(os.path.join(root, "SCANPATHS", stem, observer), "\n".join([*lines, ""]))
