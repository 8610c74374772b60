"""DUT-OMRON: 5168 photographs with masks of the salient object and eye movements.

Yang, Zhang, Lu, Ruan and Yang, Saliency detection via graph-based manifold
ranking, CVPR 2013.

Layout as published: `DUT-OMRON-image/*.jpg` (longest side 400 or 401),
`pixelwiseGT-new-PNG/<stem>.png` and `DUT-OMRON-eye-fixations/mat/<stem>.mat`,
whose variable `s` has a row [x, y, observer] for each fixation and one with
observer 0 that holds the image's width and height. Coordinates are integers that
include 0, so they are taken as 0-based. The archives bring `__MACOSX` and `._*`
clutter. An observer's number need not mean the same person in every image.

In 2018 the publishers withdrew four images without masks (`_WITHDRAWN`): older
copies have 5172, and these four are left out wherever they turn up. A copy with
5166 images circulates too; shuffled protocols refuse it.

The masks or the fixations may be missing as a whole folder; samples then have
only the other. A folder that is there must be complete.
"""

import os

import numpy as np

from salzoo.data.dataset_record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.folders import find_folder
from salzoo.data.datasets._formats.matlab import load_matlab5
from salzoo.data.datasets._formats.points import FILE_ORDER, Fixations
from salzoo.data.datasets._formats.splits import only, shuffled
from salzoo.data.image_kinds import JPEG
from salzoo.data.sample import Sample
from salzoo.utils.task import Task

_HOME = "http://saliencydetection.net/dut-omron"
_WITHDRAWN = (
    "img_561715398",
    "sun_bqfgwnmzhjwuphdi",
    "sun_bswlalhygmnrhvuw",
    "sun_buaqzytduodbufcb",
)

RECORD = DatasetRecord(
    name="dut_omron",
    title="DUT-OMRON",
    task=Task.FIXATIONS | Task.OBJECTS,
    images=5168,
    ground_truth="masks of the salient object; fixation points by observer",
    viewing="5 observers an image, 2 s, eye tracker, free viewing",
    licence="none found: for local research",
    citation="Yang, Zhang, Lu, Ruan, Yang: Saliency detection via graph-based manifold ranking. "
    "IEEE Conference on Computer Vision and Pattern Recognition, 2013",
    homepage=f"{_HOME}/",
    layout="DUT-OMRON-image/*.jpg, pixelwiseGT-new-PNG/*.png and DUT-OMRON-eye-fixations/mat/*.mat",
    steps=(
        "Download DUT-OMRON-image.zip from the homepage.",
        "For salient objects add DUT-OMRON-gt-pixelwise.zip.zip (the name is doubled there).",
        "For fixations add DUT-OMRON-eye-fixations.zip.",
        "Unpack them into one folder and give it as `data_dir`.",
    ),
    archives=(
        Archive(
            f"{_HOME}/download/DUT-OMRON-image.zip",
            "DUT-OMRON-image.zip",
            "md5:a8951db9297afacf78bc0e5079103cf1",
        ),
        Archive(
            f"{_HOME}/download/DUT-OMRON-eye-fixations.zip",
            "DUT-OMRON-eye-fixations.zip",
            "md5:d9f4f83fcc78b1e5efb579ae9fb0edc2",
        ),
        Archive(
            f"{_HOME}/download/DUT-OMRON-gt-pixelwise.zip.zip", "DUT-OMRON-gt-pixelwise.zip.zip"
        ),
    ),
    markers=("DUT-OMRON-image",),
    protocols={
        "msinet": Protocol({"train": 4168, "val": 1000}, shuffled(4168), "MSI-Net's code, seed 42"),
        "official": Protocol(
            {"test": 5168}, only("test"), "a set for testing salient objects", shuffles=False
        ),
    },
    sigma=16.0,
    sigma_source="MSI-Net's code; the publishers ship no density maps",
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
    image_folder = checks.folder(folder, "DUT-OMRON-image")
    if image_folder is None:
        return []
    mask_folder = find_folder(
        folder, "pixelwiseGT-new-PNG", "DUT-OMRON-gt-pixelwise/pixelwiseGT-new-PNG"
    )
    fixation_folder = find_folder(
        folder,
        "DUT-OMRON-eye-fixations/mat",
        "DUT-OMRON-eye-fixations/DUT-OMRON-eye-fixations/mat",
    )
    if mask_folder is None and fixation_folder is None:
        checks.missing(os.path.join(folder, "pixelwiseGT-new-PNG"))
        return []
    images = _published(image_folder, JPEG, checks)
    masks, fixations, usable = {}, {}, set(images)
    if mask_folder is not None:
        masks = _published(mask_folder, (".png",), checks)
        usable &= set(checks.pair(images, masks, "mask", mask_folder))
    if fixation_folder is not None:
        fixations = _published(fixation_folder, (".mat",), checks)
        usable &= set(checks.pair(images, fixations, "file of fixations", fixation_folder))
    samples = []
    for stem in sorted(usable):
        sample = _sample(images[stem], masks.get(stem), fixations.get(stem), drop_first, checks)
        if sample is not None:
            samples.append(sample)
    return samples


def _published(folder: str, endings: tuple[str, ...], checks: FileChecker) -> dict[str, str]:
    found = checks.stems(folder, endings)
    return {stem: path for stem, path in found.items() if stem not in _WITHDRAWN}


def _sample(
    image: str, mask: str | None, path: str | None, drop_first: bool, checks: FileChecker
) -> Sample | None:
    """Return the sample of an image, its mask and its fixations' file; None if one is unusable."""
    size = checks.image(image)
    if size is None or (mask is not None and not checks.same_size(mask, size, image)):
        return None
    if path is None:
        return Sample(image, size, mask_path=mask)
    rows = _rows(path, size, checks)
    if rows is None:
        return None
    found = Fixations(rows[:, :2], rows[:, 2] - 1)
    trial = checks.points(found, size, path, image, drop_first)
    return trial and Sample(image, size, *trial, RECORD.sigma, mask_path=mask)


def _rows(path: str, size: tuple[int, int], checks: FileChecker) -> np.ndarray | None:
    """Return the fixations of a file, float64 (n, 3): x, y, observer from 1."""
    rows = load_matlab5(path, "s", checks)
    if rows is None:
        return None
    if rows.dtype.kind not in "uif" or rows.ndim != 2 or rows.shape[1] != 3:
        form = f"type {rows.dtype} and shape {rows.shape}"
        complaint = f"has 's' of {form}, not rows of x, y, observer"
    elif not np.isfinite(rows).all():
        complaint = "has fixations that are not numbers"
    else:
        # Saved in the smallest type that holds them: uint8 would overflow later.
        rows = rows.astype("float64")
        stated = rows[rows[:, 2] == 0, :2].tolist()
        if stated == [[size[1], size[0]]]:
            return rows[rows[:, 2] != 0]
        complaint = f"says {stated} in its row of observer 0, but its image is {size[1]}x{size[0]}"
    checks.problem(path, f"{complaint}; take the set's own file.")
    return None
