"""The array operations of `salzoo.data.operations` on TensorFlow tensors, in graphs and eagerly."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
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


@functools.cache
def _shared(function: Callable[[Any, Any], Any]) -> Any:
    """Return a function that is traced once, not at each of its many places in a graph."""
    signature = [tf.TensorSpec([None] * 4, tf.float32), tf.TensorSpec([], tf.int32)]
    return tf.function(function, input_signature=signature, autograph=False)


class TensorOperations(NumpyOperations):
    """The operations on tensors; sizes are ints where they are known, else int32 scalars."""

    integer = "int32"  # LiteRT cannot divide others

    absolute = _of_numbers_too("absolute")
    exp = staticmethod(tf.exp)
    floor = staticmethod(tf.floor)
    matmul = staticmethod(tf.matmul)
    maximum = _of_numbers_too("maximum")
    minimum = _of_numbers_too("minimum")
    round = staticmethod(tf.round)
    sqrt = staticmethod(tf.sqrt)
    stack = staticmethod(tf.stack)
    tile = staticmethod(tf.tile)
    transpose = staticmethod(tf.transpose)

    @staticmethod
    def size(size: Any) -> tuple[Any, Any]:
        """Return (rows, columns) as two numbers."""
        if not isinstance(size, tuple | list | np.ndarray):
            known = tf.get_static_value(size)
            size = tf.unstack(tf.cast(size, tf.int32)) if known is None else known
        rows, columns = (
            int(side) if isinstance(side, int | np.generic) else tf.cast(side, tf.int32)
            for side in size
        )
        return rows, columns

    @staticmethod
    def shape(values: Any) -> tuple[Any, ...]:
        """Return the sides of an array."""
        known = values.shape.as_list() if isinstance(values, tf.Tensor) else [*np.shape(values)]
        if None not in known:
            return tuple(known)
        found = tf.unstack(tf.shape(values, tf.int32))
        return tuple(f if side is None else side for f, side in zip(found, known, strict=True))

    @staticmethod
    def call(function: Callable[[Any, Any], Any], images: Any, target: Any) -> Any:
        """Return function(images, target), images of `target` rows; graphs share its body."""
        resized = _shared(function)(tf.cast(images, tf.float32), tf.cast(target, tf.int32))
        rows = target if isinstance(target, int) else None
        resized.set_shape([images.shape[0], rows, *images.shape[2:]])
        return resized

    @staticmethod
    def with_shape(values: Any, shape: Sequence[int | None]) -> Any:
        """Return the values, of which this shape is known."""
        values.set_shape(shape)
        # Converters forget it, unless an operation with constants says it again.
        if sum(side is None for side in shape) < 2:
            return tf.reshape(values, [-1 if side is None else side for side in shape])
        if shape[-1] is not None:
            return tf.gather(values, list(range(shape[-1])), axis=-1)
        return values

    @staticmethod
    def where(condition: Any, yes: Any, no: Any) -> Any:
        """Return `yes` where the condition is true, else `no`."""
        if isinstance(condition, bool | np.bool_):
            return yes if condition else no
        yes, no = (tf.constant(v, tf.int32) if isinstance(v, int) else v for v in (yes, no))
        return tf.where(condition, yes, no)

    @staticmethod
    def reshape(values: Any, shape: Sequence[Any]) -> Any:
        """Return the values in another shape."""
        if any(isinstance(side, tf.Tensor) for side in shape):
            shape = tf.stack([tf.cast(side, tf.int32) for side in shape])
        return tf.reshape(values, shape)

    @staticmethod
    def arange(count: Any, dtype: str) -> Any:
        """Return 0 to `count` - 1."""
        return tf.cast(tf.range(tf.cast(count, tf.int32)), dtype)

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
        stacked = [tf.stack([tf.cast(side, tf.int32) for side in pair]) for pair in sides]
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
