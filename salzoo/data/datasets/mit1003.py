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

With points="gaze" they come, with observers and durations, from the raw gaze in
`DATA/<observer>/<stem>.mat`: a struct named like the stem, cut to 63 characters, whose
`DATA(1).eyeData` has a row [x, y, ...] for each sample at 240 Hz, 1-based; negative
where the eye was not seen. The publishers find fixations in it by acceleration (their
MATLAB code `checkFixations`). That is not repeated here: fixations are found by
velocity (see `gaze`), with the 34 pixels a degree and the shortest fixation of 50 ms of
the publishers. So they are near those of others, but not the same. Densities
are then made from the points.

The set as FixaTons unpacks it is read, too (see `fixatons`), with observers and
durations found by others; `points` has no meaning there.

Points and densities are of the same fixations, those that `fixations` names: the
published density maps, which FixaTons has too, are taken for the first five fixations
after the initial one only; other densities are made from the points. The first five are
counted before those outside the image are left out.
"""

import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from tqdm import tqdm

from salzoo.data.dataset_record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets import fixatons
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.gaze import find_fixations
from salzoo.data.datasets._formats.matlab import field, load_matlab5
from salzoo.data.datasets._formats.points import (
    DROP_FIRST,
    Fixations,
    first_of_each,
    join_observers,
    marked_points,
    without_first,
)
from salzoo.data.datasets._formats.splits import shuffled
from salzoo.data.image_kinds import JPEG
from salzoo.data.sample import Sample
from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.task import Task

POINTS = ("published", "gaze")
FIXATIONS = ("first_five", "all")
_RATE = 240.0  # samples a second
_PIXELS_PER_DEGREE = 34.0
_SHORTEST = 50.0  # milliseconds

_HOME = "https://people.csail.mit.edu/tjudd/WherePeopleLook"
_SIGMA = 24.0
_SURE = 160
_LEVEL = 40
_REACH = 5

RECORD = DatasetRecord(
    name="mit1003",
    title="MIT1003",
    task=Task.FIXATIONS,
    images=1003,
    ground_truth="density maps and fixated pixels, all observers together, the first five "
    "fixations of each after the initial one; raw gaze by observer",
    viewing="15 observers, 3 s an image, eye tracker, free viewing",
    licence="none found: for local research",
    citation="Judd, Ehinger, Durand, Torralba: Learning to predict where humans look. "
    "IEEE International Conference on Computer Vision, 2009",
    homepage=f"{_HOME}/index.html",
    layout="ALLSTIMULI/*.jpeg, and ALLFIXATIONMAPS/*_fixMap.jpg with *_fixPts.jpg or "
    "DATA/<observer>/*.mat; or FixaTons' STIMULI/, SCANPATHS/ and SALIENCY_MAPS/",
    steps=(
        "Download ALLSTIMULI.zip and ALLFIXATIONMAPS.zip from the homepage.",
        "Unpack both into one folder and give it as `data_dir`.",
        "For observers and durations (points=gaze) unpack DATA.zip there, too; "
        "ALLFIXATIONMAPS.zip is then not needed.",
    ),
    archives=(
        Archive(
            f"{_HOME}/ALLSTIMULI.zip", "ALLSTIMULI.zip", "md5:0d7df8b954ecba69b6796e77b9afe4b6"
        ),
        Archive(f"{_HOME}/DATA.zip", "DATA.zip", "md5:ea19d74ad0a0144428c53e9d75c2d71c"),
        Archive(f"{_HOME}/ALLFIXATIONMAPS.zip", "ALLFIXATIONMAPS.zip"),
    ),
    markers=("ALLSTIMULI", "STIMULI", "MIT1003/STIMULI"),
    protocols={
        "msinet": Protocol({"train": 803, "val": 200}, shuffled(803), "MSI-Net's code, seed 42"),
        "sam": Protocol(
            {"train": 903, "val": 100},
            shuffled(903),
            "the SAM paper, at random; it publishes no seed: 42 is ours",
        ),
    },
    sigma=_SIGMA,
    sigma_source="fits the publishers' density maps (r = 0.996 with 24 px)",
    options={
        "points": "'published', or 'gaze': fixations with observers and durations that our own "
        "detector (I-VT, 30 degrees a second, 34 pixels a degree, 50 ms and longer) finds in "
        "the raw gaze, not the publishers' checkFixations",
        "drop_first": f"{DROP_FIRST} (true, as the publishers do; of 'published' it is gone)",
        "fixations": "'first_five' of each observer, as in the publishers' maps (the default), or "
        "'all' of the 3 s, from FixaTons or points=gaze; points and densities are both of these",
    },
)


def read(
    folder: str,
    checks: FileChecker,
    points: str = "published",
    drop_first: bool = True,
    fixations: str = "first_five",
) -> list[Sample]:
    """Read all samples of the folder, sorted by file name.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.
        points: see RECORD.options.
        drop_first: see RECORD.options.
        fixations: see RECORD.options.

    Returns:
        Samples; images with a problem are left out.
    """
    if points not in POINTS:
        raise unknown_name("kind of points", points, POINTS)
    if fixations not in FIXATIONS:
        raise unknown_name("choice of fixations", fixations, FIXATIONS)
    first_five = fixations == "first_five"
    selection = f"{'first five' if first_five else 'all'} fixations of each observer"
    selection += " after the initial one" if drop_first else ""

    def select(found: Fixations) -> Fixations:
        found = without_first(found) if drop_first else found
        return first_of_each(found, 5) if first_five else found

    fixatons_folder = fixatons.find(folder, "MIT1003")
    if points == "gaze":
        if fixatons_folder is not None:
            raise InputError(
                f"mit1003: points=gaze: {fixatons_folder} is of FixaTons, without raw gaze; leave "
                "the option out, or give the publishers' ALLSTIMULI and DATA."
            )
        samples = _samples_of_gaze(folder, checks, select)
    elif fixatons_folder is not None:
        as_published = first_five and drop_first
        samples = fixatons.read_samples(fixatons_folder, checks, _SIGMA, select, as_published)
    elif not (first_five and drop_first):
        option, lack = ("fixations=all", "later") if drop_first else ("drop_first=False", "first")
        raise InputError(
            f"mit1003: {option}: the published maps lack the {lack} fixations; add "
            "points=gaze to find them in the raw gaze."
        )
    else:
        samples = _published_samples(folder, checks)
    return [replace(sample, selection=selection) for sample in samples]


def _published_samples(folder: str, checks: FileChecker) -> list[Sample]:
    stimuli = checks.folder(folder, "ALLSTIMULI")
    truth = checks.folder(folder, "ALLFIXATIONMAPS")
    if stimuli is None or truth is None:
        return []
    images = checks.stems(stimuli, JPEG)
    maps = checks.stems(truth, JPEG, "_fixMap")
    marks = checks.stems(truth, JPEG, "_fixPts")
    with_map = checks.pair(images, maps, "density map", truth)
    with_points = checks.pair(images, marks, "point map", truth)
    samples = []
    for stem in sorted(set(with_map) & set(with_points)):
        image, path = images[stem], marks[stem]
        size = checks.image(image)
        if size is None or not checks.same_size(maps[stem], size, image):
            continue
        levels = checks.grey(path, size, image)
        if levels is None:
            continue
        found = Fixations(marked_points(_marked(levels)))
        trial = checks.points(found, size, path, image)
        if trial is not None:
            samples.append(Sample(image, size, *trial, RECORD.sigma, maps[stem]))
    return samples


def _marked(levels: np.ndarray) -> np.ndarray:
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


def _samples_of_gaze(
    folder: str, checks: FileChecker, select: Callable[[Fixations], Fixations]
) -> list[Sample]:
    stimuli, data = checks.folder(folder, "ALLSTIMULI"), checks.folder(folder, "DATA")
    if stimuli is None or data is None:
        return []
    images = checks.stems(stimuli, JPEG)
    folders = [entry.path for entry in os.scandir(data) if entry.is_dir() and entry.name[0] != "."]
    files = [checks.stems(place, (".mat",)) for place in sorted(folders)]
    if not files:
        checks.problem(data, "holds no folder of an observer; take the set's own files.")
        return []
    stems = set(images)
    for own, place in zip(files, sorted(folders), strict=True):
        stems &= set(checks.pair(images, own, "file of gaze", place))
    samples = []
    for stem in tqdm(sorted(stems), "find fixations", unit="image", disable=None):
        size = checks.image(images[stem])
        found = [_fixations_of(own[stem], stem, checks) for own in files]
        usable = [trial for trial in found if trial is not None]
        if size is None or len(usable) < len(found):
            continue
        points, durations = zip(*usable, strict=True)
        chosen = select(join_observers(points, durations))
        trial = checks.points(chosen, size, data, images[stem])
        if trial is not None:
            samples.append(Sample(images[stem], size, *trial, RECORD.sigma))
    return samples


def _fixations_of(
    path: str, stem: str, checks: FileChecker
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return points (n, 2), 0-based, and durations (n,) of a file of gaze; None if unusable."""
    gaze = load_matlab5(path, stem[:63], checks)  # MATLAB's names are no longer
    if gaze is None:
        return None
    try:
        samples = np.asarray(field(field(gaze, "DATA"), "eyeData"))
        if samples.dtype.kind not in "uif" or samples.ndim != 2 or samples.shape[1] < 2:
            raise ValueError(f"'eyeData' of type {samples.dtype} and shape {samples.shape}")
    except (IndexError, KeyError, TypeError, ValueError) as error:
        checks.problem(
            path, f"has no samples of x and y in DATA.eyeData ({error}); take the set's own file."
        )
        return None
    seen = samples[:, :2].astype("float64")
    seen[(seen < 0).any(axis=1)] = np.nan
    points, durations = find_fixations(seen, _RATE, _PIXELS_PER_DEGREE, _SHORTEST)
    return points - 1, durations
