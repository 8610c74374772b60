"""Lines about a running epoch for logs, where no progress bar is shown."""

import time
from collections.abc import Callable
from typing import Any

import keras

from salzoo.utils.wording import duration

EVERY_SECONDS = 60


class LogLines(keras.callbacks.Callback):
    """Callback that prints step, losses, speed and time left about every minute.

    Args:
        first: number of steps of the run before this call of `fit`.
        total: number of steps of the whole run.
        clock: function that returns seconds.
    """

    def __init__(self, first: int, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.first, self.total, self.clock = first, total, clock
        self.start: float | None = None  # of the second step; the first one compiles the model
        self.printed = clock()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Print a line if the last one is long ago."""
        now = self.clock()
        if self.start is None:
            self.start = now
        elif now - self.printed >= EVERY_SECONDS:
            self.printed = now
            done, speed = self.first + batch + 1, batch / (now - self.start)
            values = ", ".join(f"{name} {value:.4g}" for name, value in (logs or {}).items())
            left = duration((self.total - done) / speed)
            line = f"step {done:,} of {self.total:,}: {values}, {speed:.3g} steps/s, {left} left"
            print(line, flush=True)
