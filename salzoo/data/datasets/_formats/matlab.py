"""MATLAB files: the old format with scipy, version 7.3 with h5py; nothing in them is run."""

import os

import h5py
import numpy as np
import scipy.io

_HDF5 = b"\x89HDF"


def load_matlab5(path, variable, checks):
    """Return a variable of a MATLAB 5 file as scipy gives it, None if it cannot be read.

    Structs stay numpy records in object arrays (scipy's default form). `variable`
    may be None: the file's only one.
    """
    if not os.path.isfile(path):
        checks.missing(path)
        return None
    try:
        with open(path, "rb") as file:
            is_hdf5 = _HDF5 in file.read(1024)
            file.seek(0)
            content = {} if is_hdf5 else scipy.io.loadmat(file)
    except Exception as error:  # scipy raises many kinds for a damaged file
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        checks.problem(path, f"is not a readable MATLAB 5 file ({reason}).")
        return None
    if is_hdf5:
        checks.problem(path, "is a MATLAB 7.3 (HDF5) file, not MATLAB 5; take the set's own file.")
        return None
    names = [name for name in content if not name.startswith("__")]
    if variable is None and len(names) == 1:
        variable = names[0]
    if variable not in names:
        _lacks(path, variable, names, checks)
        return None
    return content[variable]


def load_cells(path, variable, count, what, checks):
    """Return a MATLAB 5 cell of `count` items as a flat object array, None if it is not that.

    what: the items are, in the plural, for messages.
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


def load_matlab73(path, variable, checks):
    """Return a cell array of a MATLAB 7.3 file as a list of numpy arrays, None if unreadable.

    Arrays come as h5py reads them: axes in the reverse of MATLAB's order. An array
    that is no cell comes as a list of it alone.
    """
    if not os.path.isfile(path):
        checks.missing(path)
        return None
    items = None
    try:
        with h5py.File(path, "r") as file:
            names = [name for name in file if not name.startswith("#")]
            if variable in names:
                items = [file[variable]]
                if isinstance(items[0], h5py.Dataset) and items[0].dtype == h5py.ref_dtype:
                    items = [file[reference] for reference in np.asarray(items[0]).ravel()]
                if not all(isinstance(item, h5py.Dataset) for item in items):
                    raise ValueError(f"'{variable}' holds structs, not arrays")
                items = [np.asarray(item) for item in items]
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        checks.problem(path, f"is not a readable MATLAB 7.3 (HDF5) file ({error}).")
        return None
    if items is None:
        _lacks(path, variable, names, checks)
    return items


def _lacks(path, variable, names, checks):
    wanted = "single variable" if variable is None else f"variable '{variable}'"
    checks.problem(path, f"has no {wanted} but {names or 'none'}; take the set's own file.")


def field(struct, name):
    """Return a field of a MATLAB struct as scipy gives it (1x1 record array).

    Raises:
        KeyError: there is no such field, or it is no struct.
    """
    struct = np.asarray(struct)
    if struct.dtype.names is None or name not in struct.dtype.names or struct.size == 0:
        raise KeyError(f"no field '{name}'")
    return struct.ravel()[0][name]
