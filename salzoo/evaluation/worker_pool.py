"""A pool of worker processes that are started without the state of this process."""

import concurrent.futures
import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from salzoo.utils.errors import InputError

# Without a limit, BLAS starts one thread per core in every worker.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# Tasks that are finished or waiting, in addition to the running ones.
_WAITING = 2
_function: Callable[..., Any] | None = None


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def results(
    function: Callable[..., Any], tasks: Iterable[tuple[Any, tuple[Any, ...]]], jobs: int
) -> Iterator[tuple[Any, Any]]:
    """Compute a function of many arguments in worker processes.

    Tasks are taken in this process and thread, only a few ahead of the work, so memory
    stays bounded.

    Args:
        function: pickled once for each worker process.
        tasks: iterable of (key, arguments); arguments are pickled.
        jobs: number of worker processes; 1: compute in this process.

    Yields:
        (key, function(*arguments)), in the order in which they are finished.

    Raises:
        InputError: a worker process died.
    """
    if jobs == 1:
        for key, arguments in tasks:
            yield key, function(*arguments)
        return
    pool = concurrent.futures.ProcessPoolExecutor(
        jobs, multiprocessing.get_context("spawn"), _begin, (function,)
    )
    keys = {}
    try:
        for key, arguments in tasks:
            with _fresh_start():
                keys[pool.submit(_call, *arguments)] = key
            if len(keys) >= jobs + _WAITING:
                yield from _finished(keys)
        while keys:
            yield from _finished(keys)
    except BrokenProcessPool as error:
        raise InputError(
            "A worker process died, most likely of too little memory; give a lower number of "
            "`jobs`. The finished images are kept."
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _finished(keys: dict[concurrent.futures.Future[Any], Any]) -> Iterator[tuple[Any, Any]]:
    """Wait for at least one task, remove the finished ones from `keys` and yield them."""
    done, _ = concurrent.futures.wait(keys, return_when=concurrent.futures.FIRST_COMPLETED)
    for future in done:
        yield keys.pop(future), future.result()


@contextlib.contextmanager
def _fresh_start() -> Iterator[None]:
    """Set what worker processes inherit when `submit` starts them.

    An empty main module, so that they do not run the program again; BLAS with one
    thread; Ctrl-C blocked, which only this process handles.
    """
    main, before = sys.modules["__main__"], {name: os.environ.get(name) for name in ONE_THREAD}
    can_block = hasattr(signal, "pthread_sigmask")  # not on Windows
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if can_block else set()
    sys.modules["__main__"] = types.ModuleType("__main__")
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if can_block:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _begin(function: Callable[..., Any]) -> None:
    """Initialise a worker process: keep the function, and exit when the parent exits."""
    global _function
    _function = function
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _call(*arguments: Any) -> Any:
    assert _function is not None
    return _function(*arguments)
