"""TensorFlow's start-up notes are not for the person who asked for a map."""

import contextlib
import gc
import os
import sys

from salzoo.utils.errors import InputError


def load_tensorflow():
    """Import TensorFlow and wake its devices, without what its C++ code prints meanwhile.

    Some of these notes ignore TF_CPP_MIN_LOG_LEVEL. Set it to 0 to see them all.
    """
    if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
        raise InputError(
            f"KERAS_BACKEND is {os.environ['KERAS_BACKEND']}: the commands run on tensorflow; "
            "unset it. (Models, layers and losses run on every backend, from Python.)"
        )
    quiet = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") != "0"
    # Nothing of what an import leaves is garbage: to search it takes a fifth of the time.
    gc.disable()
    try:
        with _without_stderr() if quiet else contextlib.nullcontext():
            import tensorflow as tf

            tf.zeros(1)
    finally:
        gc.freeze()
        gc.enable()


@contextlib.contextmanager
def _without_stderr():
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
