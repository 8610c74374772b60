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

from salzoo.data.datasets.border import folder_of, stems
from salzoo.data.datasets.common_a import checked, first_file, points_of_map
from salzoo.data.datasets.matlab import load_matlab5
from salzoo.data.datasets.record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets.splits import only
from salzoo.data.sample import Sample

_HOME = "http://www-sop.inria.fr/members/Neil.Bruce"

RECORD = DatasetRecord(
    name="toronto",
    title="Toronto (Bruce and Tsotsos)",
    task="fixations",
    images=120,
    ground_truth="maps of fixated pixels, all observers together",
    viewing="20 observers, free viewing, 4 s an image, eye tracker",
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
        "unpack it, which gives `eyetrackingdata`; give the folder around it as --data_dir.",
    ),
    archives=(
        Archive(
            f"{_HOME}/eyetrackingdata.zip",
            "eyetrackingdata.zip",
            "md5:38d5c02217060d4d2d1a4649cc632af1",
        ),
    ),
    protocols={
        "salzoo": Protocol({"test": 120}, only("test"), "ours: small, so only for testing", False)
    },
    sigma=22.0,
    sigma_source="ours: about one degree of the visual angle, if an image fills a 21-inch tube "
    "at 75 cm; none comes with the set",
)


def read(folder, border):
    """Read all samples of the folder, sorted by file name."""
    inner = ("eyetrackingdata/fixdens", "fixdens", "")
    images_folder = folder_of(
        folder, *(os.path.join(each, "Original Image Set") for each in inner), border=border
    )
    if images_folder is None:
        return []
    path = first_file(
        [os.path.dirname(images_folder), *(os.path.join(folder, each) for each in inner)],
        "origfixdata.mat",
        border,
    )
    cells = None if path is None else load_matlab5(path, "white", border)
    if cells is None:
        return []
    if cells.dtype != object or cells.size != RECORD.images:
        border.problem(
            path,
            f"has 'white' of type {cells.dtype} and shape {cells.shape}, not a cell of "
            f"{RECORD.images} maps; take the set's own file.",
        )
        return []
    maps = {str(number): each for number, each in enumerate(cells.ravel(), start=1)}
    images = stems(images_folder, (".jpg", ".jpeg"))
    samples = []
    for stem in border.pair(images, dict.fromkeys(maps, path), "map", path):
        size = border.image(images[stem])
        points = None if size is None else _points(maps[stem], stem, size, path, border)
        trial = points is not None and checked(points, None, size, path, images[stem], border)
        if trial:
            samples.append(Sample(images[stem], size, *trial, RECORD.sigma))
    return samples


def _points(values, stem, size, path, border):
    """Return the points (n, 2) of a map (rows, columns), None if it cannot be used."""
    values = np.asarray(values.toarray() if issparse(values) else values)
    if values.dtype.kind not in "buif" or values.shape != tuple(size):
        border.problem(
            path,
            f"has a map {stem} of type {values.dtype} and shape {values.shape}, but its image "
            f"{stem}.jpg has {size[0]} rows and {size[1]} columns; take the set's own files.",
        )
        return None
    if not np.isfinite(values).all():
        border.problem(
            path, f"has a map {stem} with values that are not numbers; take the set's own file."
        )
        return None
    return points_of_map(values)
