"""Variables of TensorFlow checkpoints (NAME.index and NAME.data-00000-of-00001), as data.

The index is a sorted table of LevelDB's format, whose values say for each variable its type, shape
and place in the data file. Numbers of fields: `tensor_bundle.proto`. Written by `tf.train.Saver`
since TensorFlow 1.0, without compression.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from salzoo.models.importers.protobuf import Message
from salzoo.utils.errors import InputError, shorten

MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
FOOTER = 48
FLOAT = 1
MOST_AXES = 8
MOST_ENTRIES = 100_000


@dataclass(frozen=True)
class Variable:
    """A variable of a checkpoint, whose values are read only when they are asked for.

    Attributes:
        name: Such as "conv1/conv1_1/weights".
        shape: Of its values.
        place: First and last byte in the data file.
        data: Content of the data file.
        where: Path of the checkpoint.
    """

    name: str
    shape: tuple[int, ...]
    place: tuple[int, int]
    data: bytes
    where: str

    def values(self) -> np.ndarray:
        """Return the values, float32. Check `shape` before.

        Raises:
            InputError: They are not in the data file.
        """
        first, last = self.place
        count = math.prod(self.shape)
        if not 0 <= first <= last <= len(self.data) or last - first != 4 * count:
            raise InputError(
                f"{self.where} is damaged: {shorten(self.name)} is not in its data file."
            )
        return np.frombuffer(self.data, "<f4", count, first).reshape(self.shape)


def read_variables(index: bytes, data: bytes, where: str) -> list[Variable]:
    """Return all float32 variables of a checkpoint.

    Args:
        index: Content of the .index file.
        data: Content of the only data file.
        where: Path of the checkpoint, for messages.

    Raises:
        InputError: It is damaged, no checkpoint, or has several data files.
    """
    try:
        entries = list(_entries(memoryview(index)))
    except (ValueError, IndexError) as error:
        raise InputError(f"{where} is damaged, or no checkpoint of TensorFlow ({error}).") from None
    variables = []
    for key, value in entries:
        message = Message(value, where)
        if not key:  # the header
            if message.integer(1) != 1:
                raise InputError(f"{where} has {message.integer(1)} data files; give one of one.")
            continue
        shape = tuple(axis.integer(1) for axis in message.message(2).messages(2))
        if len(shape) > MOST_AXES or any(length < 0 for length in shape):
            raise message.damaged(f"a shape of {shorten(shape)}")
        if message.integer(1) == FLOAT:
            first = message.integer(4)
            place = (first, first + message.integer(5))
            variables.append(Variable(key.decode("utf-8", "replace"), shape, place, data, where))
    return variables


def _entries(table: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield all keys and values of a sorted table."""
    if len(table) < FOOTER or table[-8:] != MAGIC:
        raise ValueError("its end is no table's")
    position = 0
    for _ in range(2):  # the place of the meta index is not needed
        _, position = _varint(table[-FOOTER:], position)
    offset, position = _varint(table[-FOOTER:], position)
    size, _ = _varint(table[-FOOTER:], position)
    count = 0
    for _, handle in _block(table, offset, size):
        first, position = _varint(handle, 0)
        length, _ = _varint(handle, position)
        for entry in _block(table, first, length):
            count += 1
            if count > MOST_ENTRIES:
                raise ValueError(f"more than {MOST_ENTRIES} variables")
            yield entry


def _block(table: memoryview, offset: int, size: int) -> Iterator[tuple[bytes, memoryview]]:
    """Yield keys and values of a block; a key shares its beginning with the one before."""
    block = table[offset : offset + size]
    if len(block) != size or size < 4 or offset + size >= len(table):
        raise ValueError("a block is not in the file")
    if table[offset + size] != 0:
        raise ValueError("it is compressed")
    restarts = int.from_bytes(block[-4:], "little")
    end = size - 4 * (restarts + 1)
    position, key = 0, b""
    while position < end:
        shared, position = _varint(block, position)
        unshared, position = _varint(block, position)
        length, position = _varint(block, position)
        if shared > len(key) or position + unshared + length > end:
            raise ValueError("an entry is not in its block")
        key = key[:shared] + bytes(block[position : position + unshared])
        position += unshared
        yield key, block[position : position + length]
        position += length


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    result = 0
    for shift in range(0, 64, 7):
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, position
    raise ValueError("a number does not end")
