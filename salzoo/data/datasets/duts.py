"""DUTS: 10553 images for training and 5019 for testing, masks of the salient objects.

Wang, Lu, Wang, Feng, Wang, Yin and Ruan, Learning to detect salient objects with
image-level supervision, CVPR 2017.

Layout as published: `DUTS-TR/DUTS-TR-Image/*.jpg`, `DUTS-TR/DUTS-TR-Mask/*.png`, and
the same with TE. The halves are two archives; one of them alone is enough for its
split. Names begin with ILSVRC2012_, n and eight digits, or sun_.
"""

import os

from salzoo.data.dataset_record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.folders import find_folder
from salzoo.data.datasets._formats.masks import read_masked_images
from salzoo.data.datasets._formats.splits import official, shuffled, within
from salzoo.data.image_kinds import JPEG
from salzoo.data.sample import Sample
from salzoo.utils.task import Task

_HOME = "http://saliencydetection.net/duts"
_HALVES = {"train": "DUTS-TR", "test": "DUTS-TE"}

RECORD = DatasetRecord(
    name="duts",
    title="DUTS",
    task=Task.OBJECTS,
    images=15572,
    ground_truth="masks of the salient objects",
    viewing="50 people marked the objects (unverified)",
    licence="quoted by a repository that mirrors it: free for academic and research purposes",
    citation="Wang, Lu, Wang, Feng, Wang, Yin, Ruan: Learning to detect salient objects with "
    "image-level supervision. CVPR, 2017",
    homepage=f"{_HOME}/",
    layout="DUTS-TR/DUTS-TR-Image/*.jpg, DUTS-TR/DUTS-TR-Mask/*.png, the same with TE",
    steps=(
        "Download and unpack DUTS-TR.zip and DUTS-TE.zip (or the one you need) into one folder.",
        "Give the folder that holds DUTS-TR/ and DUTS-TE/ as `data_dir`.",
    ),
    archives=(
        Archive(
            f"{_HOME}/download/DUTS-TR.zip",
            "DUTS-TR.zip",
            "sha256:ce61e023c8f59d022b4d46981cf16813b83d089242e6489a45630d83962ea058",
            size=270_997_309,
        ),
        Archive(f"{_HOME}/download/DUTS-TE.zip", "DUTS-TE.zip"),
    ),
    markers=("DUTS-TR", "DUTS-TE"),
    protocols={
        "official": Protocol({"train": 10553, "test": 5019}, official, "the authors", False),
        "salzoo": Protocol(
            {"train": 10000, "val": 553},
            within("train", shuffled(10000)),
            "ours, of DUTS-TR, since the authors have no validation split; seed 42",
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
    samples, none_there = [], True
    for split, half in _HALVES.items():
        images, masks = (
            [f"{half}/{half}-{kind}", f"{half}/{half}/{half}-{kind}"] for kind in ("Image", "Mask")
        )
        if find_folder(folder, *images) or find_folder(folder, *masks):
            none_there = False
            both = checks.folder(folder, *images), checks.folder(folder, *masks)
            samples += read_masked_images(both[0], JPEG, both[1], (".png",), checks, split)
    if none_there:
        checks.missing(os.path.join(folder, "DUTS-TR", "DUTS-TR-Image"))
    return samples
