"""Conversion of TensorFlow functions to LiteRT, in one place."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import absl.logging
import tensorflow as tf


def convert_to_litert(function: Any, precision: str = "float32") -> bytes:
    """Convert a function to the content of a LiteRT file.

    Args:
        function: tf.function with an input signature.
        precision: "float32"; "float16", of the stored weights; or "int8": weights are stored, and
            convolutions computed, in int8 with ranges that are found for each image.
    """
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    # As constants: from variables the converter makes a file without weights.
    frozen = convert_variables_to_constants_v2(function.get_concrete_function())
    # Not with the network as a second argument, as TensorFlow advises: it would forget the number
    # of channels after each upsampling, and then refuse what follows.
    with _without_advice():
        converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    if precision != "float32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if precision == "float16":
        converter.target_spec.supported_types = [tf.float16]
    return converter.convert()


@contextlib.contextmanager
def _without_advice() -> Iterator[None]:
    """Let libraries log errors only."""
    before = absl.logging.get_verbosity()
    absl.logging.set_verbosity(absl.logging.ERROR)
    try:
        yield
    finally:
        absl.logging.set_verbosity(before)
