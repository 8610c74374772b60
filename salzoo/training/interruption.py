"""Ctrl-C and SIGTERM between the steps of a training."""

import contextlib
import functools
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Waits with Ctrl-C and SIGTERM until a step is complete.

    A step of JAX reuses the memory of weights and optimizer; what is interrupted in the middle of
    it has neither the old nor the new ones.
    """

    def __init__(self) -> None:
        self._waiting: Callable[[], object] | None = None

    @property
    def waits(self) -> bool:
        """Whether there was a signal."""
        return self._waiting is not None

    @contextlib.contextmanager
    def after_steps(self) -> Iterator[None]:
        """Provide a context in which the first signal waits for `act`; a second acts at once."""
        before = {number: signal.getsignal(number) for number in SIGNALS}
        handled = {number: handler for number, handler in before.items() if callable(handler)}
        if threading.current_thread() is not threading.main_thread():
            handled = {}

        def wait(number: int, frame: FrameType | None) -> None:
            self._waiting = functools.partial(handled[signal.Signals(number)], number, frame)
            restore()

        def restore() -> None:
            for number, handler in handled.items():
                signal.signal(number, handler)

        for number in handled:
            signal.signal(number, wait)
        try:
            yield
        finally:
            restore()

    def act(self) -> None:
        """Do what the signal does, if there was one: usually raise KeyboardInterrupt."""
        if self._waiting is not None:
            self._waiting()
