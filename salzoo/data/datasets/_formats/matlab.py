"""MATLAB files, read as data: version 5 with scipy, version 7.3 with h5py."""

import os

import h5py
import numpy as np

from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.utils.errors import InputError, shorten
from salzoo.utils.hdf5_files import open_hdf5
from salzoo.utils.matlab_files import MatlabFile
from salzoo.utils.regular_files import open_regular

_HDF5 = b"\x89HDF"


def load_matlab5(path: str, variable: str | None, checks: FileChecker) -> np.ndarray | None:
    """Read a variable of a MATLAB 5 file.

    Args:
        path: the file; it is opened once.
        variable: name; None: the file's only one.
        checks: takes the problems.

    Returns:
        The value in scipy's default form, structs as numpy records in object arrays; None
        (a problem) if it cannot be read.
    """
    if not os.path.exists(path):
        checks.missing(path)
        return None
    try:
        with open_regular(path) as file:
            if _HDF5 in file.read(1024):
                checks.problem(
                    path, "is a MATLAB 7.3 (HDF5) file, not MATLAB 5; take the set's own file."
                )
                return None
            file.seek(0)
            content = MatlabFile(file, path)
            names = list(content.variables)
            if variable is None and len(names) == 1:
                variable = names[0]
            if variable is not None and variable in names:
                return content.read(variable)
    except InputError as error:
        checks.refused(path, error)
        return None
    _lacks(path, variable, names, checks)
    return None


def load_cells(
    path: str, variable: str, count: int, what: str, checks: FileChecker
) -> np.ndarray | None:
    """Read a cell array of a MATLAB 5 file.

    Args:
        path: the file.
        variable: name.
        count: number of items.
        what: the items are, in the plural, for messages.
        checks: takes the problems.

    Returns:
        Flat object array, None (a problem) if there is no such cell array.
    """
    cells = load_matlab5(path, variable, checks)
    if cells is None:
        return None
    if cells.dtype != object or cells.size != count:
        checks.problem(
            path,
            f"has '{variable}' of type {cells.dtype} and shape {cells.shape}, not a cell of "
            f"{count} {what}; take the set's own file.",
        )
        return None
    return cells.ravel()


def load_matlab73(path: str, variable: str, checks: FileChecker) -> list[np.ndarray] | None:
    """Read a cell array of a MATLAB 7.3 file.

    Args:
        path: the file.
        variable: name.
        checks: takes the problems.

    Returns:
        List of arrays as h5py reads them, with axes in the reverse of MATLAB's order; an
        array that is no cell gives a list of one. None (a problem) if it cannot be read.
    """
    if not os.path.exists(path):
        checks.missing(path)
        return None
    items = None
    try:
        with open_hdf5(path) as file:
            names = [name for name in file if not name.startswith("#")]
            if variable in names:
                items = [file[variable]]
                if isinstance(items[0], h5py.Dataset) and items[0].dtype == h5py.ref_dtype:
                    items = [file[reference] for reference in np.asarray(items[0]).ravel()]
                if not all(isinstance(item, h5py.Dataset) for item in items):
                    raise ValueError(f"'{variable}' holds structs, not arrays")
                items = [np.asarray(item) for item in items]
    except InputError as error:
        checks.refused(path, error)
        return None
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        checks.problem(path, f"is not a readable MATLAB 7.3 (HDF5) file ({error}).")
        return None
    if items is None:
        _lacks(path, variable, names, checks)
    return items


def _lacks(path: str, variable: str | None, names: list[str], checks: FileChecker) -> None:
    wanted = "single variable" if variable is None else f"variable '{variable}'"
    checks.problem(
        path, f"has no {wanted} but {shorten(names or 'none', 300)}; take the set's own file."
    )


def field(struct: np.ndarray, name: str) -> np.ndarray:
    """Return a field of a MATLAB struct.

    Args:
        struct: as scipy reads it, a 1x1 record array.
        name: of the field.

    Raises:
        KeyError: there is no such field, or it is no struct.
    """
    struct = np.asarray(struct)
    if struct.dtype.names is None or name not in struct.dtype.names or struct.size == 0:
        raise KeyError(f"no field '{name}'")
    return struct.ravel()[0][name]
