"""iSUN: 8926 scenes of SUN, eye movements recorded by webcam over the internet.

Xu, Ehinger, Zhang, Finkelstein, Kulkarni and Xiao, TurkerGaze: Crowdsourcing
saliency with webcam based eye tracking, arXiv:1504.06755, 2015.

Layout as published: `images/<name>.jpg` of many sizes, and `training.mat`,
`validation.mat` and `testing.mat`, each with a struct array of its own name:
`image` (the name without ending) and, but for testing, `gaze`, a struct array
with an entry an observer, whose `fixation` is n x 2, x before y (so it is read by
pysaliency, too). A `gaze` that is one struct with a cell of such arrays is read as well.

The coordinates are taken unchanged as 0-based points, as by pysaliency; nothing
published that we know states their base. What lies outside an image is dropped.
"""

import os

import numpy as np

from salzoo.data.dataset_record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.matlab import load_matlab5
from salzoo.data.datasets._formats.points import (
    FILE_ORDER,
    Fixations,
    join_observers,
    points_of_matrix,
)
from salzoo.data.datasets._formats.splits import official
from salzoo.data.image_kinds import JPEG
from salzoo.data.sample import Sample
from salzoo.utils.task import Task

_DATA = "http://lsun.cs.princeton.edu/challenge/2015/eyetracking/data"
_COUNTS = {"train": 6000, "val": 926, "test": 2000}
_FILES = {"train": "training", "val": "validation", "test": "testing"}

RECORD = DatasetRecord(
    name="isun",
    title="iSUN",
    task=Task.FIXATIONS,
    images=8926,
    ground_truth="fixation points by observer; none for the 2000 test images",
    viewing="webcam as eye tracker; free viewing by observers on Amazon Mechanical Turk (from "
    "memory)",
    licence="no text found: treat it as for research, not to be redistributed",
    citation="Xu, Ehinger, Zhang, Finkelstein, Kulkarni, Xiao: TurkerGaze: Crowdsourcing "
    "saliency with webcam based eye tracking. arXiv:1504.06755, 2015",
    homepage="http://vision.princeton.edu/projects/2014/iSUN/",
    layout="images/*.jpg, training.mat, validation.mat and testing.mat",
    steps=(
        f"Download image.zip, training.mat, validation.mat and testing.mat from {_DATA}/ "
        "(the host is gone, unverified: take copies that have the checksums here).",
        "Unpack image.zip beside the three .mat files, which gives `images`; fixation.zip "
        "(md5 aadc15784e1b0023cda4536335b7839c) is not needed.",
    ),
    archives=(
        Archive(f"{_DATA}/image.zip", "image.zip", "md5:0a3af01c5307f1d44f5dd309f71ea963"),
        Archive(f"{_DATA}/training.mat", "training.mat", "md5:5a8b15134b17c7a3f69b087845db1363"),
        Archive(
            f"{_DATA}/validation.mat", "validation.mat", "md5:f68e9b011576e48d2460b883854fd86c"
        ),
        Archive(f"{_DATA}/testing.mat", "testing.mat", "md5:be008ef0330467dcb9c9cd9cc96a8546"),
    ),
    markers=("images",),
    protocols={
        "official": Protocol(_COUNTS, official, "the publishers", False),
        "pan": Protocol(_COUNTS, official, "Pan et al.: the publishers' split", False),
    },
    sigma=19.0,
    sigma_source="ours, as SALICON; the authors' own value is not known to us",
    options={"drop_first": FILE_ORDER},
)


def read(folder: str, checks: FileChecker, drop_first: bool = False) -> list[Sample]:
    """Read all samples of the folder, sorted by file name.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.
        drop_first: see RECORD.options.

    Returns:
        Samples; images with a problem are left out.
    """
    images_folder = checks.folder(folder, "images")
    if images_folder is None:
        return []
    images = checks.stems(images_folder, JPEG)
    entries: dict[str, np.ndarray | None] = {}
    path_of: dict[str, str] = {}
    split_of: dict[str, str] = {}
    complete = True
    for split, variable in _FILES.items():
        path = checks.file(f"{variable}.mat", folder, os.path.dirname(images_folder))
        found = None if path is None else _entries(path, variable, split != "test", checks)
        if path is None or found is None:
            complete = False
            continue
        for stem, gaze in found.items():
            if stem in entries:
                checks.problem(path, f"names '{stem}' twice; take the set's own files.")
            entries[stem], path_of[stem], split_of[stem] = gaze, path, split
    if not complete:  # or every image of the file that failed would be one too many
        images = {stem: path for stem, path in images.items() if stem in entries}
    samples = []
    for stem in checks.pair(images, path_of, "entry", "the .mat files"):
        image = images[stem]
        size = checks.image(image)
        if size is None:
            continue
        if split_of[stem] == "test":
            samples.append(Sample(image, size, split="test"))
            continue
        trial = _trial(entries[stem], stem, path_of[stem], checks)
        trial = trial and checks.points(trial, size, path_of[stem], image, drop_first)
        if trial is not None:
            samples.append(Sample(image, size, *trial, RECORD.sigma, split=split_of[stem]))
    return samples


def _entries(
    path: str, variable: str, with_gaze: bool, checks: FileChecker
) -> dict[str, np.ndarray | None] | None:
    """Return {image name: its `gaze` as scipy gives it, or None}; None if the file is unusable."""
    entries = load_matlab5(path, variable, checks)
    if entries is None:
        return None
    needed = {"image", "gaze"} if with_gaze else {"image"}
    if not needed <= set(entries.dtype.names or ()):
        checks.problem(
            path,
            f"has a '{variable}' that is no struct array with {' and '.join(sorted(needed))}; "
            "take the set's own file.",
        )
        return None
    found = {}
    for number, entry in enumerate(entries.ravel(), start=1):
        try:
            name = str(np.asarray(entry["image"]).item())
        except ValueError as error:
            checks.problem(
                path, f"has an entry {number} without a name ({error}); take the set's own file."
            )
            continue
        if name in found:
            checks.problem(path, f"names '{name}' twice; take the set's own file.")
        found[name] = entry["gaze"] if with_gaze else None
    return found


def _trial(gaze: np.ndarray | None, stem: str, path: str, checks: FileChecker) -> Fixations | None:
    """Return an image's `Fixations`, None if they cannot be used."""
    try:
        observers = []
        for fixation in np.asarray(gaze)["fixation"].ravel():
            fixation = np.asarray(fixation)
            observers += list(fixation.ravel()) if fixation.dtype == object else [fixation]
        return join_observers([points_of_matrix(matrix) for matrix in observers])
    except (IndexError, TypeError, ValueError) as error:
        checks.problem(
            path,
            f"has a 'gaze' of '{stem}' that is no struct array of n x 2 fixations ({error}); "
            "take the set's own file.",
        )
        return None
