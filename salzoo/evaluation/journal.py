"""A journal of finished images, from which an interrupted evaluation is resumed."""

import errno
import glob
import hashlib
import json
import logging
import os
from typing import Any

from salzoo.utils.errors import InputError
from salzoo.utils.files import open_no_link
from salzoo.utils.json_files import parse_json
from salzoo.utils.regular_files import open_regular
from salzoo.utils.wording import counted

LOG = logging.getLogger("salzoo")


class Journal:
    """A file with one line per finished image, in the folder of the evaluation.

    It belongs to one fingerprint: all settings and inputs that decide the numbers.
    Opening it removes journals of other fingerprints, with a warning, and cuts off an
    incomplete last line.

    Args:
        folder: folder of the evaluation; made if it does not exist.
        fingerprint: {part: plain values for JSON}.

    Attributes:
        path: the file.
        done: {image: its entry}, from an earlier call.
    """

    def __init__(self, folder: str | os.PathLike[str], fingerprint: dict[str, Any]) -> None:
        header = json.dumps(fingerprint, sort_keys=True)
        name = hashlib.sha256(header.encode()).hexdigest()[:16]
        self.path = os.path.join(folder, f".unfinished-{name}.jsonl")
        os.makedirs(folder, exist_ok=True)
        for other in _journals(folder):
            if other != self.path:
                _discard(other, fingerprint)
        self.done: dict[str, dict[str, Any]] = {}
        self._file = open_no_link(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        self._read(header)
        if self.done:
            LOG.info("Resuming after %s", counted(len(self.done), "evaluated image"))

    def _read(self, header: str) -> None:
        """Read the complete lines and cut off the rest; write the header to an empty file."""
        with open_regular(self.path) as file:
            lines = file.readlines()
        whole = 0
        for number, line in enumerate(lines):
            entry = _parsed(line)
            if entry is None:
                break
            image = entry.pop("image", None) if number else ""
            if not isinstance(image, str) or (number == 0 and entry != json.loads(header)):
                break
            whole += len(line)
            if number:
                self.done[image] = entry
        os.ftruncate(self._file, whole)
        if whole == 0:
            self._append(header)

    def add(self, image: str, entry: dict[str, Any]) -> None:
        """Append the entry of an image.

        Args:
            image: its name.
            entry: plain values for JSON.
        """
        self._append(json.dumps({"image": image, **entry}))

    def _append(self, line: str) -> None:
        # One write per line: after a kill, all lines but the last are complete.
        content = line.encode() + b"\n"
        try:
            written = os.write(self._file, content)
        except OSError as error:
            raise OSError(error.errno, error.strerror, self.path) from error
        if written < len(content):  # what the disk had room for; the next call removes it
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.path)

    def close(self) -> None:
        """Close the file and keep it for the next call."""
        os.close(self._file)


def remove_journals(folder: str | os.PathLike[str]) -> None:
    """Remove all journals of a folder, whose evaluation is written."""
    for path in _journals(folder):
        os.remove(path)


def _journals(folder: str | os.PathLike[str]) -> list[str]:
    return glob.glob(os.path.join(glob.escape(os.fspath(folder)), ".unfinished-*.jsonl"))


def _parsed(line: bytes) -> dict[str, Any] | None:
    """Return the dict of a complete line, None of any other line."""
    try:
        entry = parse_json(line.decode(), "a line", allow_nan=True)
    except (UnicodeDecodeError, InputError):
        return None
    return entry if line.endswith(b"\n") and isinstance(entry, dict) else None


def _discard(path: str, fingerprint: dict[str, Any]) -> None:
    """Remove a journal of another fingerprint and log which parts differ."""
    with open_regular(path) as file:
        before = _parsed(file.readline()) or {}
    changed = [part for part in fingerprint if before.get(part) != fingerprint[part]]
    os.remove(path)
    LOG.warning(
        "an unfinished evaluation in %s was discarded: it had other %s",
        os.path.dirname(path),
        ", ".join(changed),
    )
