"""CAT2000: 4000 images of 20 categories; eye movements are public for half of them.

Borji and Itti, CAT2000: a large scale fixation dataset for boosting saliency
research, CVPR workshop on the future of datasets 2015, arXiv:1505.03581.

Layout as published: `trainSet/Stimuli/<Category>/NNN.jpg`,
`trainSet/FIXATIONLOCS/<Category>/NNN.mat` (variable `fixLocs`, 1080x1920, nonzero
where anybody looked), `trainSet/FIXATIONMAPS/<Category>/NNN.jpg` (density) and
`testSet/Stimuli/<Category>/NNN.jpg`, whose truth is withheld. Training images
have odd numbers, test images even ones. All are 1920x1080, padded with grey. The
`Output` folders between the images hold maps of models; whatever has "output" in
its name is left out.

The rotation flag of `testSet/Stimuli/Pattern/134.jpg` is wrong: as in every set,
the pixels count as stored and EXIF is ignored. `trainSet/allFixData.mat`, with
the observers apart, is a MATLAB containers.Map, which only MATLAB can read;
points are therefore pixels, without observers and repeats.

Either part may be missing as a whole.
"""

import os

import numpy as np

from salzoo.data.datasets.border import folder_of, stems
from salzoo.data.datasets.common_b import first_folder, points_of
from salzoo.data.datasets.matlab import load_matlab5
from salzoo.data.datasets.record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets.splits import official, shuffled_in_categories, with_test
from salzoo.data.sample import Sample
from salzoo.errors import InputError


def of_training_part(rule):
    """Apply a rule that shuffles to the training part, which must be complete or absent.

    The protocols then need no `shuffles`, which would ask for the test part too.
    """

    def divide(samples):
        there = sum(sample.split == "train" for sample in samples)
        whole = RECORD.images // 2
        if there not in (0, whole):
            raise InputError(
                f"cat2000: trainSet gives {there} of {whole} images; the protocol's shuffle would "
                "give other splits than everybody else's. Complete it, or take split 'all'."
            )
        return with_test(rule)(samples)

    return divide


RECORD = DatasetRecord(
    name="cat2000",
    title="CAT2000",
    task="fixations",
    images=4000,
    ground_truth="density maps and fixated pixels of the training half, all observers together",
    viewing="18 observers an image as the public half counts, free viewing, 5 s, eye tracker",
    licence="none found: for local research",
    citation="Borji, Itti: CAT2000: A large scale fixation dataset for boosting saliency "
    "research. CVPR 2015 workshop on the future of datasets, arXiv:1505.03581",
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
        ),
        Archive(
            "http://saliency.mit.edu/testSet.zip",
            "testSet.zip",
            "md5:903ec668df2e5a8470aef9d8654e7985",
        ),
    ),
    protocols={
        "msinet": Protocol(
            {"train": 1600, "val": 400, "test": 2000},
            of_training_part(shuffled_in_categories(80)),
            "MSI-Net's code, seed 42, the same positions in each category",
            shuffles=False,
        ),
        "sam": Protocol(
            {"train": 1800, "val": 200, "test": 2000},
            of_training_part(shuffled_in_categories(90)),
            "the SAM paper, 10 of each category validate; it publishes no seed: 42 is ours",
            shuffles=False,
        ),
        "official": Protocol(
            {"train": 2000, "test": 2000}, official, "the publishers", shuffles=False
        ),
    },
    sigma=40.0,
    sigma_source="found by comparison with the published maps (the Tuebingen benchmark's code)",
)


def read(folder, border):
    """Read all samples of the folder, sorted by category and file name."""
    test = first_folder(folder, "testSet/testSet/Stimuli", "testSet/Stimuli")
    train = first_folder(
        folder, "trainSet/trainSet/Stimuli", "trainSet/Stimuli", *(() if test else ("Stimuli",))
    )
    if train is None and test is None:
        folder_of(folder, "trainSet/Stimuli", border=border)
    samples = []
    if train is not None:
        samples += _training_samples(os.path.dirname(train), border)
    if test is not None:
        samples += _test_samples(test, border)
    return samples


def _training_samples(root, border):
    locations = folder_of(root, "FIXATIONLOCS", border=border)
    maps = folder_of(root, "FIXATIONMAPS", border=border)
    if locations is None or maps is None:
        return []
    image_of = _files(os.path.join(root, "Stimuli"), (".jpg", ".jpeg"))
    locations_of = _files(locations, (".mat",))
    map_of = _files(maps, (".jpg", ".jpeg"))
    with_points = border.pair(image_of, locations_of, "file of fixations", locations)
    with_map = border.pair(image_of, map_of, "density map", maps)
    samples = []
    for key in sorted(set(with_points) & set(with_map)):
        image = image_of[key]
        size = border.image(image)
        if size is None or not border.same_size(map_of[key], size, image):
            continue
        points = _points(locations_of[key], size, border)
        if points is not None:
            samples.append(
                Sample(
                    image,
                    size,
                    points,
                    sigma=RECORD.sigma,
                    density_path=map_of[key],
                    category=os.path.dirname(key),
                    split="train",
                )
            )
    return samples


def _test_samples(root, border):
    samples = []
    for key, image in sorted(_files(root, (".jpg", ".jpeg")).items()):
        size = border.image(image)
        if size is not None:
            samples.append(Sample(image, size, category=os.path.dirname(key), split="test"))
    return samples


def _files(root, endings):
    """Return {"Category/NNN": path} of the files in the sub-folders of `root`."""
    categories = [
        entry.name for entry in os.scandir(root) if entry.is_dir() and entry.name[0] != "."
    ]
    return {
        f"{category}/{stem}": path
        for category in categories
        if not _is_output(category)
        for stem, path in stems(os.path.join(root, category), endings).items()
        if not _is_output(stem)
    }


def _is_output(name):
    return "output" in name.lower()


def _points(path, size, border):
    values = load_matlab5(path, "fixLocs", border)
    if values is None:
        return None
    if values.dtype.kind not in "buif":
        complaint = f"has 'fixLocs' of type {values.dtype}, not numbers"
    elif values.shape != tuple(size):
        complaint = (
            f"has 'fixLocs' of {'x'.join(map(str, values.shape))}, but its image has "
            f"{size[0]}x{size[1]} (rows x columns)"
        )
    elif not np.isfinite(values).all():
        complaint = "has values in 'fixLocs' that are not numbers"
    elif not values.any():
        complaint = "marks no fixation"
    else:
        return points_of(values != 0)
    border.problem(path, f"{complaint}; take the set's own file.")
    return None
