"""A set as the FixaTons collection unpacks it, with observers and times.

Zanca, Serchi, Piu, Rosini and Rufa, FixaTons: A collection of human fixations
datasets, arXiv:1802.02534, 2018.

Layout: `STIMULI/<stem>.*`, `SCANPATHS/<stem>/<observer>` (text, a line `x y start end`
for each fixation, 1-based pixels and seconds, the initial one included),
`SALIENCY_MAPS/<stem>.*` (densities) and `FIXATION_MAPS/<stem>.*`, which are not needed.
"""

import os
import unicodedata
from collections.abc import Callable

import numpy as np

from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.folders import find_folder
from salzoo.data.datasets._formats.points import Fixations, join_observers
from salzoo.data.images import EXTENSIONS
from salzoo.data.sample import Sample
from salzoo.utils.errors import InputError
from salzoo.utils.regular_files import read_text


def find(folder: str, name: str) -> str | None:
    """Return the folder that holds a set's STIMULI and SCANPATHS, None if there is none.

    Args:
        folder: to look into.
        name: of the set in the collection.
    """
    for place in (folder, os.path.join(folder, name)):
        if all(os.path.isdir(os.path.join(place, kind)) for kind in ("STIMULI", "SCANPATHS")):
            return place
    return None


def read_samples(
    folder: str,
    checks: FileChecker,
    sigma: float,
    select: Callable[[Fixations], Fixations],
    with_maps: bool,
) -> list[Sample]:
    """Read the samples of a folder.

    Args:
        folder: that `find` returned.
        checks: takes the problems of its files.
        sigma: of the samples.
        select: chooses among the fixations of an image.
        with_maps: take the density maps, if SALIENCY_MAPS exists; they must be made from the
            chosen fixations.
    """
    scanpaths = os.path.join(folder, "SCANPATHS")
    maps = find_folder(folder, "SALIENCY_MAPS") if with_maps else None
    images = checks.stems(os.path.join(folder, "STIMULI"), EXTENSIONS)
    scanpath_of = {
        unicodedata.normalize("NFC", entry.name): _files(entry.path)
        for entry in os.scandir(scanpaths)
        if entry.is_dir() and entry.name[0] != "."
    }
    places = {stem: os.path.join(scanpaths, stem) for stem in scanpath_of}
    usable = set(checks.pair(images, places, "folder of scanpaths", scanpaths))
    density_of = {}
    if maps is not None:
        density_of = checks.stems(maps, EXTENSIONS)
        usable &= set(checks.pair(images, density_of, "density map", maps))
    observers = sorted(set().union(*scanpath_of.values()))
    samples = []
    for stem in sorted(usable):
        image, files = images[stem], scanpath_of[stem]
        size, density = checks.image(image), density_of.get(stem)
        found = [_rows(files.get(observer), checks) for observer in observers]
        rows = [own for own in found if own is not None]
        if size is None or len(rows) < len(found):
            continue
        if density is not None and not checks.same_size(density, size, image):
            continue
        durations = [1000 * (own[:, 3] - own[:, 2]) for own in rows]
        chosen = select(join_observers([own[:, :2] - 1 for own in rows], durations))
        trial = checks.points(chosen, size, places[stem], image)
        if trial is not None:
            samples.append(Sample(image, size, *trial, sigma, density))
    return samples


def _files(folder: str) -> dict[str, str]:
    """Return {observer: path} of an image's scanpaths."""
    names = [name for name in os.listdir(folder) if name[0] != "."]
    return {os.path.splitext(name)[0]: os.path.join(folder, name) for name in names}


def _rows(path: str | None, checks: FileChecker) -> np.ndarray | None:
    """Return a scanpath (n, 4) in order of time, None (a problem) if it is none.

    path: None for an observer who did not see the image.
    """
    try:
        lines = [] if path is None else read_text(path).splitlines()
    except InputError as error:
        checks.refused(str(path), error)
        return None
    if path is None or not lines:
        return np.empty((0, 4))
    try:
        rows = np.loadtxt(lines, ndmin=2)
        if rows.shape[1] != 4:
            raise ValueError(f"{rows.shape[1]} numbers in a line")
    except ValueError as error:
        checks.problem(path, f"has lines that are not x, y, start, end ({error}); replace it.")
        return None
    return rows[np.argsort(rows[:, 2], kind="stable")]
