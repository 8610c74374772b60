"""SOD: 300 images of the Berkeley segmentation set, masks of the salient objects.

Movahedi and Elder, Design and perceptual validation of performance measures for
salient object segmentation, CVPR workshops 2010; images of Martin, Fowlkes, Tal and
Malik, ICCV 2001.

The original form is one .mat for each image of BSDS300, whose struct `SES` lists what
each subject chose, without the images and without masks; it is refused here, since
how benchmarks made masks of it is not documented. Their form is read: images and
binarised PNG masks named by BSDS id, as `images/*.jpg` and `masks/*.png`, or both side
by side in `Imgs/`. 74 images of ECSSD nearly repeat images of this set.
"""

import os

from salzoo.data.dataset_record import DatasetRecord, Protocol
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.folders import find_folder
from salzoo.data.datasets._formats.masks import read_masked_images
from salzoo.data.datasets._formats.splits import only
from salzoo.data.image_kinds import JPEG
from salzoo.data.sample import Sample
from salzoo.utils.task import Task

_BESIDE = ("Imgs", "SOD/Imgs")
_IMAGES = ("images", "SOD/images", "Images", "SOD/Images")
_MASKS = ("masks", "SOD/masks", "Masks", "SOD/Masks")

RECORD = DatasetRecord(
    name="sod",
    title="SOD",
    task=Task.OBJECTS,
    images=300,
    ground_truth="masks of the salient objects, binarised by benchmarks",
    viewing="seven people chose among the segments of the image (unverified)",
    licence="none stated for the masks; images: non-commercial research and education (BSDS)",
    citation="Movahedi, Elder: Design and perceptual validation of performance measures for "
    "salient object segmentation. CVPR workshops, 2010",
    homepage="http://elderlab.yorku.ca/SOD/",
    layout="images/*.jpg and masks/*.png (or both in Imgs/)",
    steps=(
        "The authors' http://elderlab.yorku.ca/SOD/SOD.zip holds one .mat for each image of "
        "BSDS300, with the choices of each subject as a struct SES; it has neither images nor "
        "masks and is not read here.",
        "Take the form of the salient-object benchmarks: 300 images and 300 binarised PNG masks "
        "named by BSDS id, e.g. 2018.jpg and 2018.png.",
        "Put them into images/ and masks/ (or side by side into Imgs/) of one folder and give "
        "that as `data_dir`.",
    ),
    markers=("images", "Images", "Imgs", "SOD/images", "SOD/Images", "SOD/Imgs"),
    protocols={"official": Protocol({"test": 300}, only("test"), "a set for testing", False)},
)


def read(folder: str, checks: FileChecker) -> list[Sample]:
    """Read all samples of the folder, sorted by file name.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.

    Returns:
        Samples; images with a problem are left out.
    """
    images = masks = find_folder(folder, *_BESIDE)
    if images is None:
        original = _original_form(folder)
        if original:
            checks.problem(
                original,
                "is of SOD's original form (a struct SES for each image), which is not read here; "
                "take a benchmark's 300 binarised PNG masks, see `salzoo datasets sod`.",
            )
            return []
        images = checks.folder(folder, *_IMAGES)
        masks = checks.folder(folder, *_MASKS)
    return read_masked_images(images, JPEG, masks, (".png",), checks)


def _original_form(folder: str) -> str | None:
    """Return the first .mat file where there are no masks, None otherwise."""
    if find_folder(folder, *_MASKS):
        return None
    for parent in (folder, os.path.join(folder, "SOD")):
        names = sorted(os.listdir(parent)) if os.path.isdir(parent) else []
        for name in names:
            if name.endswith(".mat") and not name.startswith("."):
                return os.path.join(parent, name)
    return None
