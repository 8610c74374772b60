"""Opening of regular files alone: a pipe, a device or an endless file is refused at once."""

import io
import os
import stat

from salzoo.utils.errors import InputError

# Text files that people write: tables, lists, settings.
TEXT_LIMIT = 256 * 2**20

Path = str | os.PathLike[str]


def open_regular(path: Path, limit: int | None = None) -> io.BufferedReader:
    """Open a regular file for reading; links are followed.

    Args:
        path: of the file.
        limit: largest size in bytes; None: any.

    Returns:
        The open binary file.

    Raises:
        InputError: it does not exist or cannot be opened, is a folder, a pipe or a device, or is
            larger.
    """
    # Without O_NONBLOCK, opening a pipe waits until somebody writes to it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise InputError(f"{os.fspath(path)} does not exist.") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{os.fspath(path)} cannot be opened ({reason}).") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise InputError(
                f"{os.fspath(path)} is {_describe(status.st_mode)}; give a regular file."
            )
        if limit is not None and status.st_size > limit:
            raise InputError(
                f"{os.fspath(path)} has {status.st_size / 2**20:.0f} MB; such a file has at most "
                f"{limit / 2**20:g} MB."
            )
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def check_regular(path: Path, limit: int | None = None) -> None:
    """Check a file that a library will open by its path.

    Args:
        path: of the file.
        limit: largest size in bytes; None: any.

    Raises:
        InputError: as `open_regular`.
    """
    open_regular(path, limit).close()


def read_bytes(path: Path, limit: int = TEXT_LIMIT) -> bytes:
    """Return the content of a regular file.

    Args:
        path: of the file.
        limit: largest size in bytes.

    Raises:
        InputError: as `open_regular`, or it grows beyond the limit while it is read.
    """
    with open_regular(path, limit) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise InputError(f"{os.fspath(path)} has more than {limit / 2**20:g} MB.")
    return content


def read_text(path: Path, limit: int = TEXT_LIMIT) -> str:
    """Return the content of a text file in UTF-8, without a byte order mark.

    Args:
        path: of the file.
        limit: largest size in bytes.

    Raises:
        InputError: as `read_bytes`, or it is not UTF-8.
    """
    try:
        return read_bytes(path, limit).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{os.fspath(path)} is not text in UTF-8 (byte {error.start}); save it as UTF-8."
        ) from None


def _describe(mode: int) -> str:
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")
