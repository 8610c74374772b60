"""SALICON, release of 2017: 20000 images of MS COCO, viewed with the mouse.

Jiang, Huang, Duan and Zhao, SALICON: Saliency in context, CVPR 2015.

Layout as published: `images/{train,val,test}/COCO_*.jpg`, 640x480;
`fixations/{train,val}/COCO_*.mat` with `gaze`, a struct array, an entry an
observer: `location` (n x 2, mouse samples), `timestamp` (n x 1) and `fixations`
(m x 2, found in the samples), x before y, 1-based; `maps/{train,val}/COCO_*.png`,
8-bit density maps. Nobody but the publishers has the truth of the test images.

Also read as it lies after other unpackings: `train` and `val` with the .mat
files beside `images`, MSI-Net's names (`stimuli`, `saliency`), and all images
in `images` without sub-folders.

The releases of 2015 and 2017 share images and samples, but find the fixations in
another way: never mix them. Samples of 2017 may lie outside the image.
"""

import glob
import json
import os

import numpy as np

from salzoo.data.datasets.border import stems
from salzoo.data.datasets.common_a import checked, matrix_of_points
from salzoo.data.datasets.matlab import load_matlab5
from salzoo.data.datasets.nus import join_observers
from salzoo.data.datasets.record import DatasetRecord, Protocol
from salzoo.data.datasets.splits import official, shuffled, within
from salzoo.data.sample import Sample
from salzoo.errors import unknown_name

_DRIVE = "https://drive.google.com/uc?id={}&export=download"
_COUNTS = {"train": 10000, "val": 5000, "test": 5000}
POINTS = ("fixations", "location")
IMAGES_STEP = (
    "Download the images, 3 GB, by hand (Google Drive asks first): "
    f"{_DRIVE.format('1g8j-hTT-51IG1UFwP0xTGhLdgIUCW5e5')} "
    "(md5 eb2a1bb706633d1b31fc2e01422c5757); they unpack to images/train, images/val, images/test."
)


def fixations_step(drive_id, md5):
    """Return the step that gets a release's .mat files."""
    return (
        f"Download the fixations by hand: {_DRIVE.format(drive_id)} (md5 {md5}); unpack them in a "
        "folder `fixations` beside `images`, which gives fixations/train and fixations/val."
    )


RECORD = DatasetRecord(
    name="salicon",
    title="SALICON (2017)",
    task="fixations",
    images=20000,
    ground_truth="fixation points and raw mouse samples by observer, density maps; "
    "none for the 5000 test images",
    viewing="observers on Amazon Mechanical Turk, free viewing, 5 s an image, sharp only around "
    "the mouse, which stands for the eye",
    licence="no text found; the images are MS COCO's, each under the licence of its Flickr owner",
    citation="Jiang, Huang, Duan, Zhao: SALICON: Saliency in context. "
    "IEEE Conference on Computer Vision and Pattern Recognition, 2015",
    homepage="http://salicon.net",
    layout="images/{train,val,test}/*.jpg, fixations/{train,val}/*.mat and maps/{train,val}/*.png",
    steps=(
        IMAGES_STEP,
        fixations_step("1P-jeZXCsjoKO79OhFUgnj6FGcyvmLDPj", "462b70f4f9e8ea446ac628e46cea8d3d"),
        "Download the density maps by hand, if they are wanted: "
        f"{_DRIVE.format('1PnO7szbdub1559LfjYHMy65EDC4VhJC8')} (no checksum known); unpack them in "
        "a folder `maps` beside `images`. Without them densities are made from the fixations.",
        "Give the folder that holds `images` as --data_dir.",
    ),
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
        "maps": "take the set's density maps where they are (True), or blur the points",
    },
)


def read(folder, border, points="fixations", maps=True):
    """Read all samples of the folder, sorted by file name."""
    return read_release(folder, border, points, maps, with_json=False)


def read_release(folder, border, points, maps, with_json):
    """Read a release: of each split what is there, `points` one of POINTS.

    Args:
        maps: whether to take density maps. with_json: whether the release has
            a JSON form.
    """
    if points not in POINTS:
        raise unknown_name("kind of points", points, POINTS)
    samples, empty = [], True
    for split in _COUNTS:
        images, images_folder = _images(folder, split)
        truth = None if split == "test" else _truth_of(folder, split)
        empty = empty and not images and truth is None
        if split == "test":
            samples += _without_truth(images, border)
        elif images and truth is None:
            path = os.path.join(folder, "fixations", split)
            border.problem(path, f"is missing; see `salzoo datasets {border.name}`.")
        elif truth is not None and not images:
            border.problem(images_folder, f"holds no {split} image, but there is {truth}.")
        elif images:
            trials = _trials(truth, points, border, with_json)
            if trials is not None:
                map_of = _maps(folder, split, images, border) if maps else {}
                samples += _samples(images, trials, map_of, split, border)
    if empty:
        path = os.path.join(folder, "images")
        border.problem(path, f"is missing; see `salzoo datasets {border.name}`.")
    return samples


def _images(folder, split):
    """Return {stem: path} of a split's images, and their folder (or where it would be)."""
    for name in ("images", "stimuli", "images/images", ""):
        for end in (split, f"{split}2014", f"{split}2014examples"):
            path = os.path.join(folder, name, end)
            found = stems(path, (".jpg", ".jpeg")) if os.path.isdir(path) else {}
            if found:
                return found, path
    flat = os.path.join(folder, "images")
    found = stems(flat, (".jpg", ".jpeg")) if os.path.isdir(flat) else {}
    mine = {stem: path for stem, path in found.items() if stem.startswith(f"COCO_{split}2014_")}
    return mine, os.path.join(flat, split)


