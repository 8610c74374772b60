"""The array operations of `salzoo.data.operations` on TensorFlow tensors, in graphs and eagerly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from salzoo.data.operations import NumpyOperations


def _of_numbers_too(name: str) -> Any:
    """Return an operation that gives a number where all arguments are numbers, known now."""
    of_tensors, of_numbers = getattr(tf, name.replace("absolute", "abs")), getattr(np, name)

    def operation(*values: Any) -> Any:
        known = all(isinstance(value, int | float | np.generic) for value in values)
        return (of_numbers if known else of_tensors)(*values)

    return staticmethod(operation)


class TensorOperations(NumpyOperations):
    """The operations on tensors; sizes are ints where they are known, else int64 scalars."""

    absolute = _of_numbers_too("absolute")
    floor = staticmethod(tf.floor)
    matmul = staticmethod(tf.matmul)
    maximum = _of_numbers_too("maximum")
    minimum = _of_numbers_too("minimum")
    round = staticmethod(tf.round)
    sqrt = staticmethod(tf.sqrt)
    stack = staticmethod(tf.stack)
    transpose = staticmethod(tf.transpose)

    @staticmethod
    def size(size: Any) -> tuple[Any, Any]:
        """Return (rows, columns) as two numbers."""
        if not isinstance(size, tuple | list | np.ndarray):
            known = tf.get_static_value(size)
            size = tf.unstack(tf.cast(size, tf.int64)) if known is None else known
        rows, columns = (
            int(side) if isinstance(side, int | np.generic) else tf.cast(side, tf.int64)
            for side in size
        )
        return rows, columns

    @staticmethod
    def shape(values: Any) -> tuple[Any, ...]:
        """Return the sides of an array."""
        known = values.shape.as_list() if isinstance(values, tf.Tensor) else [*np.shape(values)]
        if None not in known:
            return tuple(known)
        found = tf.unstack(tf.shape(values, tf.int64))
        return tuple(f if side is None else side for f, side in zip(found, known, strict=True))

    @staticmethod
    def with_shape(values: Any, shape: Sequence[int | None]) -> Any:
        """Return the values, of which this shape is known."""
        values.set_shape(shape)
        return values

    @staticmethod
    def where(condition: Any, yes: Any, no: Any) -> Any:
        """Return `yes` where the condition is true, else `no`."""
        if isinstance(condition, bool | np.bool_):
            return yes if condition else no
        yes, no = (tf.constant(v, tf.int64) if isinstance(v, int) else v for v in (yes, no))
        return tf.where(condition, yes, no)

    @staticmethod
    def reshape(values: Any, shape: Sequence[Any]) -> Any:
        """Return the values in another shape."""
        if any(isinstance(side, tf.Tensor) for side in shape):
            shape = tf.stack([tf.cast(side, tf.int64) for side in shape])
        return tf.reshape(values, shape)

    @staticmethod
    def arange(count: Any, dtype: str) -> Any:
        """Return 0 to `count` - 1."""
        return tf.cast(tf.range(tf.cast(count, tf.int64)), dtype)

    @staticmethod
    def cast(values: Any, dtype: str) -> Any:
        """Return the values in another type."""
        return tf.cast(values, dtype)

    @staticmethod
    def take(values: Any, index: Any, axis: int) -> Any:
        """Return the values at the places `index` of an axis."""
        return tf.gather(values, index, axis=axis)

    @staticmethod
    def pad(values: Any, sides: Sequence[tuple[Any, Any]]) -> Any:
        """Return the values with zeros before and after each axis."""
        stacked = [tf.stack([tf.cast(side, tf.int64) for side in pair]) for pair in sides]
        return tf.pad(values, tf.stack(stacked))

    @staticmethod
    def flip(values: Any, axis: int) -> Any:
        """Return the values in reverse order along an axis."""
        return tf.reverse(values, [axis])

    @staticmethod
    def sum(values: Any, axes: Sequence[int]) -> Any:
        """Return the sum along axes, which stay with one element."""
        return tf.reduce_sum(values, axes, keepdims=True)

    @staticmethod
    def min(values: Any, axes: Sequence[int]) -> Any:
        """Return the minimum along axes, which stay with one element."""
        return tf.reduce_min(values, axes, keepdims=True)

    @staticmethod
    def max(values: Any, axes: Sequence[int]) -> Any:
        """Return the maximum along axes, which stay with one element."""
        return tf.reduce_max(values, axes, keepdims=True)

    @staticmethod
    def divide(values: Any, by: Any) -> Any:
        """Return the quotient, 0 where the divisor is 0."""
        return tf.math.divide_no_nan(values, by)


TENSORFLOW = TensorOperations()
