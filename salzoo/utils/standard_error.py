"""Silences C++ libraries, which write to the file descriptor of standard error."""

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def without_stderr() -> Iterator[None]:
    """Discard what is written to file descriptor 2, by C++ code too."""
    if sys.stderr is not None:
        sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # it is closed: nothing can be written
        yield
        return
    with open(os.devnull, "w") as null_device:
        os.dup2(null_device.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
