"""THUS10000 in small: nested twice, images and masks side by side."""

from salzoo.data.dataset_record import Protocol
from salzoo.data.datasets._formats.splits import shuffled
from tests.data.datasets.layouts.making import mask_picture, picture, write

IDS = (147, 1038, 7642, 20001, 175671)
IMAGES = len(IDS)
COUNTS = {"official": {"train": 5}, "salzoo": {"train": 4, "val": 1}}
PROTOCOLS = {"salzoo": Protocol(COUNTS["salzoo"], shuffled(4), "as the real one")}
FOLDER = "MSRA10K_Imgs_GT/MSRA10K_Imgs_GT/Imgs"
EXPECTED = {
    "147.jpg": {"size": (30, 40), "fixations": None, "mask_path": f"{FOLDER}/147.png"},
    "175671.jpg": {"size": (40, 30)},
}


def make(root, folder=FOLDER):
    for number in IDS:
        size = (40, 30) if number == 175671 else (30, 40)
        picture(f"{root}/{folder}/{number}.jpg", size, seed=number)
        mask_picture(f"{root}/{folder}/{number}.png", size)
    write(f"{root}/{folder}/../Readme.txt", "Please cite the paper.")
    write(f"{root}/__MACOSX/{folder}/._147.jpg")
