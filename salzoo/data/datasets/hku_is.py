"""HKU-IS: 4447 images with several objects, objects at the border or low contrast, and masks.

Li and Yu, Visual saliency based on multiscale deep features, CVPR 2015.

Layout as published: `imgs/*.png` and `gt/*.png` of the same names, and the lists
`trainImgSet.mat`, `valImgSet.mat` and `testImgSet.mat` of the authors' splits. Public
code reads the last as a variable `testImgSet` of image names with their ending, a cell or
a matrix of letters, whose rows are filled with spaces; here each is a MATLAB 5 file whose
only variable is such a list. Benchmarks repack the set as `Imgs/*.jpg` with
the masks `Imgs/*.png` beside them and without the lists; only split "all" and the
protocol "benchmark" work then.
"""

import os
from dataclasses import replace

import numpy as np

from salzoo.data.dataset_record import DatasetRecord, Protocol
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.masks import read_masked_images
from salzoo.data.datasets._formats.matlab import load_matlab5
from salzoo.data.datasets._formats.splits import official, only
from salzoo.data.image_kinds import JPEG
from salzoo.data.sample import Sample
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task

_LISTS = {"train": "trainImgSet.mat", "val": "valImgSet.mat", "test": "testImgSet.mat"}


def _by_lists(samples: list[Sample]) -> dict[str, list[Sample]]:
    if not any(sample.split for sample in samples):
        raise InputError(
            f"hku_is: the folder has none of the authors' lists {', '.join(_LISTS.values())}; put "
            "them beside the images' folder, or take split 'all' or protocol 'benchmark'."
        )
    return official(samples)


RECORD = DatasetRecord(
    name="hku_is",
    title="HKU-IS",
    task=Task.OBJECTS,
    images=4447,
    ground_truth="masks of the salient objects",
    viewing="three people marked the objects; kept where they agreed (unverified)",
    licence="none known here: ask the authors before any use but research",
    citation="Li, Yu: Visual saliency based on multiscale deep features. CVPR, 2015",
    homepage="https://sites.google.com/site/ligb86/hkuis",
    layout="imgs/*.png, gt/*.png and trainImgSet.mat, valImgSet.mat, testImgSet.mat",
    steps=(
        "Get the archive by the link of the homepage (Google Drive, file "
        "0BxNhBO0S5JCRQ1N6V25VeVh6cHc; also linked from i.cs.hku.hk/~gbli/deep_saliency.html).",
        "Unpack it and give the folder with imgs/ and gt/ as `data_dir`.",
        "A benchmark's repack (Imgs/ with .jpg and .png side by side) works too, but without "
        "the three lists it has no splits.",
    ),
    markers=("imgs", "Imgs", "HKU-IS/imgs", "HKU-IS/Imgs"),
    protocols={
        "official": Protocol(
            {"train": 2500, "val": 500, "test": 1447},
            _by_lists,
            "the authors' lists (their lengths are unverified)",
            False,
        ),
        "benchmark": Protocol(
            {"test": 4447}, only("test"), "benchmarks that train elsewhere test on all", False
        ),
    },
)


def read(folder: str, checks: FileChecker) -> list[Sample]:
    """Read all samples of the folder, sorted by file name.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.

    Returns:
        Samples; images with a problem are left out.
    """
    images = checks.folder(folder, "imgs", "HKU-IS/imgs", "Imgs", "HKU-IS/Imgs")
    if images is None:
        return []
    endings = JPEG
    if checks.stems(images, JPEG) and checks.stems(images, (".png",)):
        masks: str | None = images
    else:
        masks, endings = checks.folder(folder, "gt", "HKU-IS/gt"), (".png",)
    samples = read_masked_images(images, endings, masks, (".png",), checks)
    split_of = _split_of(images, checks.stems(images, endings), checks)
    return [replace(sample, split=split_of.get(_stem(sample.image_path))) for sample in samples]


def _stem(path: str) -> str:
    """Return a file's name without folders and ending."""
    return os.path.splitext(os.path.basename(path))[0]


def _split_of(folder: str, images: dict[str, str], checks: FileChecker) -> dict[str, str]:
    """Return {stem: split} as the lists beside the images' folder say, {} without lists."""
    # The images' folder may have been unpacked into itself.
    beside, above = os.path.dirname(folder), os.path.dirname(os.path.dirname(folder))
    there = os.path.exists(os.path.join(beside, _LISTS["test"]))
    paths = [os.path.join(beside if there else above, name) for name in _LISTS.values()]
    if not any(map(os.path.exists, paths)):
        return {}
    split_of = {}
    for split, path in zip(_LISTS, paths, strict=True):
        if not os.path.exists(path):
            checks.problem(path, "is missing, though other lists are there; add it.")
            continue
        for stem in _stems_in(path, checks):
            if stem in split_of:
                checks.problem(path, f"names '{stem}', which was in a list before.")
            elif stem not in images:
                checks.problem(path, f"names '{stem}', but there is no such image in {folder}.")
            split_of[stem] = split
    for stem in sorted(images.keys() - split_of.keys()):
        checks.problem(images[stem], f"is in none of the lists {', '.join(_LISTS.values())}.")
    return split_of


def _stems_in(path: str, checks: FileChecker) -> list[str]:
    names = load_matlab5(path, None, checks)
    try:
        return (
            []
            if names is None
            else [_stem(np.asarray(name).item().strip()) for name in names.ravel()]
        )
    except (AttributeError, TypeError, ValueError):
        checks.problem(path, "holds no list of image names; take the set's own file.")
        return []
