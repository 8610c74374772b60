"""Published files from the network: fetched once, resumed, verified, whole or absent.

pooch verifies and places a file, gdown transfers it: it resumes, and knows Google Drive's pages.
Both are imported on first use.
"""

import errno
import glob
import logging
import os
from functools import partial

from salzoo.utils.errors import InputError
from salzoo.utils.files import Path, check_free
from salzoo.utils.home import home_folder
from salzoo.utils.json_files import read_json, write_json
from salzoo.utils.locks import one_at_a_time
from salzoo.utils.transfer import PublishedFile, describe_failure, transfer

LOG = logging.getLogger("salzoo")

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def fetch_file(file: PublishedFile, folder: Path) -> str:
    """Fetch a file unless it is there; resume a transfer that was interrupted.

    Args:
        file: a published file.
        folder: to put it in; created.

    Returns:
        Path of the file, which has the known checksum: the published one, else the one that
        `record_checksum` kept.

    Raises:
        InputError: no network, a refusal of the host, a page instead of the file, another
            checksum, a full disk; one sentence with what to do. What arrived stays for the next
            call, unless its checksum is wrong.
        OSError: the folder cannot be written.
    """
    import pooch
    import requests
    from gdown.exceptions import DownloadError

    folder = os.path.abspath(folder)
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, file.name)
    known = file.checksum or recorded_checksum(file.url)
    pooch.get_logger().setLevel("WARNING")
    try:
        return pooch.retrieve(
            file.url, known, file.name, folder, downloader=partial(transfer, file, known, path)
        )
    except (requests.exceptions.RequestException, DownloadError) as error:
        raise InputError(describe_failure(error, file, path)) from error
    except InputError:
        raise
    except ValueError as error:  # of pooch: another checksum
        whose = "published" if file.checksum else f"recorded in {_record_path()}"
        raise InputError(
            f"{file.name} from {file.url} does not have the checksum {known} ({whose}): its "
            "publisher changed it or it was damaged on the way; it is not used. Try again, or get "
            f"the file elsewhere and put it at {path}."
        ) from error
    except OSError as error:
        if error.errno in _DISK_FULL:
            raise InputError(
                f"{folder}: the disk is full; free some space, and the next try goes on from here."
            ) from error
        raise OSError(error.errno, error.strerror or str(error), error.filename or path) from error


def check_checksum(file: PublishedFile, path: Path) -> None:
    """Check that a file at hand is the published one.

    Args:
        file: with a checksum.
        path: of the file.

    Raises:
        InputError: it has another checksum.
    """
    import pooch

    kind, expected = str(file.checksum).split(":")
    found = pooch.file_hash(path, alg=kind)
    if found != expected:
        raise InputError(f"{path} has {kind} {found}, not the published {expected}; fetch it anew.")


def check_room(files: list[PublishedFile], folder: Path, unpacked: bool) -> None:
    """Check that files fit on their disk before the first is fetched, as far as sizes are known.

    Args:
        files: those to fetch.
        folder: for them; it exists.
        unpacked: whether they lie beside their content for a while.

    Raises:
        InputError: they do not fit.
    """
    there = sum(os.path.getsize(path) for path in glob.glob(f"{glob.escape(str(folder))}/*"))
    size = sum(file.size or 0 for file in files)
    check_free((2 if unpacked else 1) * size - there, os.fspath(folder), files[0].name)


def describe_size(files: list[PublishedFile]) -> str:
    """Return the size of files for readers, such as "about 3.2 GB"."""
    known = [file.size for file in files if file.size is not None]
    if not known:
        return "size not known before the host tells it"
    size = f"{sum(known) / 1e9:.1f} GB" if sum(known) >= 1e8 else f"{sum(known) / 1e6:.0f} MB"
    return f"{'about' if len(known) == len(files) else 'more than'} {size}"


# ---- checksums of files that have no published one ----


def _record_path() -> str:
    return os.path.join(home_folder(), "checksums.json")


def recorded_checksum(url: str) -> str | None:
    """Return the checksum of the first verified download from an address, None if there is none.

    Args:
        url: of the file.
    """
    path = _record_path()
    checksums = read_json(path) if os.path.exists(path) else {}
    found = checksums.get(url) if isinstance(checksums, dict) else None
    return found if isinstance(found, str) and found.startswith("sha256:") else None


def record_checksum(file: PublishedFile, path: Path) -> str:
    """Keep the SHA-256 checksum of a file whose content was verified.

    Later downloads from its address must have the same.

    Args:
        file: without a published checksum.
        path: of the file.

    Returns:
        The checksum, "sha256:...".
    """
    import pooch

    checksum = f"sha256:{pooch.file_hash(path, alg='sha256')}"
    with one_at_a_time(f"{_record_path()}.lock"):
        there = read_json(_record_path()) if os.path.exists(_record_path()) else {}
        write_json(_record_path(), {**there, file.url: checksum})
    return checksum
