"""PASCAL-S in small: HDF5 cells, coordinates from 1, names whose order as text differs."""

import os

import h5py
import numpy as np

from salzoo.data.dataset_record import Protocol
from salzoo.data.datasets._formats.splits import shuffled
from tests.data.datasets.layouts.making import density_picture, mask_picture, picture, write

IMAGES = 11
COUNTS = {"msinet": {"train": 8, "val": 3}, "official": {"test": 11}}
PROTOCOLS = {"msinet": Protocol(COUNTS["msinet"], shuffled(8), "as the real one")}
SIZES = [(20, 30)] * 9 + [(30, 20)] * 2
# Rows as in MATLAB: y, x, observer, all from 1.
CELLS = [
    np.array([[1, 1, 1], [20, 30, 1], [4, 6, 3], [4, 6, 3], [21, 6, 3]], "uint8"),
    *[np.array([[number + 0.5, 3, 2]]) for number in range(2, IMAGES + 1)],
]
EXPECTED = {
    "1.jpg": {
        "size": (20, 30),
        "fixations": [(0, 0), (29, 19), (5, 3), (5, 3)],
        "observers": [0, 0, 2, 2],
        "mask_path": "datasets/masks/pascal/1.png",
        "density_path": "algmaps/pascal/humanFix/1.png",
    },
    "10.jpg": {"size": (30, 20), "fixations": [(2, 9.5)], "observers": [1]},
}


def make(root):
    for number, size in enumerate(SIZES, start=1):
        picture(f"{root}/datasets/imgs/pascal/{number}.jpg", size, seed=number)
        mask_picture(
            f"{root}/datasets/masks/pascal/{number}.png", size, level=85 * (number % 3 + 1)
        )
        density_picture(f"{root}/algmaps/pascal/humanFix/{number}.png", size, level=20 * number)
    write_fixations(root, CELLS)
    write_sizes(root, SIZES)
    picture(f"{root}/datasets/imgs/bruce/1.jpg", (10, 10))
    write(f"{root}/datasets/fixations/bruceFix.mat")
    write(f"{root}/datasets/masks/pascal/.DS_Store")


def write_fixations(root, cells, variable="fixCell"):
    """Write pascalFix.mat; cells: arrays as MATLAB shows them, n x 3."""
    with mat73(f"{root}/datasets/fixations/pascalFix.mat") as file:
        references = file.create_dataset(variable, (1, len(cells)), h5py.ref_dtype)
        references.attrs["MATLAB_class"] = np.bytes_("cell")
        for number, values in enumerate(cells):
            # MATLAB writes the shape in place of an empty array.
            stored = np.asarray(values).T if np.size(values) else np.array([0, 0], "uint64")
            item = file.create_dataset(f"#refs#/{number}", data=stored)
            references[0, number] = item.ref


def write_sizes(root, sizes, variable="sizeData"):
    with mat73(f"{root}/datasets/fixations/pascalSize.mat") as file:
        file.create_dataset(variable, data=np.array(sizes, "float64").T)


def mat73(path):
    """Open a MATLAB 7.3 file to write: HDF5 behind a block of 512 bytes."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return h5py.File(path, "w", userblock_size=512)
