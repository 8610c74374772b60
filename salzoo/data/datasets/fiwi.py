"""FIWI: 149 screenshots of web pages, eye movements of 11 observers.

Shen and Zhao, Webpage saliency, ECCV 2014.

Layout as published: somewhere below one folder, `stimuli/*.png`, 1360x768 or
1366x768, and `all5/*.png`, point maps of the same names: a pixel that is not 0
was fixated by an observer within the 5 s. So observers are not known, and several
fixations of one pixel count once. A point is the pixel's own column and row.

MSI-Net's copies of the point maps, in a folder `fixations`, are read as well.
"""

import os

from salzoo.data.dataset_record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.points import Fixations, marked_points
from salzoo.data.datasets._formats.splits import shuffled
from salzoo.data.sample import Sample
from salzoo.utils.task import Task

_ZIP = "https://www.dropbox.com/s/30nxg2uwd1wpb80/webpage_dataset.zip"

RECORD = DatasetRecord(
    name="fiwi",
    title="FIWI (webpage saliency)",
    task=Task.FIXATIONS,
    images=149,
    ground_truth="maps of fixated pixels, all observers together",
    viewing="11 observers, free viewing, 5 s a page, eye tracker",
    licence="no text found: treat it as for research, not to be redistributed",
    citation="Shen, Zhao: Webpage saliency. European Conference on Computer Vision, 2014",
    homepage="https://www-users.cse.umn.edu/~qzhao/webpage_saliency.html",
    layout="stimuli/*.png and all5/*.png",
    steps=(
        f"Download {_ZIP}?dl=1 (no checksum is known) and unpack it.",
        "Give the unpacked folder as `data_dir`; `stimuli` and `all5` are found below it.",
    ),
    archives=(Archive(f"{_ZIP}?dl=1", "webpage_dataset.zip"),),
    markers=("stimuli",),
    protocols={
        "msinet": Protocol({"train": 99, "val": 50}, shuffled(99), "MSI-Net's code, seed 42")
    },
    sigma=30.0,
    sigma_source="MSI-Net's code",
)


def read(folder: str, checks: FileChecker) -> list[Sample]:
    """Read all samples of the folder, sorted by file name.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.

    Returns:
        Samples; images with a problem are left out.
    """
    images_folder = _folder_below(folder, ("stimuli",), checks)
    maps_folder = _folder_below(folder, ("all5", "fixations"), checks)
    if images_folder is None or maps_folder is None:
        return []
    images, maps = checks.stems(images_folder, (".png",)), checks.stems(maps_folder, (".png",))
    samples = []
    for stem in checks.pair(images, maps, "point map", maps_folder):
        image, path = images[stem], maps[stem]
        size = checks.image(image)
        if size is None:
            continue
        levels = checks.grey(path, size, image)
        if levels is None:
            continue
        trial = checks.points(Fixations(marked_points(levels)), size, path, image)
        if trial is not None:
            samples.append(Sample(image, size, *trial, RECORD.sigma))
    return samples


def _folder_below(root: str, names: tuple[str, ...], checks: FileChecker) -> str | None:
    """Return the folder nearest to the root that has one of the names, the first preferred."""
    found: dict[str, list[tuple[int, str]]] = {}
    for place, folders, _ in os.walk(root):
        folders[:] = sorted(name for name in folders if name != "__MACOSX" and name[0] != ".")
        depth = place.count(os.sep)
        for name in set(names) & set(folders):
            found.setdefault(name, []).append((depth, os.path.join(place, name)))
    for name in names:
        if name in found:
            return min(found[name])[1]
    checks.missing(os.path.join(root, names[0]))
    return None
