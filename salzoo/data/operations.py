"""Array operations that the geometry is made of, for numpy and for TensorFlow.

The geometry is written once, in these operations. All runtimes to which models are exported have
them as well, with sizes that are unknown until an image arrives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


class NumpyOperations:
    """The operations on numpy arrays; sizes are ints.

    Attributes:
        integer: type of sizes and places.
    """

    integer = "int64"

    absolute: Any = staticmethod(np.abs)
    exp: Any = staticmethod(np.exp)
    floor: Any = staticmethod(np.floor)
    matmul: Any = staticmethod(np.matmul)
    maximum: Any = staticmethod(np.maximum)
    minimum: Any = staticmethod(np.minimum)
    reshape: Any = staticmethod(np.reshape)
    round: Any = staticmethod(np.round)  # halves to even
    sqrt: Any = staticmethod(np.sqrt)
    stack: Any = staticmethod(np.stack)
    tile: Any = staticmethod(np.tile)
    transpose: Any = staticmethod(np.transpose)
    where: Any = staticmethod(np.where)

    @staticmethod
    def size(size: Any) -> tuple[Any, Any]:
        """Return (rows, columns) as two numbers."""
        rows, columns = size
        return int(rows), int(columns)

    @staticmethod
    def shape(values: Any) -> tuple[Any, ...]:
        """Return the sides of an array."""
        return tuple(np.shape(values))

    @staticmethod
    def call(function: Callable[[Any, Any], Any], images: Any, target: Any) -> Any:
        """Return function(images, target), images of `target` rows; graphs share its body."""
        return function(images, target)

    @staticmethod
    def with_shape(values: Any, shape: Sequence[int | None]) -> Any:
        """Return the values, of which this shape is known."""
        return values

    @staticmethod
    def arange(count: Any, dtype: str) -> Any:
        """Return 0 to `count` - 1."""
        return np.arange(count, dtype=dtype)

    @staticmethod
    def cast(values: Any, dtype: str) -> Any:
        """Return the values in another type."""
        return np.asarray(values).astype(dtype, copy=False)

    @staticmethod
    def take(values: Any, index: Any, axis: int) -> Any:
        """Return the values at the places `index` of an axis."""
        return np.take(values, index, axis=axis)

    @staticmethod
    def pad(values: Any, sides: Sequence[tuple[Any, Any]]) -> Any:
        """Return the values with zeros before and after each axis."""
        return np.pad(values, sides)

    @staticmethod
    def flip(values: Any, axis: int) -> Any:
        """Return the values in reverse order along an axis."""
        return np.flip(values, axis)

    @staticmethod
    def sum(values: Any, axes: Sequence[int]) -> Any:
        """Return the sum along axes, which stay with one element."""
        return np.sum(values, axis=tuple(axes), keepdims=True)

    @staticmethod
    def min(values: Any, axes: Sequence[int]) -> Any:
        """Return the minimum along axes, which stay with one element."""
        return np.min(values, axis=tuple(axes), keepdims=True)

    @staticmethod
    def max(values: Any, axes: Sequence[int]) -> Any:
        """Return the maximum along axes, which stay with one element."""
        return np.max(values, axis=tuple(axes), keepdims=True)

    @staticmethod
    def divide(values: Any, by: Any) -> Any:
        """Return the quotient, 0 where the divisor is 0."""
        return np.where(by == 0, np.float32(0), values / np.where(by == 0, np.float32(1), by))


NUMPY = NumpyOperations()


def operations_of(*values: Any) -> Any:
    """Return the operations for values: `NUMPY`, or TensorFlow's if one of them is a tensor.

    Args:
        *values: numbers, arrays, tensors, or tuples of them.
    """
    flat = [part for value in values for part in (value if isinstance(value, tuple) else (value,))]
    if all(isinstance(value, int | float | list | np.ndarray | np.generic) for value in flat):
        return NUMPY
    from salzoo.data.tensor_operations import TENSORFLOW  # only here: numpy needs no TensorFlow

    return TENSORFLOW
