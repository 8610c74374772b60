"""Preprocessed arrays in memory, or in a file that later runs read again."""

import logging
import mmap
import os
import shutil
from collections.abc import Iterable

import numpy as np
import tensorflow as tf

from salzoo.utils.files import whole_file
from salzoo.utils.home import cache_folder
from salzoo.utils.locks import one_at_a_time

LOG = logging.getLogger("salzoo")

# Share of the memory that the images and maps of one pipeline may take, and at most so many bytes:
# a training has two pipelines, and decoding images is fast beside it.
MEMORY_SHARE = 0.2
MEMORY_LIMIT = 1_000_000_000
# Share of a disk's free space that one file may take.
DISK_SHARE = 0.5
# TensorFlow shares memory with numpy at addresses that are multiples of this many bytes.
ALIGNMENT = 64


def keep_in_memory(arrays: Iterable[np.ndarray], shape: tuple[int, ...]) -> tf.Variable:
    """Return arrays as one variable, filled one by one: memory holds no second copy.

    Args:
        arrays: shape[0] float32 arrays of shape[1:].
        shape: of the variable.

    Returns:
        float32 variable.
    """
    size = _bytes(shape)
    room = np.empty(size + ALIGNMENT, "uint8")
    start = -room.ctypes.data % ALIGNMENT
    kept = room[start : start + size].view("float32").reshape(shape)
    for place, array in zip(kept, arrays, strict=True):
        place[...] = array
    return _variable(kept)


def keep_on_disk(
    arrays: Iterable[np.ndarray], shape: tuple[int, ...], key: str
) -> tf.Variable | None:
    """Return arrays as one variable in a memory-mapped file.

    The file is written unless it exists, by one of the processes that start at the same time; the
    others wait for it. The system caches as much of it in memory as is free.

    Args:
        arrays: as for `keep_in_memory`; not iterated over if the file exists.
        shape: of the variable.
        key: name that differs whenever the arrays differ.

    Returns:
        float32 variable; None, after a warning, where there is no room.
    """
    path = os.path.join(cache_folder(), "targets", f"{key}.float32")
    size = _bytes(shape)
    try:
        if _is_whole(path, size) or not _write_once(arrays, size, path):
            LOG.info("Fitted targets are read from %s.", path)
        with open(path, "r+b") as file:
            mapped = mmap.mmap(file.fileno(), size)
    except OSError as error:
        LOG.warning(
            "Fitted targets cannot be kept in a file (%s): they are made anew every epoch. Let "
            "SALZOO_HOME name a folder with room for %.1f GB.",
            error,
            size / 1e9,
        )
        return None
    return _variable(np.frombuffer(mapped, "float32").reshape(shape))


def _is_whole(path: str, size: int) -> bool:
    return os.path.exists(path) and os.path.getsize(path) == size


def _write_once(arrays: Iterable[np.ndarray], size: int, path: str) -> bool:
    """Write the file, or wait for another process that does; return whether this one has."""
    lock = os.path.join(cache_folder(), "locks", f"{os.path.basename(path)}.lock")
    with one_at_a_time(lock, "fitting the same targets"):
        if _is_whole(path, size):
            return False
        _write(arrays, size, path)
        return True


def _write(arrays: Iterable[np.ndarray], size: int, path: str) -> None:
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if size > DISK_SHARE * free:
        raise OSError(f"{free / 1e9:.1f} GB are free in {folder}, of which half may be taken")
    LOG.info(
        "Fitted targets are kept in %s (%.1f GB) for this and later runs; it may be deleted "
        "whenever none of them is at work.",
        path,
        size / 1e9,
    )
    with whole_file(path) as temporary, open(temporary, "wb") as file:
        for array in arrays:
            file.write(array.data)


def _bytes(shape: tuple[int, ...]) -> int:
    return 4 * int(np.prod(shape, dtype="int64"))


def _variable(array: np.ndarray) -> tf.Variable:
    """Return an array as a variable that shares its memory.

    tf.data copies the tensors that a dataset uses, but not variables.
    """
    with tf.device("CPU:0"):  # where the batches are made
        tensor = tf.experimental.dlpack.from_dlpack(array.__dlpack__())
        return tf.Variable(tensor, trainable=False)


def affordable_cache(target_shape: tuple[int, ...], image_shape: tuple[int, ...]) -> str:
    """Return what the memory has room for: "all" or "targets", or "disk" where it has not.

    Args:
        target_shape: of all targets of a pipeline, float32.
        image_shape: of all images, float32.
    """
    budget = min(MEMORY_SHARE * _memory(), MEMORY_LIMIT) / 4
    if np.prod(target_shape) + np.prod(image_shape) < budget:
        return "all"
    return "targets" if np.prod(target_shape) < budget else "disk"


def _memory() -> int:
    """Return the memory in bytes: the machine's, or the container's if that is less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        with open("/sys/fs/cgroup/memory.max") as file:
            return min(machine, int(file.read()))
    except (OSError, ValueError):
        return machine
