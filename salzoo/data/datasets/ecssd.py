"""ECSSD: 1000 images with structurally complex scenes, masks of the salient object.

Shi, Yan, Xu and Jia, Hierarchical image saliency detection on extended CSSD,
TPAMI 2016.

Layout as published: `images/0001.jpg` to `1000.jpg` and
`ground_truth_mask/0001.png` to `1000.png`, 8-bit with 0 and 255. 0557.jpg is
greyscale. 74 images nearly repeat images of SOD and 4 of PASCAL-S, so these are
not independent tests.
"""

import os

from salzoo.data.dataset_record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.masks import read_masked_images
from salzoo.data.datasets._formats.splits import only
from salzoo.data.image_kinds import JPEG
from salzoo.data.sample import Sample
from salzoo.utils.task import Task

_HOME = "https://www.cse.cuhk.edu.hk/leojia/projects/hsaliency"


def _by_number(samples: list[Sample]) -> dict[str, list[Sample]]:
    """Divide by the number in the file's name, so that images that are missing move no other."""
    splits: dict[str, list[Sample]] = {"train": [], "val": []}
    for sample in samples:
        number = int(os.path.splitext(os.path.basename(sample.image_path))[0])
        splits["train" if number % 5 else "val"].append(sample)
    return splits


RECORD = DatasetRecord(
    name="ecssd",
    title="ECSSD",
    task=Task.OBJECTS,
    images=1000,
    ground_truth="masks of the salient object",
    viewing="five people marked the object (unverified)",
    licence="none stated: for research, not to be redistributed",
    citation="Shi, Yan, Xu, Jia: Hierarchical image saliency detection on extended CSSD. "
    "IEEE TPAMI 38(4), 2016",
    homepage=f"{_HOME}/dataset.html",
    layout="images/*.jpg and ground_truth_mask/*.png",
    steps=("Download and unpack images.zip and ground_truth_mask.zip into one folder.",),
    archives=(
        Archive(f"{_HOME}/data/ECSSD/images.zip", "images.zip", size=64_600_000),
        Archive(
            f"{_HOME}/data/ECSSD/ground_truth_mask.zip", "ground_truth_mask.zip", size=1_780_000
        ),
    ),
    markers=("images", "ECSSD/images"),
    protocols={
        "official": Protocol({"test": 1000}, only("test"), "a set for testing", False),
        "salzoo": Protocol(
            {"train": 800, "val": 200},
            _by_number,
            "ours, to train where nothing larger is at hand: numbers divisible by 5 validate",
            False,
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
    images = checks.folder(folder, "images", "ECSSD/images")
    masks = checks.folder(folder, "ground_truth_mask", "ECSSD/ground_truth_mask")
    return read_masked_images(images, JPEG, masks, (".png",), checks)
