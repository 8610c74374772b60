"""FIWI in small: screenshots and the point maps of all observers, deep in the unpacked folder."""

import numpy as np

from salzoo.data.dataset_record import Protocol
from salzoo.data.datasets._formats.splits import shuffled
from tests.data.datasets.layouts.making import map_picture, picture, write

IMAGES = 4
COUNTS = {"msinet": {"train": 3, "val": 1}}
PROTOCOLS = {"msinet": Protocol(COUNTS["msinet"], shuffled(3), "as the real one")}
NAMES = ["mixed1", "pictorial1", "pictorial10", "text1"]
SIZES = [(38, 68), (38, 69), (38, 68), (38, 68)]
EXPECTED = {
    "mixed1.png": {"size": SIZES[0], "fixations": [(67, 0), (2, 5), (0, 37)], "observers": None},
    "text1.PNG": {"fixations": [(20, 10)]},
}


def make(root):
    inner = f"{root}/webpage_dataset"
    for number, (name, size) in enumerate(zip(NAMES, SIZES, strict=True)):
        ending = "PNG" if name == "text1" else "png"
        picture(f"{inner}/stimuli/{name}.{ending}", size, seed=number)
        points = np.zeros(size)
        if number == 0:  # any level but 0 is a fixation
            points[5, 2], points[37, 0], points[0, 67] = 255, 1, 128
        else:
            points[10, 20] = 255
        map_picture(f"{inner}/fixation/all5/{name}.png", points)
        map_picture(f"{inner}/fixation/all1/{name}.png", np.full(size, 255))
    write(f"{inner}/stimuli/Thumbs.db")
    write(f"{root}/__MACOSX/stimuli/._text1.png")
    write(f"{inner}/stimuli/._text1.png")
