"""PASCAL-S: 850 images of PASCAL VOC with salient objects and eye movements.

Li, Hou, Koch, Rehg and Yuille, The secrets of salient object segmentation,
CVPR 2014.

Layout as published: `datasets/imgs/pascal/1.jpg` to `850.jpg`,
`datasets/masks/pascal/1.png` to `850.png` (2 to 8 grey levels: the share of
people who chose the object, which benchmarks cut at one half),
`datasets/fixations/pascalFix.mat` and `pascalSize.mat`, and density maps
`algmaps/pascal/humanFix/1.png` and on (its upper folder is unverified: any is taken). Both
.mat files are MATLAB 7.3, that is HDF5: `fixCell` refers to a 3 x n array for
each image, rows y, x and observer, all 1-based; `sizeData` is 2 x 850, rows and
columns. The archive holds other sets beside it.

Sources differ on the observers, 8 or 12: they are numbered as in the file. As
text "10.jpg" comes before "2.jpg", and the protocols divide the list sorted so.

Masks, fixations and density maps may each be missing as a whole folder, but not
both masks and fixations. A folder that is there must be complete.
"""

import glob
import os

import numpy as np

from salzoo.data.dataset_record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.folders import find_folder
from salzoo.data.datasets._formats.matlab import load_matlab73
from salzoo.data.datasets._formats.points import FILE_ORDER, Fixations
from salzoo.data.datasets._formats.splits import only, shuffled
from salzoo.data.image_kinds import JPEG
from salzoo.data.sample import Sample
from salzoo.utils.task import Task

# Path of the file, rows x, y, observer (n, 3), and the stated (rows, columns).
Entry = tuple[str, np.ndarray, tuple[int, int]]

RECORD = DatasetRecord(
    name="pascal_s",
    title="PASCAL-S",
    task=Task.FIXATIONS | Task.OBJECTS,
    images=850,
    ground_truth="masks of the salient objects in grey levels; fixation points by observer; "
    "density maps",
    viewing="8 or 12 observers (sources differ), 2 s an image, eye tracker, free viewing",
    licence="none found: for local research",
    citation="Li, Hou, Koch, Rehg, Yuille: The secrets of salient object segmentation. "
    "IEEE Conference on Computer Vision and Pattern Recognition, 2014",
    homepage="http://cbs.ic.gatech.edu/salobj/",
    layout="datasets/imgs/pascal/*.jpg, datasets/masks/pascal/*.png, "
    "datasets/fixations/pascalFix.mat and pascalSize.mat, algmaps/pascal/humanFix/*.png "
    "(the name algmaps is unverified)",
    steps=(
        "Download http://cbs.ic.gatech.edu/salobj/download/salObj.zip (the host's certificate "
        "may be invalid).",
        "Unpack it and give the folder that then holds datasets and algmaps as `data_dir`.",
    ),
    archives=(
        Archive(
            "http://cbs.ic.gatech.edu/salobj/download/salObj.zip",
            "salObj.zip",
            "md5:e48b4e5deac08bddcaec55ce56e4d420",
            broken_certificate=True,
        ),
    ),
    markers=("datasets/imgs", "salObj/datasets/imgs"),
    protocols={
        "msinet": Protocol({"train": 650, "val": 200}, shuffled(650), "MSI-Net's code, seed 42"),
        "official": Protocol(
            {"test": 850}, only("test"), "a set for testing salient objects", shuffles=False
        ),
    },
    sigma=16.0,
    sigma_source="ours, where the set's density maps are missing: what MSI-Net takes for "
    "DUT-OMRON, whose viewing time is the same",
    options={"drop_first": f"{FILE_ORDER}; densities are then made from the points"},
)