def _truth_of(folder, split):
    """Return the folder of a split's .mat files, or else its JSON file, or else None."""
    mats = _folder_with(folder, (f"fixations/{split}", f"fixations/fixations/{split}"))
    if mats is None and glob.glob(os.path.join(glob.escape(folder), split, "*.mat")):
        mats = os.path.join(folder, split)
    return mats or next(_json_files(folder, split), None)


def _folder_with(folder, candidates):
    """Return the first candidate that is a folder, None if none is."""
    paths = [os.path.join(folder, candidate) for candidate in candidates]
    return next(filter(os.path.isdir, paths), None)


def _json_files(folder, split):
    for place in ("annotations", ""):
        pattern = os.path.join(glob.escape(folder), place, f"fixations_{split}2014*.json")
        yield from sorted(glob.glob(pattern))


def _without_truth(images, border):
    sizes = {path: border.image(path) for path in images.values()}
    return [Sample(path, size, split="test") for path, size in sizes.items() if size is not None]


def _maps(folder, split, images, border):
    """Return {stem: path} of the density maps, none if the set was got without them."""
    maps = _folder_with(folder, (f"maps/{split}", f"maps/maps/{split}", f"saliency/{split}"))
    if maps is None:
        return {}
    map_of = stems(maps, (".png",))
    return {stem: map_of[stem] for stem in border.pair(images, map_of, "density map", maps)}


def _samples(images, trials, map_of, split, border):
    samples = []
    for stem in border.pair(images, trials.path_of, "list of fixations", trials.place):
        path = images[stem]
        size, trial = border.image(path), trials.read(stem)
        if size is None or trial is None:
            continue
        trial = checked(*trial, size, trials.path_of[stem], path, border)
        density = map_of.get(stem)
        if trial is None or (density and not border.same_size(density, size, path)):
            continue
        samples.append(Sample(path, size, *trial, RECORD.sigma, density_path=density, split=split))
    return samples


def _trials(path, points, border, with_json):
    """Return the fixations at `path` as _MatTrials or _JsonTrials, None if they are unusable."""
    if os.path.isdir(path):
        return _MatTrials(path, points, border)
    if not with_json:
        border.problem(path, "is of the release of 2015; read it as dataset 'salicon2015'.")
    elif points != "fixations":
        border.problem(path, "has no raw mouse samples; take the .mat files for them.")
    else:
        trials = _read_json(path, border)
        return None if trials is None else _JsonTrials(path, trials)
    return None


class _MatTrials:
    """The fixations of a split as .mat files, a file an image.

    path_of: {stem: file}. place: their folder.
    """

    def __init__(self, folder, points, border):
        self.place, self.points, self.border = folder, points, border
        self.path_of = stems(folder, (".mat",))

    def read(self, stem):
        """Return points (n, 2), 0-based, and observers (n,), numbered from 0; None if unusable."""
        path = self.path_of[stem]
        gaze = load_matlab5(path, "gaze", self.border)
        if gaze is None:
            return None
        if gaze.dtype.names is None or self.points not in gaze.dtype.names:
            self.border.problem(
                path,
                f"has a 'gaze' that is no struct array with '{self.points}'; "
                "take the set's own file.",
            )
            return None
        try:
            points, observers = join_observers(
                [matrix_of_points(each) for each in gaze[self.points].ravel()]
            )
        except (TypeError, ValueError) as error:
            self.border.problem(
                path, f"has 'gaze' entries that are not n x 2 ({error}); take the set's own file."
            )
            return None
        return points - 1, observers


class _JsonTrials:
    """The fixations of a split in one JSON file; `path_of` and `place` as in _MatTrials."""

    def __init__(self, path, trials):
        self.place, self.path_of, self.trials = path, dict.fromkeys(trials, path), trials

    def read(self, stem):
        """Return points (n, 2), 0-based, and observers (n,), the workers' numbers."""
        trial = self.trials.pop(stem)
        points = np.concatenate([np.empty((0, 2)), *(points for points, _ in trial)])
        observers = np.concatenate([np.empty(0, "int32"), *(observers for _, observers in trial)])
        return points[:, ::-1] - 1, observers


def _read_json(path, border):
    """Read a file of the JSON form, COCO style.

    {images: [{id, file_name}], annotations: [{image_id, worker_id, fixations:
    [[row, column], ...]}]}, row before column, 1-based; an annotation an
    observer of an image.

    Returns:
        {stem: [(points (n, 2) as in the file, observers (n,))]}, None if unusable.
    """
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file, object_hook=_compact)
    except (OSError, ValueError, RecursionError) as error:
        border.problem(path, f"is not a readable JSON file ({error}).")
        return None
    try:
        stem_of = {each["id"]: os.path.splitext(each["file_name"])[0] for each in content["images"]}
        trials = {stem: [] for stem in stem_of.values()}
        for each in content["annotations"]:
            points = each["fixations"]
            if points is None:
                raise ValueError("fixations are not [row, column] pairs")
            observers = np.full(len(points), int(each["worker_id"]), "int32")
            trials[stem_of[each["image_id"]]].append((points, observers))
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        reason = f"no {error}" if isinstance(error, KeyError) else error
        border.problem(
            path,
            f"is not a list of images and their fixations ({reason}); take the set's own file.",
        )
        return None
    return trials


def _compact(entry):
    """Turn an annotation's points into an array as soon as it is parsed.

    As lists of lists the 70 million points of the training set would take 9 GB, so
    it is 2 GB.
    """
    if "fixations" in entry:
        try:
            entry["fixations"] = matrix_of_points(np.asarray(entry["fixations"], "float32"))
        except (TypeError, ValueError):
            entry["fixations"] = None
    return entry
