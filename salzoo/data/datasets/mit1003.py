"""MIT1003: 1003 photographs, eye movements of 15 observers.

Judd, Ehinger, Durand and Torralba, Learning to predict where humans look,
ICCV 2009.

Layout as published: `ALLSTIMULI/<stem>.jpeg` (longest side 1024) and
`ALLFIXATIONMAPS/<stem>_fixMap.jpg` (density) with `<stem>_fixPts.jpg` (points).
`i05june05_static_street_boston_p1010764fixPts.jpg`, without the underscore, is
a stray file and ignored. Both kinds of map hold the first five
fixations of each observer after the initial one, all observers together.

The points come from `_fixPts.jpg`. JPEG smears each marked pixel over its block
of 8x8, more or less dark by its place in it, so that a plain high threshold
loses points: a pixel counts here if it reaches `_SURE`, or if it reaches `_LEVEL`,
is the highest of its 3x3 and at least half as high as any pixel up to 5 away. On
made-up maps, with 75 points in five clusters, this finds all marked pixels at
JPEG quality 50 and above and invents less than one in a thousand; at 30 it loses
up to 5 %. What the file itself does not hold stays lost: who made a fixation,
when, and that several fell on one pixel.

`DATA/<observer>/<stem>.mat` holds raw gaze at 240 Hz. It is not read: to find
fixations in it takes the publishers' MATLAB code (`checkFixations`), and another
detection would give other fixations than everybody else's.
"""

import numpy as np

from salzoo.data.datasets.points import marked_points
from salzoo.data.datasets.record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets.splits import shuffled
from salzoo.data.sample import Sample

_HOME = "https://people.csail.mit.edu/tjudd/WherePeopleLook"
_SURE = 160
_LEVEL = 40
_REACH = 5

RECORD = DatasetRecord(
    name="mit1003",
    title="MIT1003",
    task="fixations",
    images=1003,
    ground_truth="density maps and fixated pixels, all observers together, the first five "
    "fixations of each after the initial one",
    viewing="15 observers, 3 s an image, eye tracker, free viewing (from memory)",
    licence="none found: for local research",
    citation="Judd, Ehinger, Durand, Torralba: Learning to predict where humans look. "
    "IEEE International Conference on Computer Vision, 2009",
    homepage=f"{_HOME}/index.html",
    layout="ALLSTIMULI/*.jpeg, ALLFIXATIONMAPS/*_fixMap.jpg and ALLFIXATIONMAPS/*_fixPts.jpg",
    steps=(
        "Download ALLSTIMULI.zip and ALLFIXATIONMAPS.zip from the homepage.",
        "Unpack both into one folder and give it as --data_dir.",
        "The raw gaze of DATA.zip is not read; points come from the _fixPts.jpg files.",
    ),
    archives=(
        Archive(
            f"{_HOME}/ALLSTIMULI.zip", "ALLSTIMULI.zip", "md5:0d7df8b954ecba69b6796e77b9afe4b6"
        ),
        Archive(f"{_HOME}/ALLFIXATIONMAPS.zip", "ALLFIXATIONMAPS.zip"),
    ),
    protocols={
        "msinet": Protocol({"train": 803, "val": 200}, shuffled(803), "MSI-Net's code, seed 42"),
        "sam": Protocol(
            {"train": 903, "val": 100},
            shuffled(903),
            "the SAM paper, at random; it publishes no seed: 42 is ours",
        ),
    },
    sigma=24.0,
    sigma_source="fits the publishers' density maps (r = 0.996 with 24 px)",
)


def read(folder, border):
    """Read all samples of the folder, sorted by file name."""
    stimuli = border.folder(folder, "ALLSTIMULI")
    truth = border.folder(folder, "ALLFIXATIONMAPS")
    if stimuli is None or truth is None:
        return []
    images = border.stems(stimuli, (".jpeg", ".jpg"))
    maps = border.stems(truth, (".jpg", ".jpeg"), "_fixMap")
    marks = border.stems(truth, (".jpg", ".jpeg"), "_fixPts")
    with_map = border.pair(images, maps, "density map", truth)
    with_points = border.pair(images, marks, "point map", truth)
    samples = []
    for stem in sorted(set(with_map) & set(with_points)):
        image, path = images[stem], marks[stem]
        size = border.image(image)
        if size is None or not border.same_size(maps[stem], size, image):
            continue
        levels = border.grey(path, size, image)
        if levels is None:
            continue
        trial = border.points(marked_points(_marked(levels)), None, size, path, image)
        if trial is not None:
            samples.append(Sample(image, size, *trial, RECORD.sigma, maps[stem]))
    return samples


def _marked(levels):
    """Find the pixels that were marked before JPEG smeared them, bool (rows, columns)."""
    rows, columns = np.nonzero(levels >= _LEVEL)
    width = 2 * _REACH + 1
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(levels, _REACH), (width, width))
    around = windows[rows, columns]
    near = around[:, _REACH - 1 : _REACH + 2, _REACH - 1 : _REACH + 2].max(axis=(1, 2))
    level = levels[rows, columns]
    marked = np.zeros(levels.shape, bool)
    highest = (level >= near) & (level >= around.max(axis=(1, 2)) / 2)
    marked[rows, columns] = highest | (level >= _SURE)
    return marked
