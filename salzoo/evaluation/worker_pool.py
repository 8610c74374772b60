"""Work on all cores: in this process, or in others that start afresh."""

import concurrent.futures
import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import types
from concurrent.futures.process import BrokenProcessPool

from salzoo.utils.errors import InputError

# BLAS would start as many threads in every worker as there are cores.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# Tasks that are finished or waiting, beside those in work.
_WAITING = 2
_function = None


def cores():
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def results(function, tasks, jobs):
    """Yield (key, function(*arguments)) of tasks, in the order in which they are finished.

    Tasks are made as they are needed, in this process and thread, and only a few
    ahead of the work, so memory stays bounded.

    Args:
        function: pickled once for each worker process.
        tasks: iterable of (key, arguments); arguments are pickled.
        jobs: worker processes; 1: the work is done in this one.

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


def _finished(keys):
    """Wait for a task or more, and take them off `keys`."""
    done, _ = concurrent.futures.wait(keys, return_when=concurrent.futures.FIRST_COMPLETED)
    for future in done:
        yield keys.pop(future), future.result()


@contextlib.contextmanager
def _fresh_start():
    """What worker processes inherit while they are started (`submit` starts them).

    An empty main module, since they need nothing of the program's own and must
    not run it again; BLAS on one thread; Ctrl-C held back, which is this process's
    to answer.
    """
    main, before = sys.modules["__main__"], {name: os.environ.get(name) for name in ONE_THREAD}
    held = hasattr(signal, "pthread_sigmask")
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if held else None
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
        if held:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _begin(function):
    """Start of a worker process: keep the function, and end when the parent ends."""
    global _function
    _function = function
    parent = multiprocessing.parent_process()

    def watch():
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _call(*arguments):
    return _function(*arguments)
