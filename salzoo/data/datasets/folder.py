"""Folder: the user's own images with their fixations, or masks of salient objects.

Layout: the images in `images/` (or directly in the folder) and at least one of

    fixations.csv         a line each: image, x, y, and if known observer, timestamp, duration
    densities/ or maps/   grey images or .npy arrays of the images' names and sizes
    masks/                the same, bright on the salient objects
    splits.csv            optional: image, split (train, val or test) of every image

Sub-folders of `images/` are read too; those of the others have the same names.

The tables are text with a line of column names, separated by commas, semicolons or tabs
(then decimals may have a comma); further columns are ignored, and lines without x, y or an
image are left out and counted. Images are named by their path below `images/`, with or
without their ending; a name without folders will do where no other image has it. x and y are
pixels of the image as stored, 0-based from its upper left corner, or what the options say;
a file whose coordinates look like another system's is refused. Observers are any text,
numbered in sorted order. With timestamps, in any unit, fixations are sorted by observer
and timestamp; else they stay as in the file. Durations are in milliseconds.

An image without a fixation is left out, with a warning. sigma is 1/32 of the image's
longer side unless one is given: a degree of the visual angle if that side fills 32, and
near what SALICON (19 of 640 pixels) and OSIE (24 of 800) use.
"""

import os
from collections.abc import Collection

import numpy as np

from salzoo.data.dataset_record import ANY_NUMBER, DatasetRecord, Protocol
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.coordinate_checks import judge_trials
from salzoo.data.datasets._formats.coordinate_system import CoordinateSystem, parse_system
from salzoo.data.datasets._formats.fixation_rows import Columns, read_fixations
from salzoo.data.datasets._formats.fixation_table import read_splits, some
from salzoo.data.datasets._formats.path_names import path_below_images
from salzoo.data.datasets._formats.points import DROP_FIRST, Fixations
from salzoo.data.datasets._formats.splits import official_or, shuffled_share
from salzoo.data.ground_truth import ENDINGS
from salzoo.data.images import EXTENSIONS
from salzoo.data.sample import Sample
from salzoo.utils.once import warn_once
from salzoo.utils.task import Task
from salzoo.utils.wording import counted

SIGMA_SHARE = 1 / 32

RECORD = DatasetRecord(
    name="folder",
    title="Your own images",
    task=Task.FIXATIONS | Task.OBJECTS,
    images=ANY_NUMBER,
    ground_truth="whatever the folder has: fixation points, density maps, masks",
    viewing="known to you",
    licence="known to you",
    citation="your own data",
    homepage="salzoo/data/datasets/folder.py",
    layout="images/ and fixations.csv, densities/ or masks/",
    steps=(
        "Put the images into images/ of a folder of your own.",
        "Points: fixations.csv with a line 'image,x,y' (or 'image,observer,timestamp,x,y') and "
        "below it a line for each fixation; durations, if you have them, in milliseconds. Their "
        "sigma is 1/32 of the image's longer side unless you give one.",
        "Maps: grey images or .npy arrays of the same names and sizes in densities/; objects: in "
        "masks/.",
        "Splits: splits.csv with 'image,split', train, val or test; without it 80 % train, 20 % "
        "val.",
    ),
    markers=("images", "fixations.csv", "densities", "maps", "masks"),
    protocols={
        "salzoo": Protocol(
            {},
            official_or(shuffled_share(0.8)),
            "splits.csv; without it ours, 80 % train and 20 % val, seed 42",
        )
    },
    options={
        "image_column": "name of the column of image names in fixations.csv (image)",
        "x_column": "of the column of x (x)",
        "y_column": "of the column of y (y)",
        "observer_column": "of the column of observers, which may be missing (observer)",
        "timestamp_column": "of the column of times, which may be missing (timestamp)",
        "duration_column": "of the column of milliseconds, which may be missing (duration)",
        "fixation_column": "of the column that numbers fixations: successive lines with one number "
        "are one fixation (each line is one)",
        "only": "COLUMN=VALUE of the lines to use, such as 'Eye movement type=Fixation' (all)",
        "units": "of x and y: pixels, fractions (0..1), norm (-1..1) or heights (1 is the height) "
        "of the image or screen (pixels)",
        "origin": "of x and y: top_left, lower_left (y upwards), centre (y upwards) or "
        "centre_y_down (top_left; for norm and heights centre)",
        "screen": "its size, such as 1920x1080, where x and y are places on a screen (the image)",
        "image_on_screen": "where the image was: centred (at its own size), fitted, stretched, "
        "'x,y' of its upper left corner or 'x,y,width,height', in pixels (centred)",
        "one_based": "whether pixels count from 1 (false)",
        "check_coordinates": "refuse x and y that look like another system's (true)",
        "drop_first": f"{DROP_FIRST} of an image (false); densities are then made from the points",
    },
)


def read(
    folder: str,
    checks: FileChecker,
    image_column: str = "image",
    x_column: str = "x",
    y_column: str = "y",
    observer_column: str = "observer",
    timestamp_column: str = "timestamp",
    duration_column: str = "duration",
    fixation_column: str = "",
    only: str = "",
    units: str = "pixels",
    origin: str = "",
    screen: str = "",
    image_on_screen: str = "",
    one_based: bool = False,
    check_coordinates: bool = True,
    drop_first: bool = False,
) -> list[Sample]:
    """Read all samples of the folder, sorted by file name.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.
        image_column: the options are described in RECORD.options.
        x_column: option.
        y_column: option.
        observer_column: option.
        timestamp_column: option.
        duration_column: option.
        fixation_column: option.
        only: option.
        units: option.
        origin: option.
        screen: option.
        image_on_screen: option.
        one_based: option.
        check_coordinates: option.
        drop_first: option.

    Returns:
        Samples; images with a problem are left out.
    """
    columns = Columns(
        *(image_column, x_column, y_column, observer_column, timestamp_column, duration_column),
        *(fixation_column, only),
    )
    system = parse_system(units, origin, screen, image_on_screen, one_based)
    return _read(folder, checks, columns, system, check_coordinates, drop_first)


