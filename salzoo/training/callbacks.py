"""Callbacks of a training: checks and checkpoints after each step, progress on the terminal."""

import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from salzoo.training.checkpoint import Progress
from salzoo.training.interruption import Interruption
from salzoo.utils.errors import InputError
from salzoo.utils.wording import duration

# A killed process loses at most this much work.
SAVE_EVERY_SECONDS = 600
# Time between two lines about a running epoch.
LINE_EVERY_SECONDS = 60


def divergence_error(
    what: str, value: float, progress: Progress, seed: int, step: int
) -> InputError:
    """Return the error for a loss that is not finite.

    Args:
        what: "loss" or "validation loss".
        value: of the loss.
        progress: of the run.
        seed: of the run.
        step: 1-based number of the step after which it was computed.
    """
    epoch, before = divmod(step - 1, progress.steps_an_epoch)
    names = ", ".join(progress.pipeline.names(seed, epoch, before))
    return InputError(
        f"The {what} is {value} at epoch {epoch + 1}, step {before + 1}, with the images "
        f"{names}; lower `learning_rate` or check these images."
    )


class EpochProgressBar(keras.callbacks.ProgbarLogger):
    """Keras' progress bar with the number of epochs of the run; `fit` gets one at a time.

    Args:
        epochs: of the run.
    """

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self.run_epochs = epochs

    def set_params(self, params: dict[str, Any]) -> None:
        """Replace the number of epochs."""
        super().set_params({**params, "epochs": self.run_epochs})


class Watch(keras.callbacks.Callback):
    """Callback that saves metrics and checkpoints, and stops when the loss is not finite.

    Args:
        progress: of the run.
        seed: of the run.
        interruption: of the call of `fit`.
    """

    def __init__(self, progress: Progress, seed: int, interruption: Interruption) -> None:
        super().__init__()
        self.progress = progress
        self.seed = seed
        self.interruption = interruption
        self.first, self.end = progress.steps, progress.next_stop
        self.before: list[np.ndarray] | None = None  # metrics before a batch that is filled up

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Restore the metrics."""
        self.progress.begin()

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Keep the metrics before a batch that is filled up."""
        last = (self.first + batch + 1) % self.progress.steps_an_epoch == 0
        if last and self.progress.pipeline.plan.fill > 1:
            self.before = self.progress.metric_values()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Check the loss; save a checkpoint if the last one is long ago, or at a signal.

        Raises:
            InputError: the loss is not finite.
            KeyboardInterrupt: there was Ctrl-C or SIGTERM during the step.
        """
        progress = self.progress
        done = self.first + batch + 1
        loss = (logs or {})["loss"]
        if not np.isfinite(loss):
            raise divergence_error("loss", loss, progress, self.seed, done)
        if self.before is not None:
            progress.leave_out_filling(self.before)
            self.before = None
        if self.interruption.waits:
            progress.save_last()
            self.interruption.act()
        if (
            progress.writes
            and done < self.end
            and time.monotonic() - progress.saved_at > SAVE_EVERY_SECONDS
        ):
            progress.save_last()

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Save the metrics of the training and validate the averages."""
        self.progress.end()
        self.progress.average()

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Stop at Ctrl-C and SIGTERM.

        Raises:
            KeyboardInterrupt: there was one during the step.
        """
        self.interruption.act()


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
        elif now - self.printed >= LINE_EVERY_SECONDS:
            self.printed = now
            done, speed = self.first + batch + 1, batch / (now - self.start)
            values = ", ".join(f"{name} {value:.4g}" for name, value in (logs or {}).items())
            left = duration((self.total - done) / speed)
            line = f"step {done:,} of {self.total:,}: {values}, {speed:.3g} steps/s, {left} left"
            print(line, flush=True)
