"""Work on a Dask cluster: connection, checks of the workers, and tasks that outlive workers."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import importlib
import logging
import sys
import time
import types
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from functools import partial
from typing import Any, NamedTuple

from salzoo.utils.errors import InputError, shorten
from salzoo.utils.wording import counted

LOG = logging.getLogger("salzoo")
LOCAL = "local"
# Seconds to wait for the answer of a scheduler, and for the first worker.
CONNECT_SECONDS, WORKER_SECONDS = 10, 120
# Seconds after which the number of workers is asked for again.
_POLL = 5.0
# Seconds without a worker after which that is told.
_ALONE_SECONDS = 60.0
# Ctrl-C reaches all processes of a terminal; this one ends the others.
_IGNORE_INTERRUPTS = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
# Names of numbers in malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3


class WorkerDied(Exception):
    """The worker that computed a task died, was killed or was lost."""


class Outcome(NamedTuple):
    """What became of a task.

    Attributes:
        task: as it was given.
        value: that the function returned; None if it raised.
        error: that it raised, or `WorkerDied`; None if it returned.
    """

    task: Any
    value: Any
    error: Exception | None


def need(package: str) -> Any:
    """Import a package of the extra `cluster`.

    Args:
        package: its name, such as "distributed" or "pyarrow.parquet".

    Returns:
        The module.

    Raises:
        InputError: it is not installed.
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise InputError(
            f"Work on a cluster needs the package {error.name or package}; install it with pip "
            "install 'salzoo[cluster]', on every worker too."
        ) from error


