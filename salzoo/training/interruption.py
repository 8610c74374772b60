"""Ctrl-C between the steps of a training."""

import contextlib
import signal
import threading
from collections.abc import Iterator


class Interruption:
    """Waits with Ctrl-C until a step is complete.

    A step of JAX reuses the memory of weights and optimizer; what is interrupted in the middle of
    it has neither the old nor the new ones.

    Attributes:
        pressed: whether Ctrl-C was pressed.
    """

    def __init__(self) -> None:
        self.pressed = False

    @contextlib.contextmanager
    def after_steps(self) -> Iterator[None]:
        """Provide a context in which Ctrl-C sets `pressed`; a second one interrupts at once."""
        before = signal.getsignal(signal.SIGINT)
        in_main = threading.current_thread() is threading.main_thread()
        if not in_main or before is not signal.default_int_handler:
            yield
            return

        def press(*_: object) -> None:
            self.pressed = True
            signal.signal(signal.SIGINT, before)

        signal.signal(signal.SIGINT, press)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def act(self) -> None:
        """Interrupt if Ctrl-C was pressed.

        Raises:
            KeyboardInterrupt: it was.
        """
        if self.pressed:
            raise KeyboardInterrupt
