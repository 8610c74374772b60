"""HKU-IS in small: images are PNG too, the splits are lists in .mat files."""

import io

import numpy as np
import scipy.io

from tests.data.datasets.layouts.making import cell, mask_picture, picture, write

IMAGES = 6
LISTS = {"train": ["0004", "0010", "0031"], "val": ["0012"], "test": ["0005", "9999"]}
COUNTS = {"official": {"train": 3, "val": 1, "test": 2}, "benchmark": {"test": 6}}
EXPECTED = {
    "0004.png": {"size": (30, 40), "split": "train", "mask_path": "gt/0004.png"},
    "0012.png": {"split": "val"},
    "9999.png": {"size": (40, 30), "split": "test", "fixations": None},
}


def make(root):
    for stem in sum(LISTS.values(), []):
        size = (40, 30) if stem == "9999" else (30, 40)
        picture(f"{root}/imgs/{stem}.png", size, seed=int(stem))
        mask_picture(f"{root}/gt/{stem}.png", size)
    for split, names in LISTS.items():
        write_list(root, split, [f"{name}.png" for name in names])
    write(f"{root}/imgs/.DS_Store")


def write_list(root, split, names, variable=None, as_characters=False):
    value = np.array(names) if as_characters else cell(names)
    name = f"{split}ImgSet"
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, {variable or name: value})
    write(f"{root}/{name}.mat", buffer.getvalue())


def make_repack(root):
    """Write the benchmarks' form: JPEG images and masks in one folder, no lists."""
    for stem in sum(LISTS.values(), []):
        picture(f"{root}/Imgs/{stem}.jpg", (30, 40), seed=int(stem))
        mask_picture(f"{root}/Imgs/{stem}.png", (30, 40))
