"""CAT2000: 4000 images of 20 categories; eye movements are public for half of them.

Borji and Itti, CAT2000: a large scale fixation dataset for boosting saliency
research, arXiv:1505.03581, 2015.

Layout as published: `trainSet/Stimuli/<Category>/NNN.jpg`,
`trainSet/FIXATIONLOCS/<Category>/NNN.mat` (variable `fixLocs`, 1080x1920, nonzero
where anybody looked), `trainSet/FIXATIONMAPS/<Category>/NNN.jpg` (density) and
`testSet/Stimuli/<Category>/NNN.jpg`, whose truth is withheld. The
categories share numbers: training images seem to have the odd, test images the
even ones. All are 1920x1080, padded with grey. The
`Output` folders between the images hold maps of models; whatever has "output" in
its name is left out.

The rotation flag of `testSet/Stimuli/Pattern/134.jpg` is wrong: as in every set,
the pixels count as stored and EXIF is ignored. `trainSet/allFixData.mat`, with
the observers apart, is a MATLAB containers.Map, which only MATLAB can read;
points are therefore pixels, without observers and repeats.

Either part may be missing as a whole.
"""

import os

from salzoo.data.dataset_record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.folders import find_folder
from salzoo.data.datasets._formats.matlab import load_matlab5
from salzoo.data.datasets._formats.points import points_of_map
from salzoo.data.datasets._formats.splits import official, shuffled_in_categories, with_test
from salzoo.data.image_kinds import JPEG
from salzoo.data.sample import Sample
from salzoo.utils.task import Task

RECORD = DatasetRecord(
    name="cat2000",
    title="CAT2000",
    task=Task.FIXATIONS,
    images=4000,
    ground_truth="density maps and fixated pixels of the training half, all observers together",
    viewing="18 observers an image as the public half counts, 5 s, eye tracker, "
    "free viewing (unverified)",
    licence="none found: for local research",
    citation="Borji, Itti: CAT2000: A large scale fixation dataset for boosting saliency "
    "research. arXiv:1505.03581, 2015",
    homepage="http://saliency.mit.edu/results_cat2000.html",
    layout="trainSet/Stimuli/*/*.jpg, trainSet/FIXATIONLOCS/*/*.mat, "
    "trainSet/FIXATIONMAPS/*/*.jpg and testSet/Stimuli/*/*.jpg",
    steps=(
        "Download trainSet.zip (about 4 GB) and, for the test images, testSet.zip from "
        "http://saliency.mit.edu.",
        "Unpack both into one folder, which then holds trainSet and testSet.",
    ),
    archives=(
        Archive(
            "http://saliency.mit.edu/trainSet.zip",
            "trainSet.zip",
            "md5:56ad5c77e6c8f72ed9ef2901628d6e48",
            size=4_000_000_000,
        ),
        Archive(
            "http://saliency.mit.edu/testSet.zip",
            "testSet.zip",
            "md5:903ec668df2e5a8470aef9d8654e7985",
        ),
    ),
    markers=("trainSet", "testSet"),
    protocols={
        "msinet": Protocol(
            {"train": 1600, "val": 400, "test": 2000},
            with_test(shuffled_in_categories(80)),
            "MSI-Net's code, seed 42, the same positions in each category",
        ),
        "sam": Protocol(
            {"train": 1800, "val": 200, "test": 2000},
            with_test(shuffled_in_categories(90)),
            "the SAM paper, 10 of each category validate; it publishes no seed: 42 is ours",
        ),
        "official": Protocol(
            {"train": 2000, "test": 2000}, official, "the publishers", shuffles=False
        ),
    },
    sigma=40.0,
    sigma_source="found by comparison with the published maps (the Tuebingen benchmark's code)",
)


def read(folder: str, checks: FileChecker) -> list[Sample]:
    """Read all samples of the folder, sorted by category and file name.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.

    Returns:
        Samples; images with a problem are left out.
    """
    train, test = find_folder(folder, "trainSet"), find_folder(folder, "testSet")
    if train is None and test is None:
        train = folder
    return [*_training_samples(train, checks), *_test_samples(test, checks)]


def _training_samples(root: str | None, checks: FileChecker) -> list[Sample]:
    if root is None:
        return []
    stimuli = checks.folder(root, "Stimuli")
    locations = checks.folder(root, "FIXATIONLOCS")
    maps = checks.folder(root, "FIXATIONMAPS")
    if stimuli is None or locations is None or maps is None:
        return []
    image_of = _files(stimuli, JPEG, checks)
    locations_of = _files(locations, (".mat",), checks)
    map_of = _files(maps, JPEG, checks)
    with_points = checks.pair(image_of, locations_of, "file of fixations", locations)
    with_map = checks.pair(image_of, map_of, "density map", maps)
    samples = []
    for key in sorted(set(with_points) & set(with_map)):
        image, path = image_of[key], locations_of[key]
        size = checks.image(image)
        if size is None or not checks.same_size(map_of[key], size, image):
            continue
        values = load_matlab5(path, "fixLocs", checks)
        if values is None:
            continue
        trial = points_of_map(values, "'fixLocs'", size, path, image, checks)
        if trial is not None:
            category = os.path.dirname(key)
            sample = Sample(image, size, *trial, RECORD.sigma, map_of[key], None, category, "train")
            samples.append(sample)
    return samples


def _test_samples(root: str | None, checks: FileChecker) -> list[Sample]:
    stimuli = root and checks.folder(root, "Stimuli")
    if stimuli is None:
        return []
    samples = []
    for key, image in sorted(_files(stimuli, JPEG, checks).items()):
        size = checks.image(image)
        if size is not None:
            samples.append(Sample(image, size, category=os.path.dirname(key), split="test"))
    return samples


def _files(root: str, endings: tuple[str, ...], checks: FileChecker) -> dict[str, str]:
    """Return {"Category/NNN": path} of the files in the sub-folders of `root`."""
    categories = [
        entry.name for entry in os.scandir(root) if entry.is_dir() and entry.name[0] != "."
    ]
    return {
        f"{category}/{stem}": path
        for category in categories
        if not _is_output(category)
        for stem, path in checks.stems(os.path.join(root, category), endings).items()
        if not _is_output(stem)
    }


def _is_output(name: str) -> bool:
    return "output" in name.lower()
