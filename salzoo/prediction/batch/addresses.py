"""Files by address, on this machine or wherever fsspec reaches: s3://, gs://, http://."""

from __future__ import annotations

import os
import re
import time
from typing import Any

from salzoo.utils.cluster import need
from salzoo.utils.errors import InputError, shorten

# Bytes of an image that is read into memory.
LARGEST_FILE = 2**28
# Seconds to wait before a failed reading is repeated.
_PAUSES = (1.0, 4.0)
_PROTOCOL = re.compile(r"([a-z][a-z0-9+.-]+)://", re.IGNORECASE)


def protocol_of(address: str) -> str:
    """Return the protocol of an address, "file" for a path."""
    match = _PROTOCOL.match(address)
    return match[1].lower() if match else "file"


def local_path(address: str) -> str | None:
    """Return the absolute path of a file on this machine; None for other addresses."""
    if protocol_of(address) != "file":
        return None
    path = address[7:] if address.lower().startswith("file://") else os.path.expanduser(address)
    return os.path.abspath(path)


def normal_address(address: str) -> str:
    """Return the address by which an image is known: an absolute path, or as it is."""
    return local_path(address) or address


def file_name(address: str) -> str:
    """Return the last part of an address, without what follows a question mark in http."""
    is_web = protocol_of(address) in ("http", "https")
    path = re.split("[?#]", address, maxsplit=1)[0] if is_web else address
    return path.rstrip("/").rsplit("/", 1)[-1]


def open_filesystem(address: str) -> tuple[Any, str]:
    """Return the fsspec filesystem of an address, and its path there.

    Args:
        address: with its protocol, or a path.

    Raises:
        InputError: the protocol is unknown, or its package is not installed.
    """
    fsspec = need("fsspec")
    protocol = protocol_of(address)
    try:
        return fsspec.core.url_to_fs(address)
    except ImportError as error:
        raise InputError(
            f"{shorten(address, 200)}: addresses with {protocol}:// need another package "
            f"({shorten(str(error), 200)}); install it, on every worker too."
        ) from error
    except ValueError as error:
        raise InputError(
            f"{shorten(address, 200)}: {protocol}:// is unknown ({shorten(str(error), 200)}); give "
            "a path, or an address that fsspec reads, such as s3://, gs:// or https://."
        ) from error


def read_address(address: str, limit: int = LARGEST_FILE) -> bytes:
    """Read a file that is not on this machine; a failed reading is repeated twice.

    Args:
        address: with its protocol.
        limit: largest size, bytes.

    Raises:
        InputError: it does not exist, cannot be read or is larger, or the package of its protocol
            is not installed (then `__cause__` is an ImportError).
    """
    filesystem, path = open_filesystem(address)
    for pause in (*_PAUSES, None):
        try:
            content = filesystem.cat_file(path)  # one request, where opening takes two
            break
        except FileNotFoundError as error:
            raise InputError(f"{address} does not exist.") from error
        except Exception as error:  # every protocol raises its own kinds
            if pause is None or isinstance(error, PermissionError):
                reason = shorten(str(error) or type(error).__name__, 200)
                raise InputError(f"{address} cannot be read ({reason}).") from error
            time.sleep(pause)
    if len(content) > limit:
        raise InputError(f"{address} has more than {limit / 2**20:g} MB; shrink the image.")
    return content
