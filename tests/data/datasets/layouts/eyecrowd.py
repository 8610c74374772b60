"""EyeCrowd in small: coordinates from 1, saved as uint8 at times, an empty trial."""

import numpy as np

from salzoo.data.dataset_record import Protocol
from salzoo.data.datasets._formats.splits import set_aside, shuffled
from tests.data.datasets.layouts.making import picture, write
from tests.data.datasets.layouts.osie import entry, write_fixations

IMAGES = 4
COUNTS = {
    "salzoo": {"train": 3, "val": 1},
    "set_aside": {"train": 2, "val": 1, "test": 1},
}
PROTOCOLS = {
    "salzoo": Protocol(COUNTS["salzoo"], shuffled(3), "as the real one"),
    "set_aside": Protocol(COUNTS["set_aside"], set_aside(shuffled(3), 1), "as the real one"),
}
SIZE = (48, 64)
NAMES = [f"{1001 + number}.jpg" for number in range(IMAGES)]
TRIALS = [
    [
        (np.array([[1, 64]], "uint8"), np.array([[1, 48]], "uint8")),
        (np.empty((1, 0)), np.empty((1, 0))),
        (np.array([[20.5]]), np.array([[9.25]])),
    ],
    *[[(np.array([[n + 2.0] * 2]), np.array([[n + 1.0] * 2]))] * 3 for n in range(1, IMAGES)],
]
EXPECTED = {
    "1001.jpg": {
        "size": SIZE,
        "fixations": [(0, 0), (63, 47), (19.5, 8.25)],
        "observers": [0, 0, 2],
        "durations": [200, 250, 200],
    },
    "1003.jpg": {"fixations": [(3, 2)] * 6, "observers": [0, 0, 1, 1, 2, 2]},
}


def make(root):
    for number, name in enumerate(NAMES):
        picture(f"{root}/data/stimuli/{name}", SIZE, seed=number)
    write(f"{root}/data/stimuli/Thumbs.db")
    write_fixations(root, [entry(*pair) for pair in zip(NAMES, TRIALS, strict=True)])
