"""SOD in small, as benchmarks hand it on: masks named by BSDS id."""

from tests.data.datasets.layouts.making import mask_picture, picture, write

IDS = (2018, 8143, 372019)
IMAGES = len(IDS)
COUNTS = {"official": {"test": 3}}
EXPECTED = {
    "2018.jpg": {"size": (32, 48), "fixations": None, "mask_path": "masks/2018.png"},
    "372019.jpg": {"size": (48, 32)},
}


def make(root, images="images", masks="masks"):
    for number in IDS:
        size = (48, 32) if number == 372019 else (32, 48)
        picture(f"{root}/{images}/{number}.jpg", size, seed=number)
        mask_picture(f"{root}/{masks}/{number}.png", size)
    write(f"{root}/{images}/Thumbs.db")
