"""SALICON, release of 2017: 20000 images of MS COCO, viewed with the mouse.

Jiang, Huang, Duan and Zhao, SALICON: Saliency in context, CVPR 2015.

Layout as published: `images/{train,val,test}/COCO_*.jpg`, 640x480;
`fixations/{train,val}/COCO_*.mat` with `gaze`, a struct array, an entry an
observer: `location` (n x 2, mouse samples), `timestamp` (n x 1) and `fixations`
(m x 2, found in the samples), x before y, 1-based; `maps/{train,val}/COCO_*.png`,
8-bit density maps. The ground truth of the test images is not public.

Also read as it lies after other unpackings: `train` and `val` with the .mat
files beside `images`, MSI-Net's names (`stimuli`, `saliency`), and all images
in `images` without sub-folders.

The releases of 2015 and 2017 share images and samples, but find the fixations in
another way: never mix them. Samples of 2017 may lie outside the image.
"""

import glob
import os
from collections.abc import Callable

from salzoo.data.dataset_record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.matlab import load_matlab5
from salzoo.data.datasets._formats.points import (
    FILE_ORDER,
    Fixations,
    join_observers,
    points_of_matrix,
)
from salzoo.data.datasets._formats.splits import official, shuffled, within
from salzoo.data.image_kinds import JPEG
from salzoo.data.sample import Sample
from salzoo.utils.errors import unknown_name
from salzoo.utils.task import Task

_DRIVE = "https://drive.google.com/uc?id={}&export=download"
_COUNTS = {"train": 10000, "val": 5000, "test": 5000}
# {stem: path of its file of fixations}, function from a stem to its fixations.
Trials = tuple[dict[str, str], Callable[[str], Fixations | None]]
JsonReader = Callable[[str, FileChecker], dict[str, Fixations] | None]
POINTS = ("fixations", "location")
IMAGES = Archive(
    _DRIVE.format("1g8j-hTT-51IG1UFwP0xTGhLdgIUCW5e5"),
    "images.zip",
    "md5:eb2a1bb706633d1b31fc2e01422c5757",
    size=3_000_000_000,
)
IMAGES_STEP = (
    f"Download the images, 3 GB: {IMAGES.url} ({IMAGES.checksum}); they unpack to images/train, "
    "images/val, images/test."
)


def fixations_archive(drive_id: str, md5: str) -> Archive:
    """Return the archive of a release's .mat files.

    Args:
        drive_id: of the file on Google Drive.
        md5: of the file.
    """
    return Archive(_DRIVE.format(drive_id), "fixations.zip", f"md5:{md5}", into="fixations")


def fixations_step(archive: Archive) -> str:
    """Return the step that gets a release's .mat files by hand.

    Args:
        archive: of them.
    """
    return (
        f"Download the fixations: {archive.url} ({archive.checksum}); unpack them in a folder "
        "`fixations` beside `images`, which gives fixations/train and fixations/val."
    )


_FIXATIONS = fixations_archive(
    "1P-jeZXCsjoKO79OhFUgnj6FGcyvmLDPj", "462b70f4f9e8ea446ac628e46cea8d3d"
)
_MAPS = Archive(_DRIVE.format("1PnO7szbdub1559LfjYHMy65EDC4VhJC8"), "maps.zip", into="maps")


