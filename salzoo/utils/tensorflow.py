"""Import of TensorFlow without its start-up messages."""

import contextlib
import gc
import os
import sys
from collections.abc import Iterator

from salzoo.utils.errors import InputError


def load_tensorflow() -> None:
    """Import TensorFlow and initialise its devices, without what its C++ code prints.

    Some of these messages ignore TF_CPP_MIN_LOG_LEVEL. If that variable is 0, all of them
    are printed.

    Raises:
        InputError: KERAS_BACKEND selects another backend.
    """
    if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
        raise InputError(
            f"KERAS_BACKEND is {os.environ['KERAS_BACKEND']}: the commands run on tensorflow; "
            "unset it. (Models, layers and losses run on every backend, from Python.)"
        )
    quiet = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") != "0"
    # An import creates objects that stay; garbage collection meanwhile takes a fifth of the time.
    gc.disable()
    try:
        with _without_stderr() if quiet else contextlib.nullcontext():
            import tensorflow as tf

            tf.zeros(1)
    finally:
        gc.freeze()
        gc.enable()


@contextlib.contextmanager
def _without_stderr() -> Iterator[None]:
    """Discard what is written to file descriptor 2, by C++ code too."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "w") as null_device:
        os.dup2(null_device.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
