"""Constants of TensorFlow graphs: frozen graphs (GraphDef) and SavedModels, as data.

A frozen graph is a program in which the trained weights are nodes of the kind Const. Only these
nodes are read; neither TensorFlow nor any operation of the file is involved. In a SavedModel they
may be in functions that call one another, so the constants of all functions are collected.

Numbers of fields: `graph.proto`, `function.proto`, `node_def.proto`, `attr_value.proto`,
`tensor.proto`, `saved_model.proto` and `meta_graph.proto` of TensorFlow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from salzoo.models.importers.protobuf import Message
from salzoo.utils.errors import InputError, shorten

FLOAT = 1
MOST_AXES = 8


@dataclass(frozen=True)
class Constant:
    """A constant of a graph, whose values are read only when they are asked for.

    Attributes:
        name: Of its node.
        shape: Of its values.
        tensor: The encoded TensorProto.
    """

    name: str
    shape: tuple[int, ...]
    tensor: Message

    def values(self) -> np.ndarray:
        """Return the values, float32. Check `shape` before.

        Raises:
            InputError: Their number does not fit the shape.
        """
        count = math.prod(self.shape)
        content = (self.tensor.blocks(4) or [memoryview(b"")])[-1]
        if len(content) % 4:
            raise self.tensor.damaged(f"{shorten(self.name)}: {len(content)} bytes of float32")
        # A tensor of one repeated value is written as this value.
        values = np.frombuffer(content, "<f4") if len(content) else self.tensor.floats(5)
        if len(values) not in (count, 1):
            raise self.tensor.damaged(f"{shorten(self.name)}: {len(values)} of {count} values")
        if len(values) < count:
            values = np.broadcast_to(values, count)
        return values.reshape(self.shape)


def read_constants(content: bytes, where: str) -> list[Constant]:
    """Return all float32 constants of a graph and its functions.

    Args:
        content: Of a frozen graph or of the saved_model.pb of a SavedModel.
        where: Path of the file, for messages.

    Raises:
        InputError: It is damaged or no graph.
    """
    message = Message(memoryview(content), where)
    constants = [constant for graph in _graphs(message) for constant in _constants(graph)]
    if not constants:
        raise InputError(f"{where} is no frozen graph and no SavedModel with its weights inside.")
    return constants


def _graphs(message: Message) -> list[Message]:
    """Return the graphs of a SavedModel; a GraphDef is one."""
    if message.has(2) and not message.is_bytes(1):  # a schema version, not nodes
        return [meta_graph.message(2) for meta_graph in message.messages(2)]
    return [message]


def _constants(graph: Message) -> Iterator[Constant]:
    nodes = [*graph.messages(1)]
    for function in graph.message(2).messages(1):
        nodes += function.messages(3)
    for node in nodes:
        if node.text(2) == "Const":
            tensor = _value(node)
            if tensor.integer(1) == FLOAT:
                yield Constant(node.text(1), _shape(tensor), tensor)


def _value(node: Message) -> Message:
    """Return the TensorProto of a node's attribute "value"."""
    values = [entry.message(2) for entry in node.messages(5) if entry.text(1) == "value"]
    return values[0].message(8) if values else Message(memoryview(b""), node.where)


def _shape(tensor: Message) -> tuple[int, ...]:
    shape = tuple(axis.integer(1) for axis in tensor.message(2).messages(2))
    if len(shape) > MOST_AXES or any(length < 0 for length in shape):
        raise tensor.damaged(f"a shape of {shorten(shape)}")
    return shape
