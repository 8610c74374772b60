"""Folders of saliency maps of any program, matched to the images of a dataset.

.npy            a 2-D array
.png .jpg .tif  grey levels of any depth, without colours and alpha
.mat            one 2-D variable, MATLAB 5 or 7.3
.h5 .hdf5       one 2-D dataset, or a dataset for each image, named as the images are

Maps are matched to images by file name without extension. Where images in several folders
have the same name, the folders count too (`Action/001` in CAT2000). The ending `_saliency`
of the maps of `salzoo predict` is optional.
"""

import itertools
import os
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from tqdm import tqdm

from salzoo.data.sample import Sample
from salzoo.evaluation.map_files import (
    ENDINGS,
    PICTURES,
    Place,
    find_maps,
    map_size,
    parts_of,
    read_map,
)
from salzoo.utils.errors import InputError
from salzoo.utils.resize import resize_map

LISTED = 10


class MapFolder:
    """A folder (or one .h5 file) of maps, matched to samples and checked.

    `read` returns the map of a `Sample`. It may have another size than the image if the
    aspect ratio is the same, to a pixel.

    Args:
        path: of the folder or file.
        samples: all samples of a split.
        names: of their images, relative to the folder of the dataset.
        needed: the samples that need a map; None: all.
        unit: whether to divide pictures and arrays of bytes by 255.
        log_maps: the maps are logarithms of densities, as DeepGaze and pysaliency write them;
            read exp of them.

    Attributes:
        path: of the folder or file.
        places: {image path: `Place`}.
        unmatched: places of maps that belong to no sample.
        needed_count: number of needed maps.
        resized: number of needed maps of another size than their image.

    Raises:
        InputError: no maps, a sample without a map or with two, a file without a map, or a
            size that does not fit.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        samples: Sequence[Sample],
        names: Sequence[str],
        needed: Sequence[Sample] | None = None,
        unit: bool = False,
        log_maps: bool = False,
    ) -> None:
        self.path, self.unit = os.path.normpath(os.fspath(path)), unit
        self.log_maps = log_maps
        found = find_maps(self.path)
        if not found:
            raise InputError(f"{path} holds no maps ({', '.join(ENDINGS)}).")
        needed = samples if needed is None else needed
        self.places, self.unmatched = _match(self.path, found, samples, names, needed)
        self.needed_count, self.resized = len(needed), 0
        bar = tqdm(needed, desc="check the maps", unit="map", disable=None, leave=False)
        for sample in bar:
            place = self.places[sample.image_path]
            size = map_size(place)
            _check_fits(place, size, sample)
            self.resized += size != tuple(sample.size)

    @property
    def fingerprint(self) -> list[list[Any]]:
        """Names, sizes and times of the files, and how they are read."""
        stats = ((place, os.stat(place.path)) for place in self.places.values())
        files = [[str(place), stat.st_size, stat.st_mtime_ns] for place, stat in stats]
        return [*files, ["log_maps", self.log_maps]]

    def read(self, sample: Sample) -> np.ndarray:
        """Return the map of a sample at its stored size, (rows, columns).

        Args:
            sample: one of the needed ones.

        Returns:
            The type of the file, with `unit` float64.

        Raises:
            InputError: the file is damaged, has colours or an alpha channel that is not
                opaque, values that are not finite, or only values below 0.
        """
        place = self.places[sample.image_path]
        values = _read_densities(place) if self.log_maps else read_map(place)
        if values.max() < 0:
            raise InputError(
                f"{place} has only values below 0 ({values.min():g} to {values.max():g}); these "
                "are log densities, as DeepGaze and pysaliency write them: give exp of them, or "
                "`log_maps`."
            )
        if not np.isfinite(values).all():
            raise InputError(f"{place} has values that are not numbers (NaN or infinite).")
        if not self.unit:
            return values
        levels = "u" if place.ending in PICTURES else "uint8"
        is_level = levels in (values.dtype.kind, values.dtype.name)
        return values / (np.iinfo(values.dtype).max if is_level else 1.0)

    def __call__(self, sample: Sample) -> np.ndarray:
        """Return the map at the size of the image, resized bilinearly where it differs."""
        return resize_map(self.read(sample), sample.size)


def _read_densities(place: Place) -> np.ndarray:
    """Return exp of a map of log densities, float64."""
    logarithms = read_map(place)
    if logarithms.dtype.kind != "f":
        raise InputError(
            f"{place} has {logarithms.dtype} values, no logarithms; leave out `log_maps`."
        )
    with np.errstate(over="ignore"):  # infinite values are refused
        densities = np.exp(logarithms.astype("float64"))
    if not densities.any():
        raise InputError(f"{place} has logarithms so low that exp of them is 0; add to them.")
    return densities


def _match(
    root: str,
    found: dict[tuple[str, ...], list[Place]],
    samples: Sequence[Sample],
    names: Sequence[str],
    needed: Sequence[Sample],
) -> tuple[dict[str, Place], list[Place]]:
    """Find the map of each sample; see `MapFolder`.

    Returns:
        {image path: place}, list of places that belong to no sample.
    """
    keys = _without_common([parts_of(name) for name in names])
    depth = _distinct_depth(keys)
    ends = {key[-depth:] for key in keys}
    ends |= {_saliency(end) for end in ends}
    by_end: dict[tuple[str, ...], list[Place]] = {}
    for (key, places), short in zip(found.items(), _without_common(list(found)), strict=True):
        end = key if key[-depth:] in ends else short
        by_end.setdefault(end[-depth:], []).extend(places)
    matched: dict[str, Place] = {}
    taken: set[tuple[str, ...]] = set()
    for sample, name, key in zip(samples, names, keys, strict=True):
        end = key[-depth:]
        places = by_end.get(end, [])
        if not places:
            end = _saliency(end)
            places = by_end.get(end, [])
            # `salzoo predict` writes the same map as .npy and as a picture.
            places = [place for place in places if place.ending == ".npy"] or places
        if len(places) > 1:
            raise InputError(
                f"{root} holds two maps for {name}: {places[0]} and {places[1]}; keep one."
            )
        if places:
            matched[sample.image_path] = places[0]
            taken.add(end)
    left = [
        place
        for end, places in by_end.items()
        for place in places
        if end not in taken and not end[-1].endswith("_overlay")
    ]
    name_of = dict(zip((sample.image_path for sample in samples), names, strict=True))
    missing = [name_of[sample.image_path] for sample in needed if sample.image_path not in matched]
    if missing:
        above = f" by their last {depth} parts" if depth > 1 else ""
        hint = f"; belonging to no image: {join_first(left)}" if left else ""
        raise InputError(
            f"{root} lacks maps for {len(missing)} of {len(needed)} images: {join_first(missing)}"
            f"{hint}. Maps are found{above} by the name of their image, without ending."
        )
    return matched, left


def join_first(items: Iterable[object]) -> str:
    """Return the first items as text, with the number of the others."""
    texts = list(map(str, items))
    more = f" and {len(texts) - LISTED} more" if len(texts) > LISTED else ""
    return ", ".join(texts[:LISTED]) + more


def _saliency(end: tuple[str, ...]) -> tuple[str, ...]:
    """Return the name that `salzoo predict` gives to the map of an image."""
    return (*end[:-1], f"{end[-1]}_saliency")


def _without_common(keys: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return paths without the folders that all of them begin with."""
    levels = zip(*(key[:-1] for key in keys), strict=False)
    common = sum(1 for _ in itertools.takewhile(lambda level: len(set(level)) == 1, levels))
    return [key[common:] for key in keys]


def _distinct_depth(keys: Sequence[tuple[str, ...]]) -> int:
    """Return the smallest number of last parts that are different for all images."""
    longest = max(map(len, keys))
    for depth in range(1, longest):
        if len({key[-depth:] for key in keys}) == len(keys):
            return depth
    return longest


def _check_fits(place: Place, size: tuple[int, int], sample: Sample) -> None:
    (rows, columns), (image_rows, image_columns) = size, sample.size
    if abs(rows * image_columns - image_rows * columns) > max(sample.size):
        raise InputError(
            f"{place} is {columns}x{rows}, its image {os.path.basename(sample.image_path)} "
            f"{image_columns}x{image_rows}: another aspect ratio; write maps of the size of the "
            "image."
        )