def keep_memory() -> None:
    """Let this process keep freed memory for the next image, as a plain program does.

    Dask sets MALLOC_TRIM_THRESHOLD_ for its workers, with which every array of some megabytes is
    given back and fetched again: images take half as much processor time more. These are the
    limits that glibc reaches by itself.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_MMAP_THRESHOLD, 32 * 2**20)
        mallopt(_TRIM_THRESHOLD, 64 * 2**20)


@contextlib.contextmanager
def connect(cluster: Any = LOCAL, workers: int | None = None) -> Iterator[Cluster]:
    """Start a local cluster or connect to a running one.

    Args:
        cluster: "local" for processes of this machine, the address of a scheduler, or a cluster
            or client of Dask.
        workers: number of local processes, None: one a core; of another cluster the number that
            is waited for, None: one.

    Yields:
        The connection; a local cluster ends with it.

    Raises:
        InputError: Dask is not installed here or salzoo is not on a worker, no scheduler answers,
            or no worker comes.
    """
    distributed = need("distributed")
    with contextlib.ExitStack() as stack:
        is_local = isinstance(cluster, str) and cluster == LOCAL
        # Deaths of workers are told by salzoo, with what follows from them.
        stack.enter_context(_quiet())
        if is_local:
            stack.enter_context(_empty_main())
            cluster = stack.enter_context(
                distributed.LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                    preload=[_IGNORE_INTERRUPTS],
                )
            )
            workers = len(cluster.workers)
        client = cluster
        if not isinstance(cluster, distributed.Client):
            client = stack.enter_context(_open_client(distributed, cluster))
        yield Cluster(client, workers or 1)


def _open_client(distributed: Any, cluster: Any) -> Any:
    try:
        return distributed.Client(cluster, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = shorten(str(error), 120)
    # The client that failed is closed when Python collects it. If that were while another client
    # starts, the one would wait for the lock of the other for ever.
    gc.collect()
    raise InputError(
        f"`cluster` {shorten(cluster)}: no Dask scheduler answers there ({reason}); give local, or "
        "the address that `dask scheduler` prints, such as tcp://10.0.0.1:8786."
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Let Dask log no deaths and lost connections, which follow one another by dozens."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@contextlib.contextmanager
def _empty_main() -> Iterator[None]:
    """Let worker processes start without running the program of this process again.

    They are started again after a death too, so this holds as long as the cluster.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class Cluster:
    """A connection to a Dask cluster, whose workers have salzoo.

    Args:
        client: of Dask.
        workers: number of workers to wait for.

    Attributes:
        client: of Dask.
        dashboard: address of the dashboard, "" without one.

    Raises:
        InputError: no worker comes, or one has no salzoo.
    """

    def __init__(self, client: Any, workers: int) -> None:
        self.client = client
        try:
            client.wait_for_workers(workers, timeout=WORKER_SECONDS)
        except TimeoutError as error:
            found = counted(len(client.nthreads()), "worker")
            raise InputError(
                f"`cluster` {client.scheduler.address} has {found} after {WORKER_SECONDS} seconds, "
                f"not {workers}; start `dask worker {client.scheduler.address}`."
            ) from error
        self.dashboard = client.dashboard_link or ""
        self._check_versions()

    def __str__(self) -> str:
        threads = self.client.nthreads()
        place = f"{counted(len(threads), 'worker')} of {self.client.scheduler.address}"
        return f"{place}, dashboard {self.dashboard}" if self.dashboard else place

    def threads(self) -> int:
        """Return the number of tasks that are computed at the same time."""
        return sum(self.client.nthreads().values())

    def _check_versions(self) -> None:
        """Tell where versions of salzoo differ."""
        found = self.client.get_versions(check=False, packages=["salzoo"])
        here = found["client"]["packages"]["salzoo"]
        for address, worker in found["workers"].items():
            there = worker["packages"].get("salzoo")
            if there is None:
                raise InputError(
                    f"The worker {address} has no salzoo; install salzoo[cluster] {here} there."
                )
            if there != here:
                LOG.warning(
                    "the worker %s has salzoo %s, this process %s: results may differ; install the "
                    "same version",
                    *(address, there, here),
                )

    def share(self, content: bytes) -> Any:
        """Give bytes to all tasks that have the result among their arguments.

        They travel to each worker once, and are there again after its death.

        Args:
            content: of any length.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Dask warns of large arguments
            return self.client.submit(bytes, content, pure=False)

    def outcomes(self, function: Callable[..., Any], tasks: deque[Any]) -> Iterator[Outcome]:
        """Compute a function of tasks, as many at a time as keep all workers busy.

        Args:
            function: that workers import by name, or can unpickle.
            tasks: arguments of the function; they are taken from the left, and further ones may
                be added while outcomes are taken.

        Yields:
            The outcomes, in the order in which tasks end. A task is given to one worker only:
            whether it is given again after `WorkerDied` is for the caller to decide. (Dask itself
            may start it again, see its setting allowed-failures.)

        Raises:
            InputError: the scheduler is gone.
        """
        running: dict[Any, Any] = {}
        alone = time.monotonic()
        try:
            while tasks or running:
                threads = self._ask(self.threads)
                alone = self._tell_alone(alone) if not threads else time.monotonic()
                for _ in range(min(2 * max(1, threads) - len(running), len(tasks))):
                    task = tasks.popleft()
                    submit = partial(self.client.submit, pure=False, retries=0)
                    running[self._ask(submit, function, *task)] = task
                self._ask(self._wait, list(running))
                for future in [future for future in running if future.done()]:
                    outcome = self._outcome(future, running.pop(future))
                    future.release()
                    yield outcome
        finally:
            if running and self.client.status == "running":
                with contextlib.suppress(Exception):  # the scheduler may go in this moment
                    self.client.cancel(list(running), force=True)

    def _wait(self, futures: list[Any]) -> None:
        """Wait until one of some tasks has ended, for a while."""
        wait = importlib.import_module("distributed").wait
        with self.client.as_current(), contextlib.suppress(TimeoutError):
            wait(futures, timeout=_POLL, return_when="FIRST_COMPLETED")

    def _ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function that talks to the scheduler."""
        try:
            return function(*arguments)
        except (Exception, asyncio.CancelledError) as error:
            lost = isinstance(error, OSError | asyncio.CancelledError | CancelledError)
            if lost or self.client.status != "running":
                raise self._gone() from error
            raise

    def _tell_alone(self, since: float) -> float:
        """Tell once in a while that there is no worker; return since when that is to be told."""
        if time.monotonic() - since < _ALONE_SECONDS:
            return since
        LOG.warning("%s has no worker; waiting for one", self.client.scheduler.address)
        return time.monotonic()

    def _outcome(self, future: Any, task: Any) -> Outcome:
        if future.status == "finished":
            try:
                return Outcome(task, future.result(), None)
            except Exception as error:  # the result was lost with its worker
                if self.client.status != "running":
                    raise self._gone() from error
                return Outcome(task, None, WorkerDied())
        if future.status != "error":
            raise self._gone()
        raised = future.exception()
        died = type(raised).__name__ == "KilledWorker"
        return Outcome(task, None, WorkerDied() if died else raised)

    def _gone(self) -> InputError:
        return InputError(
            "The connection to the scheduler is lost; what is finished is kept, and the same "
            "command goes on from there."
        )
