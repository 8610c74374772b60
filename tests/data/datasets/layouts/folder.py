"""A user's folder with everything: points, maps and masks, as a German Excel writes tables."""

from tests.data.datasets.layouts.making import density_picture, mask_picture, picture, write

IMAGES = 5
SIZE = (30, 40)
COUNTS = {"salzoo": {"train": 4, "val": 1}}
FILES = ["Grün 1.jpg", "b.png", "c.jpeg", "d.v2.JPG", "e.png"]
TABLE = [
    "Image;Observer;Timestamp;X;Y;pupil;Duration",
    "Grün 1;Zoe;200;10.5;20;3;210.5",
    "Grün 1.jpg;Ann;300;39.9;29.9;3;0",
    "Grün 1.jpg;Ann;100;0;0;3;120",
    *[f"{name};Zoe;{100 * number};5;{number};3;9" for number, name in enumerate(FILES[1:])],
]
EXPECTED = {
    "Grün 1.jpg": {
        "size": SIZE,
        "fixations": [(0, 0), (39.9, 29.9), (10.5, 20)],
        "observers": [0, 0, 1],
        "durations": [120, 0, 210.5],
        "sigma": 1.25,
        "density_path": "densities/Grün 1.png",
        "mask_path": "masks/Grün 1.png",
        "split": None,
    },
    "d.v2.JPG": {"fixations": [(5, 2)], "observers": [1], "density_path": "densities/d.v2.png"},
}


def make(root):
    for seed, name in enumerate(FILES):
        ending = name.rpartition(".")[2]
        stem = name.removesuffix(f".{ending}")
        picture(f"{root}/images/{name}", SIZE, seed=seed)
        density_picture(f"{root}/densities/{stem}.png", SIZE, level=seed + 1)
        mask_picture(f"{root}/masks/{stem}.png", SIZE)
    write(f"{root}/fixations.csv", ("\ufeff" + "\r\n".join(TABLE) + "\r\n").encode())
    write(f"{root}/images/._b.png")
    write(f"{root}/notes.txt")