RECORD = DatasetRecord(
    name="salicon",
    title="SALICON (2017)",
    task=Task.FIXATIONS,
    images=20000,
    ground_truth="fixation points and raw mouse samples by observer, density maps; "
    "none for the 5000 test images",
    viewing="the mouse stands for the eye: sharp only around it, 5 s an image, free viewing, "
    "observers on Amazon Mechanical Turk (unverified)",
    licence="no text found; the images are MS COCO's, each under its Flickr owner's licence (from "
    "memory)",
    citation="Jiang, Huang, Duan, Zhao: SALICON: Saliency in context. "
    "IEEE Conference on Computer Vision and Pattern Recognition, 2015",
    homepage="http://salicon.net",
    layout="images/{train,val,test}/*.jpg, fixations/{train,val}/*.mat and maps/{train,val}/*.png",
    steps=(
        IMAGES_STEP,
        fixations_step(_FIXATIONS),
        f"Download the density maps, if they are wanted: {_MAPS.url} (no checksum known); unpack "
        "them in a folder `maps` beside `images`. Without them densities are made from the "
        "fixations.",
        "Give the folder that holds `images` as `data_dir`.",
    ),
    archives=(IMAGES, _FIXATIONS, _MAPS),
    markers=("images", "stimuli", "fixations", "annotations"),
    protocols={
        "official": Protocol(_COUNTS, official, "the publishers", False),
        "msinet": Protocol(_COUNTS, official, "MSI-Net's code: the publishers' split", False),
        "pan": Protocol(
            {"train": 9000, "val": 1000},
            within("train", shuffled(9000)),
            "Pan et al., deep net: sizes theirs, of the training images; seed 42 ours",
        ),
        "pan_shallow": Protocol(
            {"train": 8000, "val": 2000},
            within("train", shuffled(8000)),
            "Pan et al., shallow net: sizes theirs, of the training images; seed 42 ours",
        ),
    },
    sigma=19.0,
    sigma_source="the authors' own API",
    options={
        "points": "'fixations', or 'location': the raw mouse samples",
        "maps": "take the set's density maps where they are (True), or blur the points; they are "
        "of all fixations, so that with points=location or drop_first=True the points are blurred",
        "drop_first": f"{FILE_ORDER}; of 'location' the first sample goes",
    },
)


def read(
    folder: str,
    checks: FileChecker,
    points: str = "fixations",
    maps: bool = True,
    drop_first: bool = False,
) -> list[Sample]:
    """Read all samples of the folder, sorted by file name.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.
        points: see RECORD.options.
        maps: see RECORD.options.
        drop_first: see RECORD.options.

    Returns:
        Samples; images with a problem are left out.
    """
    of_all_fixations = points == "fixations" and not drop_first  # as the published maps are
    return read_release(folder, checks, points, maps and of_all_fixations, drop_first)


def read_release(
    folder: str,
    checks: FileChecker,
    points: str,
    maps: bool,
    drop_first: bool,
    read_json: JsonReader | None = None,
) -> list[Sample]:
    """Read a release, of each split what the folder holds.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.
        points: one of POINTS.
        maps: whether to take density maps.
        drop_first: leave out each observer's first fixation.
        read_json: function (path, checks) that reads the JSON form of the release to
            {stem: fixations}, 0-based, None if that cannot be used; None: the release
            has no such form.
    """
    if points not in POINTS:
        raise unknown_name("kind of points", points, POINTS)
    samples, none_there = [], True
    for split in _COUNTS:
        images, images_folder = _images(folder, split, checks)
        truth = None if split == "test" else _truth(folder, split)
        none_there = none_there and not images and truth is None
        if split == "test":
            sizes = {path: checks.image(path) for path in images.values()}
            samples += [Sample(path, size, split="test") for path, size in sizes.items() if size]
        elif images and truth is None:
            checks.missing(os.path.join(folder, "fixations", split))
        elif truth is not None and not images:
            checks.problem(images_folder, f"holds no {split} image, but there is {truth}.")
        elif images and truth is not None:
            trials = _trials(truth, points, checks, read_json)
            if trials is not None:
                map_of = _maps(folder, split, images, checks) if maps else {}
                samples += _samples(images, truth, trials, map_of, split, drop_first, checks)
    if none_there:
        checks.missing(os.path.join(folder, "images"))
    return samples


