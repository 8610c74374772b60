"""Progress of a batch: a bar on a terminal, else a line a minute."""

from __future__ import annotations

import logging
import sys
import time

from tqdm import tqdm

from salzoo.utils.wording import counted

LOG = logging.getLogger("salzoo")
LINE_SECONDS = 60.0


class BatchProgress:
    """Shows how many images are done, images per second and the time that is left.

    Args:
        given: number of images.
        before: number of those that earlier commands have done.
        quiet: show nothing.
    """

    def __init__(self, given: int, before: int, quiet: bool) -> None:
        self._given, self._before, self._done = given, before, before
        is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._bar = tqdm(
            total=given, initial=before, unit="image", disable=quiet or not is_terminal
        )
        self._lines = not quiet and not is_terminal
        self._begun = self._told = time.monotonic()

    def add(self, images: int) -> None:
        """Count images that are finished."""
        self._done += images
        self._bar.update(images)
        now = time.monotonic()
        if self._lines and now - self._told >= LINE_SECONDS:
            self._told = now
            LOG.info("%s", self.line(now - self._begun))

    def line(self, seconds: float) -> str:
        """Return what a log shows.

        Args:
            seconds: since the begin.
        """
        rate = (self._done - self._before) / max(seconds, 1e-9)
        left = (self._given - self._done) / rate if rate else 0
        minutes = f"{int(left // 3600)} h {int(left % 3600 // 60)} min left"
        return f"{self._done:,} of {counted(self._given, 'image')}, {rate:.1f} images/s, {minutes}"

    def close(self) -> None:
        """Leave the bar as it is."""
        self._bar.close()
