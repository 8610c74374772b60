"""DUT-OMRON in small: an old copy with a withdrawn image, clutter, the smallest types."""

import numpy as np
import scipy.io

from salzoo.data.dataset_record import Protocol
from salzoo.data.datasets._formats.splits import shuffled
from tests.data.datasets.layouts.making import mask_picture, picture, write

IMAGES = 4
COUNTS = {"msinet": {"train": 3, "val": 1}, "official": {"test": 4}}
PROTOCOLS = {"msinet": Protocol(COUNTS["msinet"], shuffled(3), "as the real one")}
STEMS = ["im005", "img_5616", "sun_aaaa", "sun_bbbb"]
WITHDRAWN = "img_561715398"
SIZE = (30, 40)
# The row of observer 0, with width and height, need not be the first.
ROWS = {
    "im005": np.array([[0, 0, 1], [40, 30, 0], [39, 29, 1], [7, 8, 3], [7, 8, 3]], "uint8"),
    "img_5616": np.array([[40, 30, 0], [5, 6, 2], [-1, 6, 2]], "int16"),
}
EXPECTED = {
    "im005.jpg": {
        "size": SIZE,
        "fixations": [(0, 0), (39, 29), (7, 8), (7, 8)],
        "observers": [0, 0, 2, 2],
        "mask_path": "pixelwiseGT-new-PNG/im005.png",
        "sigma": 16,
    },
    "img_5616.jpg": {"fixations": [(5, 6)], "observers": [1]},
}


def make(root):
    for seed, stem in enumerate([*STEMS, WITHDRAWN]):
        picture(f"{root}/DUT-OMRON-image/{stem}.jpg", SIZE, seed=seed)
        write_fixations(root, stem, ROWS.get(stem, np.array([[40, 30, 0], [seed, 2, 5]], "uint8")))
        if stem != WITHDRAWN:
            mask_picture(f"{root}/pixelwiseGT-new-PNG/{stem}.png", SIZE)
    for folder in ("DUT-OMRON-image", "__MACOSX/DUT-OMRON-image"):
        write(f"{root}/{folder}/._im005.jpg")
    write(f"{root}/DUT-OMRON-eye-fixations/mat/._im005.mat")
    write(f"{root}/DUT-OMRON-eye-fixations/readme.txt")


def write_fixations(root, stem, rows, variable="s"):
    path = f"{root}/DUT-OMRON-eye-fixations/mat/{stem}.mat"
    write(path)
    scipy.io.savemat(path, {variable: rows})
