"""MIT1003 in small: a stray point map, points that JPEG smears, two of them neighbours."""

import numpy as np

from salzoo.data.datasets.record import Protocol
from salzoo.data.datasets.splits import shuffled
from tests.data.layouts.making import map_picture, picture, write

IMAGES = 5
COUNTS = {"msinet": {"train": 4, "val": 1}, "sam": {"train": 3, "val": 2}}
PROTOCOLS = {
    name: Protocol(counts, shuffled(counts["train"]), "as the real one")
    for name, counts in COUNTS.items()
}
STEMS = ["i05june05_static_street_boston_p1010764", "i1", "i10", "i2", "istatic_p102_fixMap"]
SIZE = (64, 96)
# Rows and columns in the order of reading: all places in a block, the corners of the image.
MARKED = [(0, 0), (0, 95), (9, 9), (18, 18), (18, 40), (19, 42), (27, 27), (36, 36), (63, 95)]
EXPECTED = {
    "i1.jpeg": {
        "size": SIZE,
        "fixations": [(column, row) for row, column in MARKED],
        "observers": None,
        "density_path": "ALLFIXATIONMAPS/i1_fixMap.jpg",
        "sigma": 24,
    },
    "i10.jpeg": {"size": (40, 30), "fixations": [(3, 5)]},
}


def make(root):
    for seed, stem in enumerate(STEMS):
        size, marked = ((40, 30), [(5, 3)]) if stem == "i10" else (SIZE, MARKED)
        picture(f"{root}/ALLSTIMULI/{stem}.jpeg", size, seed=seed)
        points = np.zeros(size, "uint8")
        points[tuple(np.transpose(marked))] = 255
        map_picture(f"{root}/ALLFIXATIONMAPS/{stem}_fixPts.jpg", points)
        picture(f"{root}/ALLFIXATIONMAPS/{stem}_fixMap.jpg", size, "L", seed)
    # Without the underscore: to be ignored.
    map_picture(f"{root}/ALLFIXATIONMAPS/{STEMS[0]}fixPts.jpg", np.zeros((10, 10)))
    write(f"{root}/ALLSTIMULI/.DS_Store")
    write(f"{root}/ALLSTIMULI/.svn/entries")
    write(f"{root}/__MACOSX/ALLSTIMULI/._i1.jpeg")
