"""A bounded queue of computations in threads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from salzoo.serving.problems import Problem, not_now
from salzoo.serving.settings import THREADS

Result = TypeVar("Result")


class WorkQueue:
    """Computes in threads; requests beyond a number are refused at once.

    Its methods are called in one event loop.

    Args:
        waiting: requests that may wait for a thread.
        patience: seconds that a request may wait.
        threads: computations at a time.
    """

    def __init__(self, waiting: int, patience: float, threads: int = THREADS) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="predict")
        self._limit, self._patience, self._threads = threads + waiting, patience, threads
        self.length = 0
        self._seconds = 0.1  # of a computation, a moving average

    def check(self) -> None:
        """Check that there is room for a request.

        Raises:
            Problem: there is none.
        """
        if self.length >= self._limit:
            raise self._full()

    async def run(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Compute in a thread.

        If the caller is cancelled, what has not begun will not begin.

        Args:
            function: to compute.
            *arguments: of the function.

        Raises:
            Problem: the queue is full, or the request has waited too long.
        """
        self.check()
        self.length += 1
        loop = asyncio.get_running_loop()
        future = self._executor.submit(self._work, time.monotonic(), function, *arguments)
        future.add_done_callback(lambda done: _tell(loop, self._finish, done))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Let no further request begin."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _work(self, queued: float, function: Callable[..., Result], *arguments: Any) -> Result:
        begun = time.monotonic()
        if begun - queued > self._patience:
            raise self._full()
        try:
            return function(*arguments)
        finally:
            self._seconds += 0.2 * (time.monotonic() - begun - self._seconds)

    def _finish(self, done: Future[Any]) -> None:
        self.length -= 1

    def _full(self) -> Problem:
        return not_now(
            "The server is busy; send the request again later.",
            self.length * self._seconds / self._threads,
            "queue",
        )


def _tell(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *arguments: Any) -> None:
    if not loop.is_closed():  # it is when a server has given up waiting
        loop.call_soon_threadsafe(function, *arguments)
