"""Fitted arrays, kept in memory or in a file that the next run finds again."""

import logging
import mmap
import os
import shutil

import numpy as np
import tensorflow as tf

from salzoo.utils.files import cache_folder, whole_file

LOG = logging.getLogger("salzoo")

# Of the machine's memory, what the fitted images and maps of one pipeline may fill.
MEMORY_SHARE = 0.2
# Of a disk's free space, what one file may take.
DISK_SHARE = 0.5
# Bytes at whose multiples TensorFlow wants memory that it shares with numpy.
ALIGNMENT = 64


def keep_in_memory(arrays, shape):
    """Return arrays as one tf.Variable, filled one by one: they are never there twice.

    Args:
        arrays: iterable of shape[0] float32 arrays of shape[1:].
        shape: of the variable.
    """
    size = _bytes(shape)
    room = np.empty(size + ALIGNMENT, "uint8")
    start = -room.ctypes.data % ALIGNMENT
    kept = room[start : start + size].view("float32").reshape(shape)
    for place, array in zip(kept, arrays, strict=True):
        place[...] = array
    return _variable(kept)


def keep_on_disk(arrays, shape, key):
    """Return arrays as one tf.Variable that is read from a file whenever it is used.

    The file is written unless it is there; the system keeps as much of it in
    memory as nothing else needs.

    Args:
        arrays: iterable, not begun if the file is there; as for `keep_in_memory`.
        key: name of all that decides what the arrays hold.

    Returns:
        tf.Variable; None, after a warning, where there is no room.
    """
    path = os.path.join(cache_folder(), "targets", f"{key}.float32")
    size = _bytes(shape)
    try:
        if os.path.exists(path) and os.path.getsize(path) == size:
            LOG.info("Fitted targets are read from %s.", path)
        else:
            _write(arrays, size, path)
        with open(path, "r+b") as file:
            mapped = mmap.mmap(file.fileno(), size)
    except OSError as error:
        LOG.warning(
            "Fitted targets cannot be kept in a file (%s): they are made anew every epoch. Let "
            "SALZOO_CACHE name a folder with room for %.1f GB.",
            error,
            size / 1e9,
        )
        return None
    return _variable(np.frombuffer(mapped, "float32").reshape(shape))


def _write(arrays, size, path):
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


def _bytes(shape):
    return 4 * int(np.prod(shape, dtype="int64"))


def _variable(array):
    """Return an array as a variable that shares its memory.

    Datasets take a copy of each tensor that they use, but not of variables.
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
    budget = MEMORY_SHARE * _memory() / 4
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
