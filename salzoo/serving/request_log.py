"""Logs of the server: one JSON object a line, on the standard error stream.

No line has the content of an image, a token, a query or a name that a client gave to a file.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from typing import Any

LOGGER = logging.getLogger("salzoo.serving")


class JsonFormatter(logging.Formatter):
    """Formats a record as a JSON object in ASCII, whose texts cannot move a cursor."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a line."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "process": os.getpid(),
            "event": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str).replace("\x7f", "\\u007f")


def open_log() -> None:
    """Send the logs of salzoo and of the HTTP server to the standard error stream."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    for name, level in (("salzoo", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)


def log(event: str, level: str = "info", **fields: Any) -> None:
    """Write a line.

    Args:
        event: what happened.
        level: "info", "warning" or "error".
        **fields: values for JSON.
    """
    LOGGER.log(logging.getLevelNamesMapping()[level.upper()], event, extra={"fields": fields})