def _read(
    folder: str,
    checks: FileChecker,
    columns: Columns,
    system: CoordinateSystem,
    check_coordinates: bool,
    drop_first: bool,
) -> list[Sample]:
    images = _find_images(folder, checks)
    densities = _find_maps(folder, ("densities", "maps"), images, "density map", checks)
    masks = _find_maps(folder, ("masks",), images, "mask", checks)
    table = os.path.join(folder, "fixations.csv")
    fixated = os.path.exists(table)
    trials = read_fixations(table, columns, images, checks) if fixated else None
    if images and not fixated and densities is None and masks is None:
        checks.problem(
            folder, "holds images but no ground truth; add fixations.csv, densities/ or masks/."
        )
    split_of = _read_splits(folder, images, images if trials is None else trials, checks)
    sizes = {
        stem: size
        for stem, image in images.items()
        if (size := _checked_size(image, stem, densities, masks, checks)) is not None
    }
    judge = bool(trials) and check_coordinates
    if judge and not judge_trials(trials or {}, sizes, images, system, table, checks):
        return []
    if fixated and trials is None:
        return []
    samples, unseen = [], []
    for stem, size in sizes.items():
        image, trial = images[stem], None
        if trials is not None:
            found = trials[stem].fixations if stem in trials else Fixations(np.empty((0, 2)))
            found = found._replace(points=system.to_pixels(found.points, size))
            trial = checks.points(found, size, table, image, drop_first, True, judge)
            if trial is None:
                continue
            if len(trial.points) == 0:
                unseen.append(path_below_images(stem, image))
                continue
        density, mask = ((maps or {}).get(stem) for maps in (densities, masks))
        if trial is not None and drop_first:
            density = None  # it is of all fixations
        samples.append(_sample(image, size, trial, density, mask, split_of.get(stem)))
    if unseen:
        of = f"{len(unseen)} of {counted(len(images), 'image')}"
        warn_once(f"folder: left out {of} that nobody fixated ({some(unseen)})", folder)
    return samples


def _read_splits(
    folder: str, images: dict[str, str], needed: Collection[str], checks: FileChecker
) -> dict[str, str]:
    """Return {stem: split} of splits.csv, {} without that file."""
    path = os.path.join(folder, "splits.csv")
    return read_splits(path, images, needed, checks) if os.path.exists(path) else {}


def _sample(
    image: str,
    size: tuple[int, int],
    trial: Fixations | None,
    density: str | None,
    mask: str | None,
    split: str | None,
) -> Sample:
    if trial is None:
        return Sample(image, size, density_path=density, mask_path=mask, split=split)
    sigma = max(size) * SIGMA_SHARE
    return Sample(image, size, *trial, sigma, density, mask, split=split)


def describe_empty_split(split: str, samples: list[Sample]) -> str:
    """Return what to do about an empty split.

    Args:
        split: the split without images.
        samples: all samples of the folder.
    """
    if not samples:
        return "none of its images has a fixation; add some to fixations.csv"
    if any(sample.split for sample in samples) or split == "test":
        return f"put images into it in splits.csv, with lines like 'photo.jpg,{split}'"
    return (
        f"training takes at least 2 images with ground truth, one of them to validate, and "
        f"there is {len(samples)}; add images"
    )


def _find_images(folder: str, checks: FileChecker) -> dict[str, str]:
    """Return {stem: path} of images/, or of the folder itself."""
    inner = os.path.join(folder, "images")
    loose = checks.stems(folder, EXTENSIONS)
    if not os.path.isdir(inner):
        images, where = loose, folder
    else:
        images, where = checks.stems(inner, EXTENSIONS, below=True), inner
        if loose:
            checks.problem(
                folder,
                "has images in images/ and beside it: "
                f"{some(map(os.path.basename, loose.values()))}; move them into it or away.",
            )
    if not images:
        known = ", ".join(EXTENSIONS)
        hint = "" if where == inner else "; put them and their sub-folders, if any, into images/"
        checks.problem(where, f"holds no images ({known}){hint}.")
    return images


def _find_maps(
    folder: str, names: tuple[str, ...], images: dict[str, str], what: str, checks: FileChecker
) -> dict[str, str] | None:
    """Return {stem: path} of the maps or masks that have an image, None without a folder."""
    folders = [path for name in names if os.path.isdir(path := os.path.join(folder, name))]
    if not folders:
        return None
    if len(folders) > 1:
        checks.problem(folder, f"has both {names[0]}/ and {names[1]}/; keep one of them.")
    maps = checks.stems(folders[0], ENDINGS, below=True)
    checks.pair(images, maps, what, folders[0])
    return maps


def _checked_size(
    path: str,
    stem: str,
    densities: dict[str, str] | None,
    masks: dict[str, str] | None,
    checks: FileChecker,
) -> tuple[int, int] | None:
    """Return (rows, columns) of an image, None if it or its map or mask cannot be used."""
    header = checks.header(path, exif=True)
    if header is None:
        return None
    size = header.size
    if header.orientation not in (0, 1):
        checks.problem(
            path,
            "carries an EXIF rotation, so its pixels are not where viewers show them; save it "
            "upright and see that its ground truth fits.",
        )
        return None
    for maps in (densities, masks):
        if maps is not None and not (stem in maps and checks.same_size(maps[stem], size, path)):
            return None
    return size
