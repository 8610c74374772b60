"""CAT2000 in small: folders of model maps between the images, a wrong rotation flag."""

import numpy as np
import scipy.io
from PIL import Image

from salzoo.data.dataset_record import Protocol
from salzoo.data.datasets._formats.splits import shuffled_in_categories, with_test
from tests.data.datasets.layouts.making import picture, write

CATEGORIES = ("Action", "OutdoorManMade")
IMAGES = 12
COUNTS = {
    "msinet": {"train": 4, "val": 2, "test": 6},
    "sam": {"train": 2, "val": 4, "test": 6},
    "official": {"train": 6, "test": 6},
}
PROTOCOLS = {
    name: Protocol(COUNTS[name], with_test(shuffled_in_categories(train)), "as the real one")
    for name, train in (("msinet", 2), ("sam", 1))
}
SIZE = (27, 48)
EXPECTED = {
    "Action/001.jpg": {
        "size": SIZE,
        "fixations": [(47, 0), (5, 20), (0, 26)],
        "observers": None,
        "density_path": "trainSet/FIXATIONMAPS/Action/001.jpg",
        "category": "Action",
        "split": "train",
        "sigma": 40,
    },
    "OutdoorManMade/003.jpg": {"fixations": [(3, 3)], "category": "OutdoorManMade"},
    "OutdoorManMade/004.jpg": {
        "size": SIZE,
        "fixations": None,
        "density_path": None,
        "category": "OutdoorManMade",
        "split": "test",
    },
}


def make(root):
    turned = Image.Exif()
    turned[0x0112] = 6
    for category in CATEGORIES:
        for number in (1, 3, 5):
            name = f"{category}/{number:03d}"
            picture(f"{root}/trainSet/Stimuli/{name}.jpg", SIZE, seed=number)
            picture(f"{root}/trainSet/FIXATIONMAPS/{name}.jpg", SIZE, "L", seed=number)
            marked = [(0, 47), (20, 5), (26, 0)] if number == 1 else [(number, number)]
            write_locations(root, name, marked)
        for number in (2, 4, 6):
            path = f"{root}/testSet/Stimuli/{category}/{number:03d}.jpg"
            picture(path, SIZE, seed=number, **({"exif": turned} if number == 4 else {}))
        for part in ("trainSet", "testSet"):
            picture(f"{root}/{part}/Stimuli/{category}/Output/001_SaliencyMap.jpg", SIZE)
    picture(f"{root}/trainSet/Stimuli/output/001.jpg", SIZE)
    write(f"{root}/trainSet/Stimuli/Action/Thumbs.db")
    write(f"{root}/trainSet/allFixData.mat", "a containers.Map")


def write_locations(root, name, marked, variable="fixLocs", size=SIZE):
    """Write a file of fixations; marked: rows and columns."""
    values = np.zeros(size, "uint8")
    values[tuple(np.transpose(marked))] = 1
    path = f"{root}/trainSet/FIXATIONLOCS/{name}.mat"
    write(path)
    scipy.io.savemat(path, {variable: values}, do_compression=True)
