"""Reading and writing of files and folders; what is written is complete or absent."""

import contextlib
import errno
import hashlib
import math
import os
import pathlib
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator

from salzoo.utils.errors import InputError, shorten
from salzoo.utils.regular_files import open_regular

Path = str | os.PathLike[str]

# Errors that every further file would meet.
DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
# Names of unfinished files and folders begin with it.
PART = ".part-"


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[str]:
    """Write a file that appears only when it is complete.

    A link at `path` is replaced, never followed. The temporary file has a random name and is
    created exclusively, so that a link planted in a shared folder is not followed either.

    Args:
        path: of the file; folders above it are created.

    Yields:
        Path of an empty temporary file in the same folder, with the same ending since some
        writers choose a format by it. It is renamed to `path` if the block succeeds and
        deleted otherwise.

    Raises:
        OSError: the file cannot be written, for example since the disk is full; names `path`.
    """
    folder, name = os.path.split(path)
    folder = folder or os.curdir
    os.makedirs(folder, exist_ok=True)
    # Short, since the longest names that a disk takes have no room for an addition.
    ending = "".join(pathlib.PurePath(name).suffixes[-2:])[-20:]
    temporary = os.path.join(folder, f"{PART}{secrets.token_hex(8)}{ending}")
    try:
        # Not tempfile, whose files nobody else may read.
        os.close(open_no_link(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        yield temporary
        with open(temporary, "rb") as file:
            # Otherwise a power failure may leave neither the old nor the new content.
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        if error.filename not in (None, temporary):
            raise
        number = error.errno or _number_in(str(error))
        # numpy says only how much it wrote.
        reason = os.strerror(number) if number else f"not written ({error}); is the disk full?"
        raise OSError(number or errno.EIO, reason, os.fspath(path)) from error
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)


def open_no_link(path: str, flags: int) -> int:
    """Open a file that other programs may have prepared, without following a link.

    Args:
        path: of the file.
        flags: of `os.open`.

    Returns:
        The file's descriptor; also an `opener` of the built-in `open`.

    Raises:
        OSError: the file is a link, or cannot be opened; names `path`.
    """
    try:
        return os.open(path, flags | os.O_NOFOLLOW, 0o666)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "is a link; remove it", path) from error
        raise


def check_space(path: Path, size: int) -> None:
    """Check that a file fits on its disk before it is written.

    HDF5 may end the process when it cannot complete a file, so this is asked before.

    Args:
        path: of the file to write; its folder exists.
        size: of the file, bytes.

    Raises:
        OSError: the disk has less free space, or the process may not write so large a file;
            names `path`.
    """
    if size > _largest_file():
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), os.fspath(path))
    if shutil.disk_usage(os.path.dirname(os.path.abspath(path))).free < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), os.fspath(path))


def _largest_file() -> float:
    """Return the number of bytes that this process may write into a file (`ulimit -f`)."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return math.inf
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    return math.inf if limit == resource.RLIM_INFINITY else limit


def check_free(size: int, folder: Path, what: str) -> None:
    """Check that something fits on a disk before it is fetched or unpacked.

    Args:
        size: in bytes.
        folder: that it goes to; it exists.
        what: goes there, for the message.

    Raises:
        InputError: it does not fit.
    """
    free = shutil.disk_usage(folder).free
    if size > free:
        raise InputError(
            f"{what} needs {size / 1e9:.2f} GB, and {os.fspath(folder)} has {free / 1e9:.2f} GB "
            "free; free some space, or let SALZOO_HOME name a folder on another disk."
        )


def _number_in(message: str) -> int | None:
    """Return the number of the system's error that HDF5 puts into its messages."""
    found = re.search(r"errno = (\d+)", message)
    return int(found[1]) if found else None


@contextlib.contextmanager
def whole_folder(path: Path) -> Iterator[str]:
    """Write a folder that appears only when it is complete.

    Args:
        path: of the folder; it must be absent or empty. Folders above it are created.

    Yields:
        Path of a temporary folder beside it. It is renamed to `path` if the block succeeds
        and deleted otherwise.

    Raises:
        OSError: `path` is not empty.
    """
    parent = os.path.dirname(os.path.abspath(path))
    os.makedirs(parent, exist_ok=True)
    temporary = tempfile.mkdtemp(prefix=PART, dir=parent)
    os.chmod(temporary, 0o755)
    try:
        yield temporary
        os.rename(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_folder(parameter: str, path: Path) -> None:
    """Check that a folder can be at a path: neither it nor a folder above it is a file.

    Args:
        parameter: name of the Python parameter that the path was given as.
        path: of a folder that may or may not exist.

    Raises:
        InputError: a file is in the way, or no folder can have this path.
    """
    try:
        if b"\0" in os.fsencode(path):
            raise ValueError
    except ValueError:  # surrogates that are no bytes
        raise InputError(f"`{parameter}` {shorten(path)}: no folder can be called so.") from None
    place = os.path.abspath(path)
    while not os.path.lexists(place):
        place = os.path.dirname(place)
    if not os.path.isdir(place):
        raise InputError(f"`{parameter}` {path}: {place} is a file; give a folder.")


def compute_digest(path: Path) -> str:
    """Return the SHA-256 checksum of a file, or of the contents of all files of a folder.

    Args:
        path: of a file or a folder; a folder's files are read in the order of their paths.

    Returns:
        64 hexadecimal digits.
    """
    paths = [os.fspath(path)]
    if os.path.isdir(path):
        paths = sorted(
            os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names
        )
    digests = []
    for file_path in paths:
        with open_regular(file_path) as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    return hashlib.sha256("".join(digests).encode()).hexdigest()
