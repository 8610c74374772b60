"""HDF5 files: what lies in the file is read, and nothing else."""

import zlib

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salzoo.utils.errors import InputError
from salzoo.utils.hdf5_files import _lzf_size, open_hdf5


def names(path):
    with open_hdf5(path) as file:
        found = []
        file.visit(found.append)
        return found


def test_what_lies_in_the_file_is_read(tmp_path):
    with h5py.File(tmp_path / "good.h5", "w", userblock_size=512) as file:
        file["group/array"] = np.arange(6.0).reshape(2, 3)
        file["group/text"] = "text"
        file.create_dataset("zeros", data=np.zeros((2000, 2000)), compression=9, chunks=(500, 500))
        file["soft"] = h5py.SoftLink("/group/array")
        file["group/again"] = file["group"]  # a circle
        file["null"] = h5py.Empty("f4")
    assert {"group/array", "group/text", "null"} <= set(names(tmp_path / "good.h5"))


def external_link(file, secret):
    file["link"] = h5py.ExternalLink(str(secret), "/")


def external_storage(file, secret):
    file.create_dataset("bytes", (16,), "u1", external=[(str(secret), 0, 16)])


def virtual(file, secret):
    with h5py.File(secret.with_suffix(".h5"), "w") as other:
        other["x"] = np.zeros(4)
    layout = h5py.VirtualLayout((4,), "f8")
    layout[:] = h5py.VirtualSource(str(secret.with_suffix(".h5")), "x", (4,))
    file.create_virtual_dataset("virtual", layout)


def never_written(file, secret):
    file.create_dataset("huge", (10**6, 10**6), "f8", chunks=(10, 10))


def packed(file, secret):
    array = file.create_dataset(
        "packed", (40_000, 40_000), "f4", chunks=(4000, 4000), compression=9
    )
    array[:4000, :4000] = 0


def overfull(file, secret):
    """A part of 200 kB that holds 300 kB; zeros would be 200 MB."""
    array = file.create_dataset("full", (200_000,), "u1", chunks=(200_000,), compression=9)
    array.id.write_direct_chunk((0,), zlib.compress(np.random.default_rng(0).bytes(300_000)))


def overfull_lzf(file, secret):
    """A part of 300 kB that holds 26 MB; of a large part it would be 88 times as much."""
    array = file.create_dataset("full", (400_000,), "u1", chunks=(400_000,), compression="lzf")
    array.id.write_direct_chunk((0,), b"\x00x" + b"\xe0\xff\x00" * 100_000)


def scaled(file, secret):
    file.create_dataset("scaled", data=np.arange(1000), chunks=(1000,), scaleoffset=4)


def packed_twice(file, secret):
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((10,))
    properties.set_deflate(9)
    properties.set_deflate(9)
    space = h5py.h5s.create_simple((10,))
    h5py.h5d.create(file.id, b"twice", h5py.h5t.NATIVE_UINT8, space, properties)


@pytest.mark.parametrize("fletcher32", [False, True])
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("compression", ["lzf", "gzip"])
@pytest.mark.parametrize("kind", ["noise", "few levels", "constant"])
def test_large_parts_of_every_usual_kind_are_read(tmp_path, kind, compression, shuffle, fletcher32):
    """Each larger than the parts that are not looked at, but the constant one."""
    values = np.random.default_rng(0).integers(
        0, {"noise": 2**31, "few levels": 3}.get(kind, 1), (1500, 1500), dtype="int32"
    )
    filters = {"shuffle": shuffle, "fletcher32": fletcher32, "compression": compression}
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("values", data=values, chunks=(1500, 1500), **filters)
        stored = file["values"].id.get_storage_size()
    assert (stored > 2**18) is (kind != "constant")
    with open_hdf5(tmp_path / "a.h5") as file:
        np.testing.assert_array_equal(file["values"][()], values)


@given(data=st.data())
def test_the_size_that_lzf_unpacks_to(data):
    """h5py packs; what it packed unpacks to the size that is foretold."""
    alphabet = data.draw(st.sampled_from([1, 2, 256]))
    length = data.draw(st.integers(100, 3000))
    seed = data.draw(st.integers(0, 99))
    values = np.random.default_rng(seed).integers(0, alphabet, length, dtype="uint8")
    values[length // 3 : length // 2] = 7
    with h5py.File("memory", "w", driver="core", backing_store=False) as file:
        array = file.create_dataset("x", data=values, chunks=(length,), compression="lzf")
        mask, packed = array.id.read_direct_chunk((0,))
    assert mask or _lzf_size(packed, 10**6) == length  # masked: stored as it is
    assert mask or _lzf_size(packed, length - 1) >= length


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (overfull, "a part of /group/full unpacks to more than its 200000 bytes"),
        (overfull_lzf, "a part of /group/full unpacks to more than its 400000 bytes"),
        (scaled, "/group/scaled is packed otherwise than by gzip or lzf"),
        (packed_twice, "/group/twice is compressed twice"),
        (external_link, "file.h5: link is a link to another file"),
        (external_storage, "file.h5: the values of /group/bytes lie in another file"),
        (virtual, "file.h5: the values of /group/virtual lie in another file"),
        (never_written, r"file.h5: /group/huge has the shape \(1000000, 1000000\), and 0 bytes"),
        (packed, "file.h5: /group/packed has the shape"),
    ],
)
def test_what_leads_elsewhere_is_refused(tmp_path, make, message):
    secret = tmp_path / "secret"
    secret.write_bytes(b"password: 123456")
    with h5py.File(tmp_path / "file.h5", "w") as file:
        make(file.create_group("group"), secret)
    with pytest.raises(InputError, match=message):
        names(tmp_path / "file.h5")


def test_damaged_files_are_refused_in_a_sentence(tmp_path):
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        file["group/array"] = np.arange(100.0)
    content = path.read_bytes()
    damaged = [content[:length] for length in range(0, len(content), 97)]
    damaged += [content[:at] + b"\xff\x80" + content[at + 2 :] for at in range(0, 1500, 13)]
    refused = 0
    for broken in [*damaged, b"", b"no HDF5"]:
        path.write_bytes(broken)
        try:
            names(path)
        except InputError as error:
            refused += 1
            assert "\n" not in str(error)
    assert refused > 30


def test_only_files_are_opened(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        names(tmp_path / "absent.h5")
    with pytest.raises(InputError, match="is a folder"):
        names(tmp_path)


def test_any_error_of_a_damaged_file_is_told_in_a_sentence(tmp_path):
    """A wrong address makes h5py's stream raise ValueError, in the middle of a walk."""
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        file["array"] = np.arange(6.0)
    with pytest.raises(InputError, match="file.h5 is damaged .cannot fit"), open_hdf5(path):
        raise ValueError("cannot fit 'int' into an offset-sized integer\nmore")
