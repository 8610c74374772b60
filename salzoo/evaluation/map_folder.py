"""Saliency maps that any program wrote, matched to the images of a dataset.

.npy            a 2-D array
.png .jpg       grey levels 0..255 (colours are averaged)
.mat            one 2-D variable, MATLAB 5 or 7.3
.h5 .hdf5       one 2-D dataset, or a dataset for each image, named as the images are

Maps are matched to images by file name without ending, with as many folders above
it as it takes to tell the images apart (`Action/001` in CAT2000), and with or
without the `_saliency` that `salzoo predict` appends.
"""

import os

import numpy as np
from tqdm import tqdm

from salzoo.evaluation.map_files import ENDINGS, PICTURES, find_maps, map_size, parts_of, read_map
from salzoo.utils.errors import InputError
from salzoo.utils.resize import resized

LISTED = 10


class MapFolder:
    """A folder (or one .h5 file) of maps, matched to samples and checked.

    `read` gives the map of a `Sample`. It may have another size than the image if the
    aspect ratio is the same, to a pixel.

    Args:
        path: of the folder.
        samples: list of `Sample`, a whole split. names: of their images, relative to
            the data's folder.
        needed: those of the samples that need a map; None: all.
        unit: divide pictures and arrays of bytes by 255.

    Attributes:
        places: {image path: `Place`}. fingerprint: what changes if a file does.
        unmatched: places of maps that belong to no sample.
        looked_at: number of maps that are needed. resized: how many of them have
            another size than their image.

    Raises:
        InputError: no maps, samples without one, two for one sample, files that
            hold no map, sizes that do not fit.
    """

    def __init__(self, path, samples, names, needed=None, unit=False):
        self.path, self.unit = os.path.normpath(path), unit
        found = find_maps(self.path)
        if not found:
            raise InputError(f"{path} holds no maps ({', '.join(ENDINGS)}).")
        needed = samples if needed is None else needed
        self.places, self.unmatched = _match(self.path, found, samples, names, needed)
        self.looked_at, self.resized = len(needed), 0
        bar = tqdm(needed, desc="look at the maps", unit="map", disable=None, leave=False)
        for sample in bar:
            place = self.places[sample.image_path]
            size = map_size(place)
            _check_fits(place, size, sample)
            self.resized += size != tuple(sample.size)

    @property
    def fingerprint(self):
        """Names, sizes and times of the files."""
        stats = ((place, os.stat(place.path)) for place in self.places.values())
        return [[str(place), stat.st_size, stat.st_mtime_ns] for place, stat in stats]

    def read(self, sample):
        """Return the map of a sample as it is stored, float64 (rows, columns).

        Raises:
            InputError: the file is damaged, or has values that are no numbers.
        """
        place = self.places[sample.image_path]
        values = read_map(place)
        if not np.isfinite(values).all():
            raise InputError(f"{place} has values that are not numbers (NaN or infinite).")
        levels = place.ending in PICTURES or values.dtype == np.uint8
        return np.asarray(values, "float64") / (255.0 if self.unit and levels else 1.0)

    def __call__(self, sample):
        """Return the map at the size of the image, resized bilinearly where it differs."""
        return resized(self.read(sample), sample.size)


def _match(root, found, samples, names, needed):
    """Give each sample its map; see `MapFolder`.

    Returns:
        {image path: place}, list of places that belong to no sample.
    """
    keys = [parts_of(name) for name in names]
    depth = _telling_depth(keys)
    by_end = {}
    for key, places in found.items():
        by_end.setdefault(key[-depth:], []).extend(places)
    matched, taken = {}, set()
    for sample, name, key in zip(samples, names, keys, strict=True):
        end = key[-depth:]
        places = by_end.get(end, [])
        if not places:
            end = (*end[:-1], f"{end[-1]}_saliency")
            places = by_end.get(end, [])
            # `salzoo predict` writes the same map as numbers and as a picture.
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
    missing = [name_of[each.image_path] for each in needed if each.image_path not in matched]
    if missing:
        above = f" by their last {depth} parts" if depth > 1 else ""
        hint = f"; belonging to no image: {join_first(left)}" if left else ""
        raise InputError(
            f"{root} lacks maps for {len(missing)} of {len(needed)} images: {join_first(missing)}"
            f"{hint}. Maps are found{above} by the name of their image, without ending."
        )
    return matched, left


def join_first(items):
    """List the first items, and say how many more there are."""
    items = list(map(str, items))
    more = f" and {len(items) - LISTED} more" if len(items) > LISTED else ""
    return ", ".join(items[:LISTED]) + more


def _telling_depth(keys):
    """How many parts from the end tell all images apart."""
    longest = max(map(len, keys))
    for depth in range(1, longest):
        if len({key[-depth:] for key in keys}) == len(keys):
            return depth
    return longest


def _check_fits(place, size, sample):
    (rows, columns), (image_rows, image_columns) = size, sample.size
    if abs(rows * image_columns - image_rows * columns) > max(sample.size):
        raise InputError(
            f"{place} is {columns}x{rows}, its image {os.path.basename(sample.image_path)} "
            f"{image_columns}x{image_rows}: another aspect ratio; write maps of the size of the "
            "image."
        )
