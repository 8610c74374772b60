"""NUS Scene in small: y stands before x, a trial is empty, a point lies on the far border."""

import numpy as np
import scipy.io

from salzoo.data.dataset_record import Protocol
from salzoo.data.datasets._formats.splits import set_aside, shuffled
from tests.data.datasets.layouts.making import picture, struct, write

IMAGES = 4
COUNTS = {
    "salzoo": {"train": 3, "val": 1},
    "set_aside": {"train": 2, "val": 1, "test": 1},
}
PROTOCOLS = {
    "salzoo": Protocol(COUNTS["salzoo"], shuffled(3), "as the real one"),
    "set_aside": Protocol(COUNTS["set_aside"], set_aside(shuffled(3), 1), "as the real one"),
}
SIZES = [(40, 40), (30, 60), (30, 60), (20, 50)]
EXPECTED = {
    "001.jpg": {
        "size": (40, 40),
        "fixations": [(5.5, 12.25), (40, 3)],
        "observers": [0, 0],
        "durations": [100, 200],
    },
    "002.jpg": {"size": (30, 60), "fixations": [(8, 9), (8, 9)], "durations": [100, 100]},
}


def make(root):
    trials = np.empty((IMAGES, 2), object)
    trials[0, 0] = np.array([[12.25, 5.5, 0.3, 0.1], [3, 40, 0.5, 0.2]])
    trials[0, 1] = np.empty((0, 0))
    for row in range(1, IMAGES):
        trials[row, 0] = trials[row, 1] = np.array([[9.0, 8.0, 0.3, 0.1]])
    for number, size in enumerate(SIZES, start=1):
        picture(f"{root}/data/stimuli/{number:03d}.jpg", size, seed=number)
    write(f"{root}/data/tidy/fixations.mat")
    scipy.io.savemat(f"{root}/data/tidy/fixations.mat", {"fixations": trials})
    info = struct(size=np.array(SIZES, "uint16"))
    scipy.io.savemat(f"{root}/data/tidy/imgInfo.mat", {"imgInfo": info})
