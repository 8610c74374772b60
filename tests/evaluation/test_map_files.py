"""Maps in files of other programs: type and size come from headers, before any value is read."""

import struct
import zlib

import h5py
import numpy as np
import pytest
import scipy.io
import scipy.sparse

from salzoo.evaluation.map_files import find_maps, map_size, read_map
from salzoo.utils.errors import InputError

RAMP = np.arange(12.0).reshape(3, 4)


def read(path):
    (place,) = next(iter(find_maps(str(path)).values()))
    map_size(place)
    return read_map(place)


def sparse(path):
    scipy.io.savemat(path, {"map": scipy.sparse.eye(5).tocsc()})


def sparse_of_version_4(path):
    scipy.io.savemat(path, {"map": scipy.sparse.eye(5).tocsc()}, format="4")


def huge_sparse(path):
    scipy.io.savemat(path, {"map": scipy.sparse.eye(20_000).tocsc()})


def two(path):
    scipy.io.savemat(path, {"one": RAMP, "two": RAMP, "text": "of a person"})


def cells(path):
    scipy.io.savemat(path, {"map": np.array([[{}, {}], [1, 2]], object)})


def complex_numbers(path):
    scipy.io.savemat(path, {"map": RAMP * 1j})


def unpacks_to_more(path):
    """As 3 MB that become 3.4 GB."""
    scipy.io.savemat(path, {"map": RAMP})
    content = path.read_bytes()
    values = np.zeros(200_000)
    inside = content[136:184] + struct.pack("<II", 9, values.nbytes) + values.tobytes()
    packed = zlib.compress(struct.pack("<II", 14, len(inside)) + inside)
    path.write_bytes(content[:128] + struct.pack("<II", 15, len(packed)) + packed)


def of_matlab_73(path):
    with h5py.File(path, "w", userblock_size=512) as file:
        zeros = np.broadcast_to(np.uint8(0), (10_001, 10_000))
        file.create_dataset("map", data=zeros, chunks=(10_001, 1000), compression=1)


def hdf5(fill):
    def make(path):
        with h5py.File(path, "w") as file:
            fill(file)

    return make


def npy(shape, descr="<f8", values=0):
    def make(path):
        with open(path, "wb") as file:
            np.lib.format.write_array_header_1_0(
                file, {"descr": descr, "fortran_order": False, "shape": shape}
            )
            file.truncate(file.tell() + values)  # sparse: it takes no room

    return make


def npz(path):
    with open(path, "wb") as file:
        np.savez_compressed(file, RAMP)


def objects(path):
    np.save(path, np.array([[{}, {}]]), allow_pickle=True)


def loop(file):
    file["map"] = h5py.SoftLink("/other")
    file["other"] = h5py.SoftLink("/map")


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("a.mat", sparse, "a.mat: map is a sparse matrix; save full"),
        ("a.mat", sparse_of_version_4, "a.mat: map is a sparse matrix; save full"),
        ("a.mat", huge_sparse, "a.mat holds a 20000x20000 array, more than 100 megapixels"),
        ("a.mat", two, "a.mat must hold one 2-D variable, it has: one, two"),
        ("a.mat", cells, "a.mat must hold one 2-D variable, it has: none"),
        ("a.mat", complex_numbers, "a.mat holds a 3x4 array of complex128"),
        ("a.mat", unpacks_to_more, "a.mat: map has 1600056 bytes; one of its shape"),
        ("a.mat", of_matlab_73, "map. holds a 10001x10000 array, more than 100 megapixels"),
        ("a.h5", hdf5(lambda file: file.update(map=h5py.Empty("f8"))), "a.h5 holds no 2-D dataset"),
        ("a.h5", hdf5(loop), "a.h5 holds no 2-D dataset"),
        (
            "a.h5",
            hdf5(lambda file: file.create_dataset("map", (2**40, 2**20), "f8", fillvalue=1.0)),
            "a.h5: /map has the shape",
        ),
        ("a.npy", npz, "a.npy is an .npz file; save a single array with numpy.save"),
        ("a.npy", objects, "a.npy holds a 1x2 array of object"),
        ("a.npy", npy((2**40, 2**40)), "a.npy is cut short"),
        ("a.npy", npy((20_000, 20_000), "|u1", 20_000**2), "more than 100 megapixels"),
        ("a.npy", npy((3, 4), "<c16", 16 * 12), "a.npy holds a 3x4 array of complex128"),
        ("a.npy", npy((0, 4)), "a.npy holds a 0x4 array"),
        ("a.npy", npy((3, 4), "|V1000000", 12_000_000), "array of .V1000000"),
    ],
)
def test_what_is_no_map_is_named_before_it_is_read(tmp_path, name, make, message):
    make(tmp_path / name)
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path / name)
    assert str(caught.value).count(name) == 1 and len(str(caught.value)) < 400


@pytest.mark.parametrize("form", ["4", "5"])
def test_matlab_maps_beside_other_variables(tmp_path, form):
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"map": RAMP, "sigma": 2.5, "by": "a person"}, format=form)
    np.testing.assert_array_equal(read(path), RAMP)
