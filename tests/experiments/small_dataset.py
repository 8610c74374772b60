"""A dataset of a few small images in the layout of "folder", made in milliseconds."""

import csv

import numpy as np
from PIL import Image


def write_dataset(folder, count):
    """Write images with a bright spot each, and fixations around it and elsewhere.

    Args:
        folder: path to write to.
        count: number of images.
    """
    random = np.random.default_rng(count)
    (folder / "images").mkdir(parents=True)
    with open(folder / "fixations.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["image", "x", "y"])
        for number in range(count):
            pixels = np.uint8(random.integers(0, 100, (60, 80, 3)))
            x, y = random.integers(15, 65), random.integers(15, 45)
            pixels[y - 5 : y + 5, x - 5 : x + 5] = 255
            name = f"{number:02d}.png"
            Image.fromarray(pixels).save(folder / "images" / name)
            spread = random.uniform(2, 12)
            places = random.normal((x, y), spread, (20, 2)).clip(0, (79, 59))
            table.writerows([name, round(left, 1), round(top, 1)] for left, top in places)
