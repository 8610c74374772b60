"""MIT1003 in small: a stray point map, points that JPEG smears, two of them neighbours; gaze."""

import numpy as np
import scipy.io

from salzoo.data.dataset_record import Protocol
from salzoo.data.datasets._formats.splits import shuffled
from tests.data.datasets.layouts.making import gaze_samples, map_picture, picture, struct, write

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

# Where each observer rests, 1-based and with some left of the image, and for how many samples.
OBSERVERS = ("CNG", "ajs")
LONG = "i05june05_static_street_boston_p1010764_and_more_than_63_letters"
RESTS = {
    "CNG": ([(48.5, 32.0), (1.0, 1.0), (-40.0, 20.0), (90.25, 60.0)], [60, 72, 48, 60]),
    "ajs": ([(90.0, 10.0), (10.0, 60.0), (140.0, 50.0)], [50, 100, 60]),
}
# Without the first ones and the one outside; two samples are lost beside each saccade.
EXPECTED_OF_GAZE = {
    "fixations": [(0, 0), (89.25, 59), (9, 59)],
    "observers": [0, 0, 1],
    "durations": [68 / 0.24, 58 / 0.24, 96 / 0.24],
}


def make_gaze(root):
    """Write the raw gaze of all images, one with a name longer than MATLAB's."""
    picture(f"{root}/ALLSTIMULI/{LONG}.jpeg", SIZE)
    for stem in [*STEMS, LONG]:
        for observer, rests in RESTS.items():
            write_gaze(root, stem, observer, gaze_samples(*rests, saccade=2))
    write(f"{root}/DATA/.DS_Store")


def write_gaze(root, stem, observer, samples, variable=None):
    data = struct(eyeData=np.column_stack([samples, np.zeros(len(samples))]))
    path = f"{root}/DATA/{observer}/{stem}.mat"
    write(path)
    content = {variable or stem[:63]: struct(imgName=f"{stem}.jpeg", DATA=data)}
    scipy.io.savemat(path, content, long_field_names=True)


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
