"""Protocol Buffers read by field number: values, never objects or code of the file.

A message is a sequence of fields, each a number and a value; what a number means is known to the
importer that asks for it (`graph.proto` of TensorFlow, `caffe.proto`). Fields that nobody asks for
are not decoded. The wire format: https://protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from salzoo.utils.errors import InputError, shorten
from salzoo.utils.regular_files import Path, read_bytes

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
FIXED = {FIXED64: 8, FIXED32: 4}
# Of one message. Arrays are one field each, in bytes.
MOST_FIELDS = 2_000_000
FILE_LIMIT = 2**30

Value = int | memoryview


class Message:
    """The fields of a message. Its values are views of the given bytes, not copies.

    Args:
        data: Encoded message.
        where: Path of the file, for messages.

    Attributes:
        data: Encoded message.
        where: Path of the file.

    Raises:
        InputError: This is no message.
    """

    def __init__(self, data: memoryview, where: str) -> None:
        self.data = data
        self.where = where
        self._fields: dict[int, list[Value]] = defaultdict(list)
        position = count = 0
        while position < len(data):
            key, position = self._varint(data, position)
            value, position = self._value(data, position, key & 7)
            self._fields[key >> 3].append(value)
            count += 1
            if count > MOST_FIELDS:
                raise self.damaged(f"more than {MOST_FIELDS} fields")

    def damaged(self, reason: str) -> InputError:
        """Return the error for a value that cannot be.

        Args:
            reason: What is wrong, a few words.
        """
        return InputError(f"{self.where} is damaged, or no file of this kind ({reason}).")

    def messages(self, number: int) -> list[Message]:
        """Return the messages of a field.

        Args:
            number: Of the field.
        """
        return [Message(data, self.where) for data in self.blocks(number)]

    def message(self, number: int) -> Message:
        """Return the message of a field, the last if it is repeated, an empty one without it."""
        blocks = self.blocks(number)
        return Message(blocks[-1] if blocks else memoryview(b""), self.where)

    def has(self, number: int) -> bool:
        """Return whether a field is there."""
        return number in self._fields

    def is_bytes(self, number: int) -> bool:
        """Return whether all values of a field are bytes, texts or messages."""
        return all(isinstance(value, memoryview) for value in self._fields.get(number, []))

    def blocks(self, number: int) -> list[memoryview]:
        """Return the values of a field of bytes, without copying them."""
        if not self.is_bytes(number):
            raise self.damaged(f"field {number} is no bytes")
        return self._fields.get(number, [])  # type: ignore[return-value]

    def texts(self, number: int) -> list[str]:
        """Return the values of a field of text."""
        try:
            return [str(block, "utf-8") for block in self.blocks(number)]
        except UnicodeDecodeError:
            raise self.damaged(f"field {number} is no text") from None

    def text(self, number: int) -> str:
        """Return the text of a field, the last if it is repeated, "" without it."""
        return (self.texts(number) or [""])[-1]

    def integers(self, number: int) -> list[int]:
        """Return the numbers of a field of int32, int64 or bool, packed or not."""
        integers: list[int] = []
        for value in self._fields.get(number, []):
            if isinstance(value, int):
                integers.append(_signed(value))
                continue
            position = 0
            while position < len(value):
                one, position = self._varint(value, position)
                integers.append(_signed(one))
        return integers

    def integer(self, number: int, default: int = 0) -> int:
        """Return the number of a field, the last if it is repeated."""
        return (self.integers(number) or [default])[-1]

    def floats(self, number: int) -> np.ndarray:
        """Return the numbers of a field of float, packed or not, float32 (n,).

        A single packed field, as arrays are written, is not copied.
        """
        blocks = self.blocks(number)
        if any(len(block) % 4 for block in blocks):
            raise self.damaged(f"field {number} is no float")
        if len(blocks) == 1:
            return np.frombuffer(blocks[0], "<f4")
        return np.frombuffer(b"".join(blocks), "<f4")

    def _value(self, data: memoryview, position: int, kind: int) -> tuple[Value, int]:
        if kind == VARINT:
            return self._varint(data, position)
        if kind == BYTES:
            length, position = self._varint(data, position)
        elif kind in FIXED:
            length = FIXED[kind]
        else:
            raise self.damaged(f"wire type {kind}")
        end = position + length
        if end > len(data):
            raise self.damaged(f"{length} bytes where {len(data) - position} are left")
        return data[position:end], end

    def _varint(self, data: memoryview, position: int) -> tuple[int, int]:
        result = shift = 0
        while True:
            if position >= len(data) or shift > 63:
                raise self.damaged("a number does not end")
            byte = data[position]
            position += 1
            result |= (byte & 0x7F) << shift
            if byte < 0x80:
                return result, position
            shift += 7


def read_message(path: Path, limit: int = FILE_LIMIT) -> Message:
    """Read a file that is one message.

    Args:
        path: Of the file.
        limit: Largest size in bytes.

    Raises:
        InputError: The file cannot be read, is larger or is no message.
    """
    where = shorten(path, 300)
    return Message(memoryview(read_bytes(path, limit)), where)


def _signed(value: int) -> int:
    """Return a number of 64 bits in two's complement."""
    value &= 2**64 - 1
    return value - 2**64 if value >= 2**63 else value
