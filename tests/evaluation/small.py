"""A small dataset of the `folder` layout, and maps for it."""

import os

import numpy as np
from PIL import Image

from salzoo.data.dataset import open_dataset
from salzoo.evaluation.measured_data import load_data

SIZES = ((24, 32), (20, 36), (24, 32))


def make_folder(root, count=12):
    """Write images of several sizes with fixations of three observers and masks; return root."""
    random = np.random.default_rng(3)
    lines = ["image,observer,x,y"]
    split_lines = ["image,split"]
    for kind in ("images", "masks"):
        os.makedirs(root / kind)
    for number in range(count):
        size = SIZES[number % len(SIZES)]
        levels = random.integers(0, 256, (*size, 3), dtype="uint8")
        Image.fromarray(levels).save(root / f"images/{number:02d}.png")
        mask = np.zeros(size, "uint8")
        mask[4 : 9 + number % 5, 6 : 14 + number % 3] = 255
        Image.fromarray(mask).save(root / f"masks/{number:02d}.png")
        for observer in range(3):
            for x, y in random.random((3, 2)) ** 1.5 * size[::-1]:
                lines.append(f"{number:02d},{observer},{x:.9f},{y:.9f}")
        split_lines.append(f"{number:02d},{'train' if number < count // 3 else 'val'}")
    (root / "fixations.csv").write_text("\n".join(lines))
    (root / "splits.csv").write_text("\n".join(split_lines))
    return root


def small_split(root, split="val"):
    """Return samples and names of images of a split."""
    return split_of("folder", root, split)


def split_of(dataset, data_dir, split):
    """Return samples and names of images of a split of any dataset."""
    data = load_data(open_dataset(dataset, data_dir), split)
    return data.samples, data.images


def noisy(sample):
    """A map that depends on the image alone: its red channel, plus a centre."""
    with Image.open(sample.image_path) as image:
        red = np.asarray(image, "float64")[..., 0]
    rows, columns = np.indices(red.shape)
    centre = np.abs(rows / red.shape[0] - 0.5) + np.abs(columns / red.shape[1] - 0.5)
    return red / 255 + 2 - 2 * centre


noisy.fingerprint = "red and centre"
