"""Arrays of the files that PyTorch before version 1.6 saved: values, never objects of the file.

Such a file begins with four pickles: a magic number, the version, facts about the machine, and a
dictionary of tensors, each a part of a storage. The names of the storages and their values follow.
Pickles are read instruction by instruction; those that make dictionaries, tuples, texts, numbers
and descriptions of tensors are known here, all others are refused. Nothing is imported or called.
"""

from __future__ import annotations

import io
import math
import pickletools
from typing import Any, NamedTuple

import numpy as np

from salzoo.models.importers import Arrays
from salzoo.utils.errors import InputError, shorten

MAGIC_NUMBER, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
# Name of a storage's class -> type of its values.
TYPES: dict[str, np.dtype[Any]] = {
    "torch FloatStorage": np.dtype("<f4"),
    "torch HalfStorage": np.dtype("<f2"),
    "torch LongStorage": np.dtype("<i8"),
}
DICTIONARY = "collections OrderedDict"
TENSOR = "torch._utils _rebuild_tensor_v2"
# Instructions of a pickle. A state dictionary has ten to twenty for each tensor.
MOST_INSTRUCTIONS = 1_000_000


class Name(str):
    """The name of a class or of a function, as "module name"."""


class Storage(NamedTuple):
    """Values that tensors are parts of."""

    type: str
    key: str
    values: int


class Tensor(NamedTuple):
    """A part of a storage: offset, shape and strides in values."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Mark:
    """Where the items of a tuple or a dictionary begin on the stack."""


def read_tensors(data: bytes, path: str) -> Arrays:
    """Read the tensors of a state dictionary.

    Args:
        data: Content of the file.
        path: Of the file, for messages.

    Returns:
        Names to values, float32, float16 or int64.

    Raises:
        InputError: The file is damaged, of a newer version of PyTorch, or has other things than
            tensors.
    """
    file = io.BytesIO(data)
    try:
        if (_read_pickle(file), _read_pickle(file)) != (MAGIC_NUMBER, PROTOCOL):
            raise ValueError("it was not saved by a PyTorch before version 1.6")
        _read_pickle(file)
        tensors = _read_pickle(file)
        if not isinstance(tensors, dict) or not all(
            isinstance(name, str) and isinstance(tensor, Tensor) for name, tensor in tensors.items()
        ):
            raise ValueError("it is no dictionary of tensors")
        storages = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
        values = {key: _read_values(file, storages[key]) for key in _read_pickle(file)}
        return {name: _part(values[tensor.storage.key], tensor) for name, tensor in tensors.items()}
    except Exception as error:  # pickletools and damaged structures raise many kinds
        reason = shorten(str(error) or type(error).__name__)
        raise InputError(f"{path} holds no tensors of PyTorch ({reason}); get it again.") from error


def _read_values(file: io.BytesIO, storage: Storage) -> np.ndarray:
    """Read the values of the next storage."""
    count = int.from_bytes(file.read(8), "little")
    kind = TYPES[storage.type]
    data = file.read(count * kind.itemsize) if count == storage.values else b""
    if len(data) != storage.values * kind.itemsize:
        raise ValueError(f"storage {storage.key} is cut off")
    return np.frombuffer(data, kind)


def _part(values: np.ndarray, tensor: Tensor) -> np.ndarray:
    """Return a tensor's values."""
    _, offset, shape, strides = tensor
    numbers = (offset, *shape, *strides)
    if len(shape) != len(strides) or any(type(n) is not int or n < 0 for n in numbers):
        raise ValueError("a tensor has an impossible shape")
    last = offset + sum((n - 1) * stride for n, stride in zip(shape, strides, strict=True))
    size = math.prod(shape)
    if size > len(values) or (size and last >= len(values)):
        raise ValueError("a tensor reaches beyond its storage")
    steps = [stride * values.itemsize for stride in strides]
    return np.lib.stride_tricks.as_strided(values[offset:], shape, steps).copy()


def _read_pickle(file: io.BytesIO) -> Any:
    """Return the value of the next pickle."""
    stack: list[Any] = []
    memory: dict[Any, Any] = {}
    for count, (instruction, argument, _) in enumerate(pickletools.genops(file)):
        if count >= MOST_INSTRUCTIONS:
            raise ValueError("it has too many entries")
        match instruction.name:
            case "PROTO":
                pass
            case "STOP":
                return stack.pop()
            case "MARK":
                stack.append(_Mark())
            case "NONE" | "NEWTRUE" | "NEWFALSE":
                stack.append({"NONE": None, "NEWTRUE": True, "NEWFALSE": False}[instruction.name])
            case "BININT" | "BININT1" | "BININT2" | "LONG1" | "BINUNICODE":
                stack.append(argument)
            case "GLOBAL":
                stack.append(Name(argument))
            case "BINPUT" | "LONG_BINPUT":
                memory[argument] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(memory[argument])
            case "EMPTY_TUPLE":
                stack.append(())
            case "EMPTY_DICT":
                stack.append({})
            case "EMPTY_LIST":
                stack.append([])
            case "TUPLE1" | "TUPLE2" | "TUPLE3":
                length = int(instruction.name[-1])
                stack[-length:] = [tuple(stack[-length:])]
            case "TUPLE":
                stack.append(tuple(_items(stack)))
            case "APPEND":
                item = stack.pop()
                stack[-1].append(item)
            case "APPENDS":
                items = _items(stack)
                stack[-1].extend(items)
            case "SETITEM":
                value, key = stack.pop(), stack.pop()
                stack[-1][key] = value
            case "SETITEMS":
                items = _items(stack)
                stack[-1].update(zip(items[::2], items[1::2], strict=True))
            case "BINPERSID":
                _, kind, key, _, values, *_ = stack.pop()
                stack.append(Storage(kind, key, values))
            case "REDUCE":
                arguments, name = stack.pop(), stack.pop()
                stack.append(_made(name, arguments))
            case "BUILD":  # versions of the modules, an attribute of the dictionary
                stack.pop()
            case other:
                raise ValueError(f"its instruction {other} is not allowed")
    raise ValueError("it is cut off")


def _items(stack: list[Any]) -> list[Any]:
    """Take the items since the last mark from the stack."""
    items: list[Any] = []
    while not isinstance(item := stack.pop(), _Mark):
        items.append(item)
    return items[::-1]


def _made(name: object, arguments: tuple[Any, ...]) -> Any:
    """Return what a call describes."""
    if name == DICTIONARY and not arguments:
        return {}
    if name == TENSOR and isinstance(arguments[0], Storage):
        return Tensor(*arguments[:4])
    raise ValueError(f"it calls {name}, which is not allowed")
