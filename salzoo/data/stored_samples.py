"""Samples of large datasets, kept in a file so that later programs need not read the dataset.

Reading twenty thousand files of fixations takes minutes. What was read is valid as long as all
files of the dataset's folder have the same names, sizes and times of change, and salzoo's readers
are the same.
"""

import functools
import hashlib
import json
import logging
import os
import pathlib
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from salzoo.data.sample import Sample
from salzoo.utils.files import whole_file
from salzoo.utils.home import cache_folder

LOG = logging.getLogger("salzoo")

# Datasets of fewer files are read every time.
MANY_FILES = 5000
# The arrays of a sample, each joined over all samples in the file.
ARRAYS = ("fixations", "observers", "durations")
FIELDS = tuple(field.name for field in fields(Sample))
PATHS = ("image_path", "density_path", "mask_path")
# Samples, and the number of fixations outside their images.
Read = tuple[list[Sample], int]


def read_or_recall(
    folder: str | None, name: str, options: Mapping[str, object], read: Callable[[], Read]
) -> Read:
    """Return the samples of a dataset; of a large one from a file, if nothing has changed.

    Args:
        folder: of the dataset, None for drawn scenes.
        name: of the dataset.
        options: of its reader.
        read: reads the samples; its warnings are repeated where it is not called.
    """
    try:
        key = None if folder is None else _key(folder, name, options)
    except OSError:  # the reader tells what is wrong with a file
        key = None
    if folder is None or key is None:
        return read()
    path = os.path.join(cache_folder(), "samples", f"{key}.npz")
    try:
        return _recall(path, folder)
    except FileNotFoundError:
        pass
    except Exception as error:  # numpy and zipfile have many
        LOG.warning("%s is damaged (%s) and made anew.", path, error)
    warnings = _Warnings()
    LOG.addHandler(warnings)
    try:
        samples, dropped = read()
    finally:
        LOG.removeHandler(warnings)
    try:
        _keep(path, folder, samples, dropped, warnings.messages)
    except OSError as error:
        LOG.warning("What was read of %s cannot be kept for later (%s).", name, error)
    return samples, dropped


class _Warnings(logging.Handler):
    """Handler that collects messages."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        self.messages.append(record.getMessage())


def _key(folder: str, name: str, options: Mapping[str, object]) -> str | None:
    """Return a name that differs whenever the samples may differ; None where there are few."""
    found = hashlib.sha256()
    files = 0
    waiting = [os.path.abspath(folder)]
    while waiting:
        current = waiting.pop()
        entries = []
        with os.scandir(current) as scanned:
            for entry in scanned:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.is_dir():  # a link, perhaps to a folder above
                    return None
                else:
                    known = entry.stat(follow_symlinks=entry.is_file())
                    entries.append((entry.name, known.st_size, known.st_mtime_ns))
        files += len(entries)
        found.update(repr((current, sorted(entries))).encode(errors="surrogateescape"))
        waiting.sort()
    found.update(repr((name, sorted(options.items()), _code())).encode())
    return found.hexdigest()[:32] if files >= MANY_FILES else None


@functools.cache
def _code() -> str:
    """Return a hash of the code that reads datasets."""
    found = hashlib.sha256()
    package = pathlib.Path(__file__).parent
    for path in sorted([*package.rglob("*.py"), *(package.parent / "utils").glob("*.py")]):
        found.update(path.read_bytes())
    return found.hexdigest()


def _keep(path: str, folder: str, samples: list[Sample], dropped: int, warnings: list[str]) -> None:
    """Write samples; their files are named relative to the folder."""
    rows = []
    for sample in samples:
        row = {name: getattr(sample, name) for name in FIELDS}
        for name in PATHS:
            row[name] = row[name] and os.path.relpath(row[name], folder)
        for name in ARRAYS:
            row[name] = None if row[name] is None else len(row[name])
        rows.append(list(row.values()))
    arrays: dict[str, Any] = {}
    for name in ARRAYS:
        parts = [part for sample in samples if (part := getattr(sample, name)) is not None]
        arrays[name] = np.concatenate(parts) if parts else np.empty(0)
    text = json.dumps({"rows": rows, "dropped": dropped, "warnings": warnings})
    with whole_file(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, text=np.frombuffer(text.encode(), "uint8"), **arrays)


def _recall(path: str, folder: str) -> Read:
    with np.load(path, allow_pickle=False) as file:
        stored = json.loads(bytes(file["text"]))
        arrays = {name: file[name] for name in ARRAYS}
    places = dict.fromkeys(ARRAYS, 0)
    samples = []
    for values in stored["rows"]:
        row: dict[str, Any] = dict(zip(FIELDS, values, strict=True))
        row["size"] = tuple(row["size"])
        for name in PATHS:
            row[name] = row[name] and os.path.join(folder, row[name])
        for name in ARRAYS:
            if row[name] is not None:
                start = places[name]
                places[name] = start + row[name]
                row[name] = arrays[name][start : places[name]]
        samples.append(Sample(**row))
    for message in stored["warnings"]:
        LOG.warning("%s", message)
    return samples, int(stored["dropped"])
