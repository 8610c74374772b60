"""Toronto: 120 colour images, eye movements of 20 observers.

Bruce and Tsotsos, Saliency based on information maximization, NIPS 2005;
Saliency, attention, and visual search, Journal of Vision 9 (2009).

Layout as published: `eyetrackingdata/fixdens/Original Image Set/1.jpg` to
`120.jpg`, 681x511, and `eyetrackingdata/fixdens/origfixdata.mat`, whose variable
`white` is a 1x120 cell of maps (511 x 681): a pixel that is not 0 was fixated.
So observers are not known, and several fixations of one pixel count once. The
text files in `Raw` know the observers, but their coordinates are not pixels of
the images. A point is the pixel's own column and row.
"""

import os

import numpy as np
from scipy.sparse import issparse

from salzoo.data.dataset_record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.matlab import load_cells
from salzoo.data.datasets._formats.points import points_of_map
from salzoo.data.datasets._formats.splits import only
from salzoo.data.image_kinds import JPEG
from salzoo.data.sample import Sample
from salzoo.utils.task import Task

_HOME = "http://www-sop.inria.fr/members/Neil.Bruce"

RECORD = DatasetRecord(
    name="toronto",
    title="Toronto (Bruce and Tsotsos)",
    task=Task.FIXATIONS,
    images=120,
    ground_truth="maps of fixated pixels, all observers together",
    viewing="20 observers, 4 s an image, eye tracker, free viewing (unverified)",
    licence="no text found: treat it as for research, not to be redistributed",
    citation="Bruce, Tsotsos: Saliency based on information maximization. "
    "Advances in Neural Information Processing Systems 18, 2005; Bruce, Tsotsos: Saliency, "
    "attention, and visual search: An information theoretic approach. "
    "Journal of Vision 9(3), 2009",
    homepage=f"{_HOME}/",
    layout="eyetrackingdata/fixdens/Original Image Set/*.jpg and "
    "eyetrackingdata/fixdens/origfixdata.mat",
    steps=(
        f"Download {_HOME}/eyetrackingdata.zip (md5 38d5c02217060d4d2d1a4649cc632af1) and "
        "unpack it, which gives `eyetrackingdata`; give the folder around it as `data_dir`.",
    ),
    archives=(
        Archive(
            f"{_HOME}/eyetrackingdata.zip",
            "eyetrackingdata.zip",
            "md5:38d5c02217060d4d2d1a4649cc632af1",
        ),
    ),
    markers=("eyetrackingdata", "fixdens", "Original Image Set"),
    protocols={
        "salzoo": Protocol({"test": 120}, only("test"), "ours: small, so only for testing", False)
    },
    sigma=22.0,
    sigma_source="ours: about one degree of the visual angle, if an image fills a 21-inch tube "
    "at 75 cm (unverified); none comes with the set",
)


def read(folder: str, checks: FileChecker) -> list[Sample]:
    """Read all samples of the folder, sorted by file name.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.

    Returns:
        Samples; images with a problem are left out.
    """
    inner = ("eyetrackingdata/fixdens", "fixdens", "")
    stimuli = checks.folder(folder, *(os.path.join(part, "Original Image Set") for part in inner))
    if stimuli is None:
        return []
    places = [os.path.dirname(stimuli), *(os.path.join(folder, part) for part in inner)]
    path = checks.file("origfixdata.mat", *places)
    if path is None:
        return []
    cells = load_cells(path, "white", int(RECORD.images), "maps", checks)
    if cells is None:
        return []
    maps = {str(number): cell for number, cell in enumerate(cells, start=1)}
    images = checks.stems(stimuli, JPEG)
    samples = []
    for stem in checks.pair(images, dict.fromkeys(maps, path), "map", path):
        image, values = images[stem], maps[stem]
        size = checks.image(image)
        if size is None:
            continue
        values = np.asarray(values.toarray() if issparse(values) else values)
        trial = points_of_map(values, f"a map {stem}", size, path, image, checks)
        if trial is not None:
            samples.append(Sample(image, size, *trial, RECORD.sigma))
    return samples
