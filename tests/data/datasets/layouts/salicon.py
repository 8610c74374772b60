"""SALICON of 2017 in small: 1-based points in uint8, an observer without fixations, clutter."""

import numpy as np
import scipy.io

from salzoo.data.dataset_record import Protocol
from salzoo.data.datasets._formats.splits import shuffled, within
from tests.data.datasets.layouts.making import map_picture, picture, struct_array, write

SIZE = (48, 64)
SPLITS = {"train": 5, "val": 2, "test": 2}
IMAGES = 9
COUNTS = {
    "official": SPLITS,
    "msinet": SPLITS,
    "pan": {"train": 4, "val": 1},
    "pan_shallow": {"train": 3, "val": 2},
}
PROTOCOLS = {
    name: Protocol(COUNTS[name], within("train", shuffled(count)), "as the real one")
    for name, count in (("pan", 4), ("pan_shallow", 3))
}

# Of each observer: mouse samples and fixations, x and y, 1-based.
TRIALS = [
    (np.array([[1, 1], [2, 2], [70, 2]], "uint8"), np.array([[1, 1], [64, 48]], "uint8")),
    (np.array([[3, 4]], "uint8"), np.empty((0, 0))),
    (np.array([[5.5, 6]]), np.array([[64, 48]], "uint8")),
]
EXPECTED = {
    "COCO_train2014_000000000001.jpg": {
        "size": SIZE,
        "fixations": [(0, 0), (63, 47), (63, 47)],
        "observers": [0, 0, 2],
        "split": "train",
        "sigma": 19.0,
        "density_path": "maps/train/COCO_train2014_000000000001.png",
    },
    "COCO_train2014_000000000002.JPG": {"fixations": [(2, 3)], "observers": [0]},
    "COCO_val2014_000000000001.jpg": {"split": "val", "fixations": [(0, 0), (63, 47), (63, 47)]},
    "COCO_test2014_000000000001.jpg": {"split": "test", "fixations": None, "density_path": None},
}


def make(root):
    make_images(root)
    for split in ("train", "val"):
        for number in range(1, SPLITS[split] + 1):
            stem = f"COCO_{split}2014_{number:012d}"
            only = [(np.array([[9, 9]]), np.array([[3, 4]], "uint8"))]
            write_mat(f"{root}/fixations/{split}/{stem}.mat", only if number == 2 else TRIALS)
            levels = np.zeros(SIZE)
            levels[20:30, 20:40] = 255
            map_picture(f"{root}/maps/{split}/{stem}.png", levels)
        write(f"{root}/fixations/{split}/._COCO_{split}2014_000000000001.mat")
    write(f"{root}/__MACOSX/images/train/._COCO_train2014_000000000001.jpg")
    write(f"{root}/images/.DS_Store")


def make_images(root):
    for split, count in SPLITS.items():
        for number in range(1, count + 1):
            ending = "JPG" if (split, number) == ("train", 2) else "jpg"
            stem = f"COCO_{split}2014_{number:012d}"
            picture(f"{root}/images/{split}/{stem}.{ending}", SIZE, seed=number)
        write(f"{root}/images/{split}/._COCO_{split}2014_000000000001.jpg")


def write_mat(path, trials, variable="gaze", field="fixations"):
    gaze = struct_array(
        [
            {"location": location, "timestamp": np.arange(len(location))[:, None], field: points}
            for location, points in trials
        ]
    )
    write(path)
    content = {
        "image": path.rsplit("/", 1)[-1][:-4],
        "resolution": np.array([SIZE], "uint16"),
        variable: gaze,
    }
    scipy.io.savemat(path, content)
