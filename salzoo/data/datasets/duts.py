"""DUTS: 10553 images for training and 5019 for testing, masks of the salient objects.

Wang, Lu, Wang, Feng, Wang, Yin and Ruan, Learning to detect salient objects with
image-level supervision, CVPR 2017.

Layout as published: `DUTS-TR/DUTS-TR-Image/*.jpg`, `DUTS-TR/DUTS-TR-Mask/*.png`, and
the same with TE. The halves are two archives; one of them alone is enough for its
split. Names begin with ILSVRC2012_, n and eight digits, or sun_.
"""

import os

from salzoo.data.datasets.border import Inspection, folder_of, pairs_of_masks
from salzoo.data.datasets.record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets.splits import official, shuffled, within

_HOME = "http://saliencydetection.net/duts"
_HALVES = {"train": "DUTS-TR", "test": "DUTS-TE"}

RECORD = DatasetRecord(
    name="duts",
    title="DUTS",
    task="objects",
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
        "Give the folder that holds DUTS-TR/ and DUTS-TE/ as --data_dir.",
    ),
    archives=(
        Archive(
            f"{_HOME}/download/DUTS-TR.zip",
            "DUTS-TR.zip",
            "sha256:ce61e023c8f59d022b4d46981cf16813b83d089242e6489a45630d83962ea058",
        ),
        Archive(f"{_HOME}/download/DUTS-TE.zip", "DUTS-TE.zip"),
    ),
    protocols={
        "official": Protocol({"train": 10553, "test": 5019}, official, "the authors", False),
        "salzoo": Protocol(
            {"train": 10000, "val": 553},
            within("train", shuffled(10000)),
            "ours, of DUTS-TR, since the authors have no validation split; seed 42",
        ),
    },
)


def read(folder, border):
    """Read all samples of the folder, sorted by file name."""
    there = [split for split in _HALVES if any(_folders(folder, split, Inspection("duts")))]
    if not there:
        border.problem(
            os.path.join(folder, "DUTS-TR", "DUTS-TR-Image"),
            "is missing, and so are the other folders; see `salzoo datasets duts`.",
        )
    samples = []
    for split in there:
        images, masks = _folders(folder, split, border)
        samples += pairs_of_masks(images, (".jpg",), masks, (".png",), border, split)
    return samples


def _folders(folder, split, border):
    """Return the folders of images and masks of a half, None for what is missing."""
    half = _HALVES[split]
    return [
        folder_of(folder, f"{half}/{half}-{kind}", f"{half}/{half}/{half}-{kind}", border=border)
        for kind in ("Image", "Mask")
    ]
