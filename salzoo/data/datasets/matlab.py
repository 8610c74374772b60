"""MATLAB files: the old format with scipy, version 7.3 with h5py; nothing in them is run."""

import h5py
import numpy as np
import scipy.io

_HDF5 = b"\x89HDF"


def load_matlab5(path, variable, border):
    """Return a variable of a MATLAB 5 file as scipy gives it, None if it cannot be read.

    Structs stay numpy records in object arrays (scipy's default form). `variable`
    may be None: the file's only one.
    """
    try:
        with open(path, "rb") as file:
            if _HDF5 in file.read(1024):
                border.problem(
                    path, "is a MATLAB 7.3 (HDF5) file, not MATLAB 5; take the set's own file."
                )
                return None
        content = scipy.io.loadmat(path)
    except Exception as error:  # scipy raises many kinds for a damaged file
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        border.problem(path, f"is not a readable MATLAB 5 file ({reason}).")
        return None
    names = [name for name in content if not name.startswith("__")]
    if variable is None and len(names) == 1:
        variable = names[0]
    if variable not in content:
        border.problem(
            path, f"has no variable '{variable}' but {names or 'none'}; take the set's own file."
        )
        return None
    return content[variable]


def load_matlab73(path, variable, border):
    """Return a cell array of a MATLAB 7.3 file as a list of numpy arrays, None if unreadable.

    Arrays come as h5py reads them: axes in the reverse of MATLAB's order.
    """
    try:
        with h5py.File(path, "r") as file:
            if variable not in file:
                names = [name for name in file if not name.startswith("#")]
                border.problem(
                    path, f"has no variable '{variable}' but {names}; take the set's own file."
                )
                return None
            item = file[variable]
            if item.dtype != h5py.ref_dtype:
                return [np.asarray(item)]
            return [np.asarray(file[reference]) for reference in np.asarray(item).ravel()]
    except (OSError, ValueError, KeyError) as error:
        border.problem(path, f"is not a readable MATLAB 7.3 (HDF5) file ({error}).")
        return None


def field(struct, name):
    """Return a field of a MATLAB struct as scipy gives it (1x1 record array).

    Raises:
        KeyError: there is no such field, or it is no struct.
    """
    struct = np.asarray(struct)
    if struct.dtype.names is None or name not in struct.dtype.names or struct.size == 0:
        raise KeyError(f"no field '{name}'")
    return struct.ravel()[0][name]
