"""Files that are either whole or not there."""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile

from salzoo.utils.errors import InputError


@contextlib.contextmanager
def whole_file(path):
    """Yield a temporary path that becomes `path` if the block succeeds.

    The temporary name ends like the real one, since some writers look at it.
    """
    folder, name = os.path.split(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    temporary = os.path.join(folder, f".part-{os.getpid()}-{name}")
    try:
        yield temporary
        with open(temporary, "rb") as file:
            os.fsync(file.fileno())  # or a power cut may leave neither the old nor the new
        os.replace(temporary, path)
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)


@contextlib.contextmanager
def whole_folder(path):
    """Yield a temporary folder that becomes `path` if the block succeeds.

    `path` must be absent or an empty folder; OSError if it is filled meanwhile.
    """
    parent, name = os.path.split(os.path.abspath(path))
    os.makedirs(parent, exist_ok=True)
    temporary = tempfile.mkdtemp(prefix=f".part-{name}-", dir=parent)
    os.chmod(temporary, 0o755)
    try:
        yield temporary
        os.rename(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_folder(parameter: str, path: str | os.PathLike[str]) -> None:
    """Check that a folder can be at a path: neither it nor a folder above it is a file.

    Args:
        parameter: name of the Python parameter that the path was given as.
        path: of a folder that may or may not exist.

    Raises:
        InputError: a file is in the way.
    """
    place = os.path.abspath(path)
    while not os.path.lexists(place):
        place = os.path.dirname(place)
    if not os.path.isdir(place):
        raise InputError(f"`{parameter}` {path}: {place} is a file; give a folder.")


def write_json(path, value):
    """Write a json file, whole or not at all."""
    with whole_file(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
        file.write("\n")


def read_json(path):
    """Read a json file."""
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def digest(path):
    """Return the sha256 of a file, or of all files of a folder, as text."""
    paths = [path]
    if os.path.isdir(path):
        paths = sorted(
            os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names
        )
    digests = []
    for each in paths:
        with open(each, "rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def cache_folder():
    """Return $SALZOO_CACHE, else salzoo in $XDG_CACHE_HOME, else ~/.cache/salzoo."""
    cache = os.environ.get("SALZOO_CACHE")
    if not cache:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join("~", ".cache")
        cache = os.path.join(base, "salzoo")
    return os.path.abspath(os.path.expanduser(cache))
