"""Import of TensorFlow without its start-up messages."""

import contextlib
import gc
import importlib.util
import os
import sys

from salzoo.utils.backend import TENSORFLOW
from salzoo.utils.errors import InputError
from salzoo.utils.standard_error import without_stderr

# Where salzoo computed with TensorFlow first; children inherit it.
_first_process: int | None = None


def has_tensorflow() -> bool:
    """Return whether TensorFlow and Keras are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("tensorflow", "keras"))


def load_tensorflow(backend: str = TENSORFLOW) -> None:
    """Import TensorFlow and initialise its devices, without what its C++ code prints.

    Some of these messages ignore TF_CPP_MIN_LOG_LEVEL. If that variable is 0, all of them
    are printed.

    Args:
        backend: of Keras; for another one than tensorflow, TensorFlow takes no GPU.

    Raises:
        InputError: KERAS_BACKEND selects another backend, or TensorFlow is not installed.
    """
    if os.environ.get("KERAS_BACKEND", TENSORFLOW) != backend:
        raise InputError(
            f"KERAS_BACKEND is {os.environ['KERAS_BACKEND']}: this command runs on tensorflow; "
            "unset it. (Models, layers and losses run on every backend, from Python.)"
        )
    if sys.modules.get("tensorflow") is not None:
        return
    missing = [name for name in ("tensorflow", "keras") if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(
            f"This needs {' and '.join(missing)}, not installed here: pip install "
            f"{' '.join(missing)}."
        )
    quiet = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") != "0"
    # An import creates objects that stay; garbage collection meanwhile takes a fifth of the time.
    gc.disable()
    try:
        with without_stderr() if quiet else contextlib.nullcontext():
            import tensorflow as tf

            if backend != TENSORFLOW:
                tf.config.set_visible_devices([], "GPU")
            tf.zeros(1)
    finally:
        gc.freeze()
        gc.enable()


def check_process() -> None:
    """Check that TensorFlow can compute in this process, before it does.

    A child that is forked after TensorFlow has computed lacks its threads and would wait for them
    forever.

    Raises:
        InputError: this is such a child, of a process in which salzoo has computed.
    """
    global _first_process
    _first_process = _first_process or os.getpid()
    if os.getpid() != _first_process:
        raise InputError(
            "This process was forked after salzoo had loaded or run a model, and TensorFlow would "
            "hang in it; start processes with multiprocessing.get_context('spawn'), or load the "
            "first model in the child."
        )
