"""What an evaluation has done so far, so that it can be interrupted at any moment."""

import glob
import hashlib
import json
import logging
import os

LOG = logging.getLogger("salzoo")


class Journal:
    """A file with a line for each finished image, in the folder of the evaluation.

    It belongs to one fingerprint: of everything that decides the numbers. Journals
    of other fingerprints are removed as this one is opened, and a sentence says so.
    A torn last line is cut off.

    Args:
        folder: made if need be. fingerprint: {part: plain values for json}.

    Attributes:
        done: {image: its entry}, from the last time.
    """

    def __init__(self, folder, fingerprint):
        header = json.dumps(fingerprint, sort_keys=True)
        name = hashlib.sha256(header.encode()).hexdigest()[:16]
        self.path = os.path.join(folder, f".unfinished-{name}.jsonl")
        os.makedirs(folder, exist_ok=True)
        for other in _journals(folder):
            if other != self.path:
                _discard(other, fingerprint)
        self.done = {}
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        self._read(header)
        if self.done:
            LOG.info("%d images were measured before; going on from there", len(self.done))

    def _read(self, header):
        """Collect what is whole, cut off the rest; begin with the header."""
        with open(self.path, "rb") as file:
            lines = file.readlines()
        whole = 0
        for number, line in enumerate(lines):
            entry = _parsed(line)
            fits = entry == json.loads(header) if number == 0 else entry and "image" in entry
            if not fits:
                break
            whole += len(line)
            if number:
                self.done[entry.pop("image")] = entry
        os.ftruncate(self._file, whole)
        if whole == 0:
            self._append(header)

    def add(self, image, entry):
        """Append an image's entry, a dict of plain values."""
        self._append(json.dumps({"image": image, **entry}))

    def _append(self, line):
        # One write a line: a killed process leaves whole lines, but for the last.
        os.write(self._file, line.encode() + b"\n")

    def close(self):
        """Keep the file for the next time."""
        os.close(self._file)


class NoJournal:
    """In the place of a `Journal` where nothing is to be kept."""

    def __init__(self):
        self.done = {}

    def add(self, image, entry):
        """Keep nothing."""

    def close(self):
        """There is nothing to close."""


def remove_journals(folder):
    """Remove what is noted in a folder: its evaluation is written."""
    for path in _journals(folder):
        os.remove(path)


def _journals(folder):
    return glob.glob(os.path.join(glob.escape(folder), ".unfinished-*.jsonl"))


def _parsed(line):
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if line.endswith(b"\n") and isinstance(entry, dict) else None


def _discard(path, fingerprint):
    with open(path, "rb") as file:
        before = _parsed(file.readline()) or {}
    changed = [part for part in fingerprint if before.get(part) != fingerprint[part]]
    os.remove(path)
    LOG.warning(
        "an unfinished evaluation in %s was discarded: it had other %s",
        os.path.dirname(path),
        ", ".join(changed),
    )
