"""ECSSD in small: a greyscale image is among them."""

from tests.data.datasets.layouts.making import mask_picture, picture, write

IMAGES = 5
COUNTS = {"official": {"test": 5}, "salzoo": {"train": 4, "val": 1}}
EXPECTED = {
    "0001.jpg": {"size": (30, 40), "fixations": None, "mask_path": "ground_truth_mask/0001.png"},
    "0004.jpg": {"size": (40, 30)},
}


def make(root):
    for number in range(1, IMAGES + 1):
        size = (40, 30) if number == 4 else (30, 40)
        mode = "L" if number == 3 else "RGB"
        picture(f"{root}/images/{number:04d}.jpg", size, mode, seed=number)
        mask_picture(f"{root}/ground_truth_mask/{number:04d}.png", size)
    write(f"{root}/images/._0001.jpg")
    write(f"{root}/__MACOSX/images/._0001.jpg")
