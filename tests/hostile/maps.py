"""Maps of other programs that are damaged, absurd or not what they seem; a good one beside each."""

import io
import os
import struct

import h5py
import numpy as np
import scipy.io
import scipy.sparse

from tests.hostile.images import encoded, float_tiff, picture, png

SIZE = (24, 32)


def npy(values):
    buffer = io.BytesIO()
    np.save(buffer, values, allow_pickle=True)
    return buffer.getvalue()


def npy_header(description):
    """A .npy file with a header of any text and few values."""
    text = description.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + bytes(64)


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def mat(**variables):
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, variables, do_compression=True)
    return buffer.getvalue()


def good_map(seed=0):
    return np.random.default_rng(seed).random(SIZE)


def filled(value, dtype="float64"):
    values = good_map().astype(dtype)
    values[3, 4] = value
    return values


def contents():
    """Return {name with its ending: content}."""
    array, whole = npy(good_map()), mat(map=good_map())
    return {
        "empty.npy": b"",
        "cut.npy": array[: len(array) // 2],
        "cut_header.npy": array[:40],
        "pickle.npy": npy(np.array([[print, {}], [1, 2]], object)),
        "archive.npy": npz(map=good_map()),
        "picture.npy": encoded(picture((32, 24)), "PNG"),
        "rubbish_header.npy": npy_header("{'descr': '<f8', 'shape': __import__('os')}"),
        "huge_shape.npy": npy_header(
            "{'descr': '<f8', 'fortran_order': False, 'shape': (999999999, 99999999)}"
        ),
        "negative_shape.npy": npy_header(
            "{'descr': '<f8', 'fortran_order': False, 'shape': (-24, -32)}"
        ),
        "deep_header.npy": npy_header("(" * 100),
        "scalar.npy": npy(np.float64(3)),
        "no_rows.npy": npy(np.zeros((0, 32))),
        "four_axes.npy": npy(np.zeros((24, 32, 3, 1))),
        "complex.npy": npy(good_map() * 1j),
        "texts.npy": npy(np.full(SIZE, "=1+1")),
        "dates.npy": npy(np.full(SIZE, "2020-01-01", "datetime64[D]")),
        "fields.npy": npy(np.zeros(SIZE, [("a", "f4"), ("b", "f4")])),
        "nan.npy": npy(filled(np.nan)),
        "infinite.npy": npy(filled(np.inf)),
        "huge.npy": npy(filled(1e300)),
        "tiny.npy": npy(good_map() * 1e-310),
        "largest.npy": npy(filled(np.finfo("float64").max) * np.sign(good_map() - 0.5)),
        "all_negative.npy": npy(-1 - good_map()),
        "constant.npy": npy(np.ones(SIZE)),
        "other_aspect.npy": npy(np.ones((5, 500))),
        "one_pixel.npy": npy(np.ones((1, 1))),
        "half.npy": npy(good_map().astype("float16")),
        "big_endian.npy": npy(good_map().astype(">f8")),
        "long_double.npy": npy(good_map().astype("longdouble")),
        "empty.mat": b"",
        "cut.mat": whole[: len(whole) // 2],
        "text.mat": b"MATLAB 5.0 MAT-file".ljust(128) + b"\xff" * 200,
        "sparse.mat": mat(map=scipy.sparse.csc_matrix(good_map())),
        "cells.mat": mat(map=np.array([[good_map()], ["x"]], object)),
        "two.mat": mat(first=good_map(), second=good_map()),
        "bomb.mat": mat(map=np.zeros((3000, 4000))),
        "empty.png": b"",
        "cut.png": encoded(picture((32, 24)), "PNG")[:99],
        "bomb.png": png(30000, 30000, bits=1, rows=3),
        "bomb_of_the_aspect.png": png(5760, 4320, bits=1),
        "colours.png": encoded(picture((32, 24)), "PNG"),
        "nan.tif": float_tiff(np.nan),
        "text.jpg": b"no picture",
        "empty.h5": b"",
        "text.h5": b"no HDF5",
        "rubbish.h5": b"\x89HDF\r\n\x1a\n" + bytes(range(256)) * 4,
    }


def _sparse_file(file, victim):
    file.create_dataset("map", (10**6, 10**6), "f8", chunks=(10, 10))


def _bomb(file, victim):
    array = file.create_dataset("map", (40_000, 40_000), "f4", chunks=(2000, 2000), compression=9)
    array[:2000, :2000] = 0


def _outside(file, victim):
    file.create_dataset("map", (3, 6), "u1", external=[(str(victim / "secret.txt"), 0, 18)])


def _link(file, victim):
    file["map"] = h5py.ExternalLink(str(victim / "other.h5"), "/map")


def _loop(file, victim):
    file["map"] = file["/"]


def _texts(file, victim):
    file["map"] = np.full(SIZE, b"=1+1")


HDF5 = {
    "null": lambda file, victim: file.create_dataset("map", data=h5py.Empty("f4")),
    "sparse_file": _sparse_file,
    "bomb": _bomb,
    "outside": _outside,
    "link": _link,
    "loop": _loop,
    "texts": _texts,
    "nan": lambda file, victim: file.create_dataset("map", data=filled(np.nan)),
}


def make_maps(folder, victim, good=("0", "1")):
    """Write a folder of maps for each hostile file: `<kind>/bad.<ending>` and good maps.

    Returns:
        The names of the folders.
    """
    with h5py.File(victim / "other.h5", "w") as file:
        file["map"] = good_map()
    bad = {}
    for name, content in contents().items():
        bad[name] = lambda path, content=content: path.write_bytes(content)
    for name, fill in HDF5.items():

        def write(path, fill=fill):
            with h5py.File(path, "w") as file:
                fill(file, victim)

        bad[f"{name}.h5"] = bad[f"{name}.mat73.mat"] = write
    for name, write in bad.items():
        place = folder / name
        place.mkdir(parents=True)
        write(place / f"bad.{name.rpartition('.')[2]}")
        for stem in good:
            np.save(place / f"{stem}.npy", good_map())
    return list(bad)


def make_special_maps(folder, victim, good=("0", "1")):
    """Write folders of maps with a pipe, a device, links and folders; return their names."""
    targets = {
        "endless": "/dev/zero",
        "secret": str(victim / "secret.txt"),
        "loop": "bad.npy",
        "nowhere": "not/there",
    }
    for kind in (*targets, "pipe", "folder"):
        place = folder / kind
        place.mkdir(parents=True)
        for stem in good:
            np.save(place / f"{stem}.npy", good_map())
        if kind == "pipe":
            os.mkfifo(place / "bad.npy")
        elif kind == "folder":
            (place / "bad.npy").mkdir()
        else:
            (place / "bad.npy").symlink_to(targets[kind])
    return [*targets, "pipe", "folder"]