def read(folder: str, checks: FileChecker, drop_first: bool = False) -> list[Sample]:
    """Read all samples of the folder, sorted by file name as text.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.
        drop_first: see RECORD.options.

    Returns:
        Samples; images with a problem are left out.
    """
    root = find_folder(folder, "salObj") or folder
    image_folder = checks.folder(root, "datasets/imgs/pascal")
    mask_folder = find_folder(root, "datasets/masks/pascal")
    fixation_folder = find_folder(root, "datasets/fixations")
    places = sorted(glob.glob(os.path.join(glob.escape(root), "*", "pascal", "humanFix")))
    # The set's density maps are of all fixations.
    mapped = [] if drop_first and fixation_folder else places
    map_folder = find_folder(root, *(os.path.relpath(place, root) for place in mapped))
    if mask_folder is None and fixation_folder is None:
        checks.missing(os.path.join(root, "datasets", "masks", "pascal"))
        return []
    if image_folder is None:
        return []
    images = checks.stems(image_folder, JPEG)
    masks, fixations, maps, usable = {}, {}, {}, set(images)
    if mask_folder is not None:
        masks = checks.stems(mask_folder, (".png",))
        usable &= set(checks.pair(images, masks, "mask", mask_folder))
    if map_folder is not None:
        maps = checks.stems(map_folder, (".png",))
        usable &= set(checks.pair(images, maps, "density map", map_folder))
    if fixation_folder is not None:
        path = os.path.join(fixation_folder, "pascalFix.mat")
        fixations = _fixations(path, checks)
        if not fixations:
            return []
        entries = dict.fromkeys(fixations, path)
        usable &= set(checks.pair(images, entries, "entry", path))
        usable -= {stem for stem, entry in fixations.items() if entry is None}
    samples = []
    for stem in sorted(usable):
        truth = masks.get(stem), maps.get(stem), fixations.get(stem)
        sample = _sample(images[stem], *truth, drop_first, checks)
        if sample is not None:
            samples.append(sample)
    return samples


def _sample(
    image: str,
    mask: str | None,
    density: str | None,
    fixations: Entry | None,
    drop_first: bool,
    checks: FileChecker,
) -> Sample | None:
    """Return the sample of an image, None if any of its files cannot be used.

    fixations: None, or as of `_fixations`.
    """
    size = checks.image(image)
    if size is None:
        return None
    of_its_size = [
        checks.same_size(path, size, image) for path in (mask, density) if path is not None
    ]
    if not all(of_its_size):
        return None
    if fixations is None:
        return Sample(image, size, mask_path=mask, density_path=density, graded_mask=True)
    path, rows, stated = fixations
    if size != stated:
        checks.problem(
            image, f"is {size[1]}x{size[0]}, pascalSize.mat says {stated[1]}x{stated[0]}."
        )
        return None
    trial = checks.points(Fixations(rows[:, :2], rows[:, 2]), size, path, image, drop_first)
    return trial and Sample(image, size, *trial, RECORD.sigma, density, mask, graded_mask=True)


def _fixations(path: str, checks: FileChecker) -> dict[str, Entry | None]:
    """Return {"1": (path, rows (n, 3) of 0-based x, y, observer, stated (rows, columns))}.

    None stands for an entry that cannot be used, {} for a file.
    """
    cells = load_matlab73(path, "fixCell", checks)
    size_path = os.path.join(os.path.dirname(path), "pascalSize.mat")
    size_cells = load_matlab73(size_path, "sizeData", checks)
    if cells is None or size_cells is None:
        return {}
    sizes = size_cells[0]
    if sizes.shape != (2, len(cells)) or not np.isfinite(sizes).all():
        checks.problem(
            size_path,
            f"has 'sizeData' of shape {sizes.shape}, not the sizes of {len(cells)} images; "
            "take the set's own file.",
        )
        return {}
    fixations: dict[str, Entry | None] = {}
    for number, (cell, size) in enumerate(zip(cells, sizes.T, strict=True), start=1):
        # MATLAB 7.3 stores the shape in place of an empty array.
        if cell.ndim == 1 and cell.shape[0] == 2 and 0 in cell:
            complaint = "has no fixation"
        elif cell.dtype.kind not in "uif" or cell.ndim != 2 or cell.shape[0] != 3:
            complaint = f"is not n x 3 (y, x, observer) but {cell.dtype} {cell.shape[::-1]}"
        elif not np.isfinite(cell).all():
            complaint = "has fixations that are not numbers"
        else:
            # Saved in the smallest type that holds them: uint8 would overflow.
            y, x, observer = cell.astype("float64") - 1
            rows = np.stack([x, y, observer], axis=1)
            fixations[str(number)] = path, rows, (int(size[0]), int(size[1]))
            continue
        fixations[str(number)] = None
        checks.problem(path, f"has an entry {number} that {complaint}; take the set's own file.")
    return fixations
