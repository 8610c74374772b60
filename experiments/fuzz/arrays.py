"""Readers of arrays: .npy, .npz, MATLAB and HDF5."""

import io
import os
from typing import Any

import h5py
import numpy as np
import scipy.io
import scipy.sparse

from experiments.fuzz import packed
from experiments.fuzz.pictures import check_density, check_map, read_picture_map
from experiments.fuzz.reader import Reader
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.matlab import load_matlab5
from salzoo.evaluation.map_files import find_maps
from salzoo.utils.array_files import read_arrays


def readers() -> list[Reader]:
    random = np.random.default_rng(2)
    maps = [random.random((6, 5)), random.random((6, 5, 1)).astype("float32")]
    maps += [np.arange(30, dtype="uint8").reshape(6, 5), np.asfortranarray(maps[0])]
    npy = {}
    for number, values in enumerate(maps):
        stream = io.BytesIO()
        np.save(stream, values)
        npy[f"{number}.npy"] = stream.getvalue()
    mat = {}
    for number, compressed in enumerate((False, True, True)):
        stream = io.BytesIO()
        content = {"map": maps[number], "name": "x", "size": 3.0}
        if number == 2:
            content["other"] = {"a": [1, 2], "b": "text"}
        scipy.io.savemat(stream, content, do_compression=compressed)
        mat[f"{number}.mat"] = stream.getvalue()
    mat["4.mat"] = _version_4(maps[0])
    return [
        Reader("npy maps", "map", npy, read_picture_map, (packed.mutate_npy,)),
        Reader("npy densities", "map", npy, check_density, (packed.mutate_npy,)),
        Reader("mat maps", "map", mat, read_picture_map, (packed.mutate_mat,) * 2),
        Reader("mat structs", "a.mat", _structs(), _read_structs, (packed.mutate_mat,) * 2),
        Reader("mat 7.3 maps", "map.mat", _hdf5(), read_picture_map),
        Reader("h5 maps", "map.h5", _hdf5(), _maps),
        Reader("npz", "a.npz", {"a.npz": _npz()}, _read_npz, (packed.mutate_zip,) * 2),
    ]


def _structs() -> dict[str, bytes]:
    """Return MATLAB files with a variable of cells, structs, texts and sparse matrices."""
    cells = np.empty((2, 2), object)
    cells[:] = [[{"x": [1.5, 2.0], "name": "a"}, "text"], [np.eye(2) * 1j, scipy.sparse.eye(3)]]
    seeds = {}
    for number, value in enumerate((cells, {"a": cells, "b": {"c": np.arange(3)}}, cells)):
        stream = io.BytesIO()
        scipy.io.savemat(stream, {"data": value}, do_compression=number == 2)
        seeds[f"{number}.mat"] = stream.getvalue()
    return seeds


def _read_structs(path: str) -> None:
    value = load_matlab5(path, "data", FileChecker("isun"))
    assert isinstance(value, np.ndarray) or scipy.sparse.issparse(value)
    repr(value)  # comes to all of it


def _version_4(values: np.ndarray) -> bytes:
    stream = io.BytesIO()
    scipy.io.savemat(stream, {"map": values}, format="4")
    return stream.getvalue()


def _hdf5() -> dict[str, bytes]:
    """Return HDF5 files with one map: plain, packed, of the new format, and in a group."""
    seeds = {}
    values = np.random.default_rng(3).random((6, 5))
    kinds: list[dict[str, Any]] = [{}, {"chunks": (3, 5), "compression": "gzip"}]
    kinds += [{"chunks": (3, 5), "shuffle": True, "fletcher32": True}]
    for number, options in enumerate([*kinds, *kinds]):
        stream = io.BytesIO()
        with h5py.File(stream, "w", libver="latest" if number >= len(kinds) else None) as file:
            file.create_dataset("group/map" if number % 2 else "map", data=values, **options)
            file.attrs["MATLAB_class"] = "double"
            if number % 3 == 0:
                file["text"] = "some text"
                file["link"] = h5py.SoftLink("/text")
        seeds[f"{number}.h5"] = stream.getvalue()
    return seeds


def _maps(path: str) -> None:
    for places in find_maps(os.path.dirname(path)).values():
        for place in places:
            check_map(place)


def _npz() -> bytes:
    stream = io.BytesIO()
    np.savez(stream, f=np.ones((2, 3), "float32"), images=np.array(["a", "bb"]))
    return stream.getvalue()


def _read_npz(path: str) -> None:
    found = read_arrays(path, {"f": (2, 3), "images": (2,)})
    assert found["f"].shape == (2, 3) and found["images"].shape == (2,)
    assert all(array.dtype == np.float32 or array.dtype.kind == "U" for array in found.values())