def _images(folder: str, split: str, checks: FileChecker) -> tuple[dict[str, str], str]:
    """Return {stem: path} of a split's images, and their folder (or where it would be)."""
    for name in ("images", "stimuli", "images/images", ""):
        for end in (split, f"{split}2014", f"{split}2014examples"):
            path = os.path.join(folder, name, end)
            found = checks.stems(path, JPEG) if os.path.isdir(path) else {}
            if found:
                return found, path
    flat = os.path.join(folder, "images")
    found = checks.stems(flat, JPEG) if os.path.isdir(flat) else {}
    mine = {stem: path for stem, path in found.items() if stem.startswith(f"COCO_{split}2014_")}
    return mine, os.path.join(flat, split)


def _truth(folder: str, split: str) -> str | None:
    """Return the folder of a split's .mat files, or else its JSON file, or else None."""
    mats = _first_folder(folder, f"fixations/{split}", f"fixations/fixations/{split}")
    root = glob.escape(folder)
    if mats is None and glob.glob(os.path.join(root, split, "*.mat")):
        mats = os.path.join(folder, split)
    name = f"fixations_{split}2014*.json"
    found = [sorted(glob.glob(os.path.join(root, place, name))) for place in ("annotations", "")]
    return mats or next(iter(sum(found, [])), None)


def _first_folder(folder: str, *candidates: str) -> str | None:
    """Return the first candidate that is there; names alone do not tell images from truth here."""
    paths = (os.path.join(folder, candidate) for candidate in candidates)
    return next(filter(os.path.isdir, paths), None)


def _maps(folder: str, split: str, images: dict[str, str], checks: FileChecker) -> dict[str, str]:
    """Return {stem: path} of the density maps, none if the set was got without them."""
    maps = _first_folder(folder, f"maps/{split}", f"maps/maps/{split}", f"saliency/{split}")
    if maps is None:
        return {}
    map_of = checks.stems(maps, (".png",))
    return {stem: map_of[stem] for stem in checks.pair(images, map_of, "density map", maps)}


def _samples(
    images: dict[str, str],
    truth: str,
    trials: Trials,
    map_of: dict[str, str],
    split: str,
    drop_first: bool,
    checks: FileChecker,
) -> list[Sample]:
    path_of, trial_of = trials
    samples = []
    for stem in checks.pair(images, path_of, "list of fixations", truth):
        path = images[stem]
        size, trial = checks.image(path), trial_of(stem)
        if size is None or trial is None:
            continue
        trial = checks.points(trial, size, path_of[stem], path, drop_first)
        density = map_of.get(stem)
        if trial is None or (density and not checks.same_size(density, size, path)):
            continue
        samples.append(Sample(path, size, *trial, RECORD.sigma, density, split=split))
    return samples


def _trials(
    truth: str, points: str, checks: FileChecker, read_json: JsonReader | None
) -> Trials | None:
    """Find the fixations of a split.

    Returns:
        {stem: path of their file}, function from a stem to its `Fixations`, 0-based;
        None if they are unusable.
    """
    if os.path.isdir(truth):
        path_of = checks.stems(truth, (".mat",))
        return path_of, lambda stem: _trial(path_of[stem], points, checks)
    if read_json is None:
        checks.problem(truth, "is of the release of 2015; read it as dataset 'salicon2015'.")
    elif points != "fixations":
        checks.problem(truth, "has no raw mouse samples; take the .mat files for them.")
    else:
        trials = read_json(truth, checks)
        return None if trials is None else (dict.fromkeys(trials, truth), trials.pop)
    return None


def _trial(path: str, points: str, checks: FileChecker) -> Fixations | None:
    """Return the `Fixations` of a .mat file, 0-based; None if unusable."""
    gaze = load_matlab5(path, "gaze", checks)
    if gaze is None:
        return None
    if gaze.dtype.names is None or points not in gaze.dtype.names:
        checks.problem(
            path,
            f"has a 'gaze' that is no struct array with '{points}'; take the set's own file.",
        )
        return None
    try:
        return join_observers([points_of_matrix(own) - 1 for own in gaze[points].ravel()])
    except (TypeError, ValueError) as error:
        checks.problem(
            path, f"has 'gaze' entries that are not n x 2 ({error}); take the set's own file."
        )
        return None
