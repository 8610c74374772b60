"""Files of saliency maps in the formats of other programs."""

import math
import os
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

import h5py
import numpy as np

from salzoo.data.ground_truth import ARRAY_ENDING, check_header, map_shape, read_values
from salzoo.data.image_kinds import EXTENSIONS, JPEG
from salzoo.data.images import open_binary
from salzoo.prediction.sources import HDF5_ENDINGS
from salzoo.utils.errors import InputError, shorten
from salzoo.utils.hdf5_files import open_hdf5
from salzoo.utils.matlab_files import MatlabFile

PICTURES = (".png", *JPEG, ".tif", ".tiff")

_HDF5 = b"\x89HDF"
# Types of MATLAB's variables.
_INTEGERS = (f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))
_NUMERIC = ("double", "single", "logical", *_INTEGERS)

ENDINGS = (ARRAY_ENDING, ".mat", *PICTURES, *HDF5_ENDINGS)


@dataclass(frozen=True)
class Place:
    """Where a map is stored.

    Attributes:
        path: the file.
        array: name of the array in an HDF5 file, else None.
    """

    path: str
    array: str | None = None

    def __str__(self) -> str:
        return self.path if self.array is None else f"{self.path} ({self.array})"

    @property
    def ending(self) -> str:
        """The file name extension in lower case."""
        return os.path.splitext(self.path)[1].lower()


def find_maps(root: str) -> dict[tuple[str, ...], list[Place]]:
    """Find all maps in a folder, or in one HDF5 file.

    Args:
        root: path of the folder or file.

    Returns:
        {key: places}; a key is the path below `root` without extension, in parts.

    Raises:
        InputError: an HDF5 file is damaged or holds no map.
    """
    base, files = root, []
    if os.path.isfile(root):
        base, files = os.path.dirname(root), [root]
    for folder, _, names in os.walk(root):
        usual = (name for name in names if name.lower().endswith(ENDINGS) and name[0] != ".")
        files += [os.path.join(folder, name) for name in usual]
    found: dict[tuple[str, ...], list[Place]] = {}
    for path in sorted(files):
        key = parts_of(os.path.relpath(path, base))
        if not path.lower().endswith(HDF5_ENDINGS):
            found.setdefault(key, []).append(Place(path))
            continue
        arrays = list(_arrays(path))
        for array in arrays:
            # The arrays of a file with several are named as the images are.
            own = key if len(arrays) == 1 else (*key[:-1], *parts_of(array, ending=False))
            found.setdefault(own, []).append(Place(path, array))
    return found


def parts_of(path: str, ending: bool = True) -> tuple[str, ...]:
    """Split a path into names, with composed accents (NFC) and without its extension.

    The extension of an image before it, as in 001.jpg.npy, is removed too.

    Args:
        path: relative path.
        ending: whether the path has an extension of its own.
    """
    path = unicodedata.normalize("NFC", path.replace(os.sep, "/"))
    path = os.path.splitext(path)[0] if ending else path
    stem, before = os.path.splitext(path)
    return tuple((stem if before.lower() in EXTENSIONS else path).split("/"))


def map_size(place: Place) -> tuple[int, int]:
    """Return (rows, columns) of a map, from the header of the file where it has one.

    Raises:
        InputError: the file is damaged, or holds no map.
    """
    if place.ending in (ARRAY_ENDING, *PICTURES):
        return check_header(place.path).size
    return read_map(place).shape


def read_map(place: Place) -> np.ndarray:
    """Return a map (rows, columns) in the numeric type of its file.

    Raises:
        InputError: the file is damaged, or holds no map; see `read_values`.
    """
    if place.ending in (ARRAY_ENDING, *PICTURES):
        return read_values(place.path, "saliency map")
    try:
        values = _read_array(place) if place.ending in HDF5_ENDINGS else _read_mat(place)
    except InputError:
        raise
    except Exception as error:  # scipy and h5py raise many kinds for damaged files
        raise _unreadable(place, error) from error
    return values.reshape(map_shape(values.shape, values.dtype, place))


def _read_mat(place: Place) -> np.ndarray:
    with open_binary(place.path) as file:
        if _HDF5 not in file.read(1024):
            file.seek(0)
            return _read_mat5(MatlabFile(file, place.path), place)
    # MATLAB 7.3, axes in reverse order
    return _read_array(Place(place.path, _only(_arrays(place.path), place))).T


def _read_mat5(file: MatlabFile, place: Place) -> np.ndarray:
    maps = {
        name: found.shape
        for name, found in file.variables.items()
        if found.kind in (*_NUMERIC, "sparse") and len(found.shape) == 2
    }
    name = _only([n for n, shape in maps.items() if math.prod(shape) > 1] or maps, place)
    map_shape(maps[name], np.dtype("float64"), place)
    if file.variables[name].kind == "sparse":
        raise InputError(f"{place}: {shorten(name)} is a sparse matrix; save full({name}).")
    return file.read(name)


def _read_array(place: Place) -> np.ndarray:
    """Return an array of an HDF5 file."""
    with open_hdf5(place.path, only=place.array) as file:
        array = file[place.array]
        map_shape(array.shape, array.dtype, place)
        return array[()]


def _only(names: Collection[str], place: Place) -> str:
    if len(names) != 1:
        listed = ", ".join(map(shorten, names)) or "none"
        raise InputError(f"{place} must hold one 2-D variable, it has: {listed}.")
    return next(iter(names))


def _arrays(path: str) -> dict[str, None]:
    """Return the names of the 2-D datasets of an HDF5 file, in order, as a dict.

    Internal ones of MATLAB, whose names begin with #, are left out.
    """
    names: dict[str, None] = {}

    def visit(name: str, item: h5py.HLObject) -> None:
        is_map = isinstance(item, h5py.Dataset) and item.dtype.kind in "fiub"
        if is_map and sum(n > 1 for n in item.shape or ()) == 2 and not name.startswith("#"):
            names[name] = None

    with open_hdf5(path) as file:
        file.visititems(visit)
    if not names:
        raise InputError(f"{path} holds no 2-D dataset.")
    return names


def _unreadable(place: Place, error: Exception) -> InputError:
    reason = (str(error) or type(error).__name__).splitlines()[0]
    return InputError(f"{place} cannot be read ({reason}); replace the file.")
