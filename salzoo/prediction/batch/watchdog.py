"""Ends a worker process in which an image takes too long or too much memory.

A network that hangs cannot be interrupted otherwise. The worker is started again, and its images
are tried again. (Where C code hangs that lets no other thread run, the scheduler misses the worker
after its `worker-ttl` of five minutes.)
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

# Seconds between looks; exit status of the process.
PERIOD, STATUS = 0.25, 75


class _Watched(NamedTuple):
    deadline: float
    reason: str
    tell: Callable[[str], None]


_watched: dict[int, _Watched] = {}
_lock = threading.Lock()
_thread: threading.Thread | None = None
_memory_limit = 0


@contextlib.contextmanager
def watch(seconds: float, memory: int, tell: Callable[[str], None]) -> Iterator[None]:
    """Watch what this thread does within the block.

    Args:
        seconds: that it may take.
        memory: bytes that the process may have; 0: any number.
        tell: function that notes the reason before the process is ended.
    """
    global _thread, _memory_limit
    key = threading.get_ident()
    reason = f"it took more than {seconds:g} seconds"
    with _lock:
        _memory_limit = memory
        _watched[key] = _Watched(time.monotonic() + seconds, reason, tell)
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_look, daemon=True)
            _thread.start()
    try:
        yield
    finally:
        with _lock:
            _watched.pop(key, None)


def _look() -> None:
    import psutil

    process = psutil.Process()
    while True:
        time.sleep(PERIOD)
        with _lock:
            watched = list(_watched.values())
        if not watched:
            continue
        now = time.monotonic()
        late = [one for one in watched if one.deadline < now]
        for one in late:
            _end(one, one.reason)
        if _memory_limit and process.memory_info().rss > _memory_limit:
            for one in watched:
                one.tell(f"it took more than {_memory_limit / 1e9:.1f} GB of memory")
            os._exit(STATUS)


def _end(watched: _Watched, reason: str) -> None:
    # Where the results are written may hang too.
    thread = threading.Thread(target=watched.tell, args=(reason,), daemon=True)
    thread.start()
    thread.join(10)
    os._exit(STATUS)
