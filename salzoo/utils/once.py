"""Warnings that are told once a process, however often their cause is met."""

import logging

LOG = logging.getLogger("salzoo")
_TOLD: set[tuple[str, str]] = set()


def warn_once(message: str, about: object = "") -> None:
    """Log a warning, unless the same was logged before.

    Args:
        message: a sentence.
        about: file or folder that it is about, if the message does not name it.
    """
    key = (message, str(about))
    if key not in _TOLD:
        _TOLD.add(key)
        LOG.warning("%s", message)


def forget() -> None:
    """Tell everything again."""
    _TOLD.clear()
