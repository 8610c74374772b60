"""Locks between processes, by files."""

import contextlib
import logging
import os
from collections.abc import Iterator

from salzoo.utils.files import Path

LOG = logging.getLogger("salzoo")


@contextlib.contextmanager
def one_at_a_time(path: Path, doing: str = "fetching the same") -> Iterator[None]:
    """Let one process work at a time; others wait for it.

    Args:
        path: of the lock's file; folders above it are created.
        doing: what the process does, for the message to those that wait.
    """
    import filelock

    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    lock = filelock.FileLock(path)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        LOG.info("Another process is %s (%s); waiting for it.", doing, path)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
