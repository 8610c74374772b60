"""Opening of HDF5 files as data: nothing outside the file is read, and sizes are checked first."""

import contextlib
import math
import os
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import h5py

from salzoo.utils.errors import InputError, shorten
from salzoo.utils.regular_files import open_regular

# Of one array in memory.
ARRAY_LIMIT = 4 * 2**30
# Deflate packs at most 1032 bytes into one; an array that was never written takes none.
LARGEST_RATIO, SMALL = 2000, 2**20
MOST_OBJECTS = 1_000_000
# Bytes of a compressed part of an array; unpacked they are at most 256 MB.
LARGE_PART = 2**18
COMPRESSIONS = (h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_LZF)
OTHER_FILTERS = (h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32)


@contextlib.contextmanager
def open_hdf5(path: str | os.PathLike[str], only: str | None = None) -> Iterator[h5py.File]:
    """Open a HDF5 file for reading, after checking its objects.

    Args:
        path: of the file.
        only: name of the array that will be read, the only one to check; None: all.

    Yields:
        The file. Its arrays lie in it; an array without a shape has `shape` None.

    Raises:
        InputError: it is damaged, no regular file, leads to other files (external links, external
            storage, virtual arrays) or has an array of an absurd shape.
    """
    with open_regular(path) as stream, open_hdf5_stream(stream, os.fspath(path), only) as file:
        yield file


@contextlib.contextmanager
def open_hdf5_stream(stream: BinaryIO, where: str, only: str | None = None) -> Iterator[h5py.File]:
    """Open HDF5 in a stream, as `open_hdf5` does.

    Args:
        stream: that can seek.
        where: it comes from, for the message.
        only: as for `open_hdf5`.
    """
    try:
        file = h5py.File(stream, "r")
    except Exception as error:  # h5py raises many kinds
        raise InputError(
            f"{where} cannot be read as HDF5 ({_reason(error)}); replace the file."
        ) from error
    with file:
        try:
            if only is None:
                _check_group(file, where, set())
            else:
                _check_path(file, where, only)
            yield file
        except InputError:
            raise
        except Exception as error:  # damage that was met only now
            raise InputError(f"{where} is damaged ({_reason(error)}).") from error


def _check_path(file: h5py.File, where: str, name: str) -> None:
    """Check the groups that lead to an array, and the array."""
    parts = name.strip("/").split("/")
    for depth in range(len(parts)):
        _check_link(file, "/".join(parts[: depth + 1]), where)
    if isinstance(file[name], h5py.Dataset):
        _check_array(file[name], where)


def _check_link(group: h5py.Group, name: str, where: str) -> bool:
    """Return whether a name leads to an object of its own; raise InputError if out of the file."""
    link = group.get(name, getlink=True)
    if not isinstance(link, h5py.HardLink | h5py.SoftLink):
        raise InputError(f"{where}: {shorten(name)} is a link to another file; copy it in.")
    return isinstance(link, h5py.HardLink)


def _check_group(group: h5py.Group, where: str, seen: set[int]) -> None:
    """Check the members of a group; `seen` has the addresses of those checked already."""
    for name in group:
        if not _check_link(group, name, where):
            continue
        item = group[name]
        address = h5py.h5o.get_info(item.id).addr
        if address in seen:
            continue
        seen.add(address)
        if len(seen) > MOST_OBJECTS:
            raise InputError(f"{where} has more than {MOST_OBJECTS} objects.")
        if isinstance(item, h5py.Group):
            _check_group(item, where, seen)
        elif isinstance(item, h5py.Dataset):
            _check_array(item, where)


def _check_array(array: h5py.Dataset, where: str) -> None:
    name = shorten(array.name)
    if array.external or array.is_virtual:
        raise InputError(f"{where}: the values of {name} lie in another file; copy them in.")
    stored = array.id.get_storage_size()
    needed = array.nbytes if array.shape is not None else 0
    if needed > ARRAY_LIMIT or (needed > SMALL and needed > LARGEST_RATIO * stored):
        raise InputError(
            f"{where}: {name} has the shape {shorten(array.shape)}, and {stored} bytes in the file."
        )
    if array.chunks is not None:
        _check_chunks(array, where)


def _check_chunks(array: h5py.Dataset, where: str) -> None:
    """Check that no part of a compressed array unpacks to more than its size.

    HDF5 unpacks whatever a part holds before it looks at its size.
    """
    properties = array.id.get_create_plist()
    filters = [properties.get_filter(n)[0] for n in range(properties.get_nfilters())]
    if not {*filters} <= {*COMPRESSIONS, *OTHER_FILTERS}:
        raise InputError(f"{where}: {shorten(array.name)} is packed otherwise than by gzip or lzf.")
    compressions = [filter_ for filter_ in filters if filter_ in COMPRESSIONS]
    if not compressions:
        return
    if len(compressions) > 1:
        raise InputError(f"{where}: {shorten(array.name)} is compressed twice; save it once.")
    size = math.prod(array.chunks) * array.dtype.itemsize
    unpacked_size = _deflate_size if h5py.h5z.FILTER_DEFLATE in filters else _lzf_size
    large = []

    def visit(part: h5py.h5d.StoreInfo) -> None:
        # Smaller ones cannot do harm.
        if part.size > LARGE_PART:
            large.append(part)

    array.id.chunk_iter(visit)
    for part in large:
        skipped, packed = 0, b""
        if part.size <= 2 * size:
            skipped, packed = array.id.read_direct_chunk(part.chunk_offset)
        if skipped >> filters.index(compressions[0]) & 1:
            continue  # it is stored as it is
        if filters[-1] == h5py.h5z.FILTER_FLETCHER32:
            packed = packed[:-4]  # the checksum
        if not packed or unpacked_size(packed, size) > size:
            raise InputError(
                f"{where}: a part of {shorten(array.name)} unpacks to more than its {size} bytes; "
                "save it again."
            )


def _deflate_size(packed: bytes, most: int) -> int:
    """Return to how many bytes deflate unpacks, `most` + 1 for all above."""
    return len(zlib.decompressobj().decompress(packed, most + 1))


def _lzf_size(packed: bytes, most: int) -> int:
    """Return to how many bytes LZF unpacks, any number above `most` for all above.

    It is a series of literals, their number - 1 and themselves, and of references of 2 or 3 bytes
    to earlier bytes, whose number - 2 is in the first three bits, or 7 and in the second byte.
    """
    size = place = 0
    while place < len(packed) and size <= most:
        first = packed[place]
        if first < 32:
            size += first + 1
            place += first + 2
        elif first < 224:
            size += (first >> 5) + 2
            place += 2
        else:
            size += 9 + packed[place + 1]
            place += 3
    return size


def _reason(error: Exception) -> str:
    return shorten((str(error) or type(error).__name__).splitlines()[0], 200)
