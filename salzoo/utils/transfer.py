"""Transfer of one published file by gdown: resumed, and every failure told in one sentence."""

import contextlib
import glob
import os
import stat
import warnings
from dataclasses import dataclass
from functools import partial
from typing import Any

from tqdm import tqdm

from salzoo.utils.errors import InputError, shorten
from salzoo.utils.files import check_free

TIMEOUT_SECONDS = 60
# Further attempts of one call after a broken connection, which wait 1 and 2 seconds at most.
RETRIES = 2
# gdown names an unfinished file NAME, eight random characters and .part.
_UNFINISHED, _PART = ".download", "????????.part"
_NO_RANGE = "did not honor the requested byte range"


@dataclass(frozen=True)
class PublishedFile:
    """A file that its authors published.

    Attributes:
        url: where it was published, also on Google Drive.
        name: of the file here.
        checksum: "md5:..." or "sha256:..."; None where none is known: who fetches it verifies
            the content and calls `record_checksum`.
        size: in bytes as far as known, for the announcement; None: not known.
        broken_certificate: whether the host's TLS certificate cannot be verified; only with a
            checksum, which then vouches for the content.
    """

    url: str
    name: str
    checksum: str | None = None
    size: int | None = None
    broken_certificate: bool = False

    def __post_init__(self) -> None:
        if self.broken_certificate and self.checksum is None:
            raise ValueError(f"{self.name}: without a certificate a checksum is needed")


def transfer(
    file: PublishedFile, known: str | None, path: str, url: str, target: str, _pooch: Any
) -> None:
    """Fetch `url` to `target`; what has arrived waits beside `path`.

    Args:
        file: the published file.
        known: its checksum, or None.
        path: where the file will lie.
        url: its address.
        target: file to write.
        _pooch: not used; pooch passes it to a downloader.

    Raises:
        InputError: a page in place of the file, or no room for it.
        requests.exceptions.RequestException: see `describe_failure`.
        gdown.exceptions.DownloadError: see `describe_failure`.
    """
    _refuse_links(path)
    import pooch

    whole = path + _UNFINISHED
    parts = _parts(whole)
    if known and len(parts) == 1 and pooch.hashes.hash_matches(parts[0], known):
        os.replace(parts[0], target)  # it was interrupted after the last byte
        return
    for part in sorted(parts, key=os.path.getsize)[:-1]:  # gdown resumes only one
        os.remove(part)
    _run_gdown(file, url, whole)
    try:
        _refuse_page(file, whole)
        os.replace(whole, target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(whole)


def _run_gdown(file: PublishedFile, url: str, whole: str) -> None:
    """Transfer, resuming; anew only if the host repeatedly sends no rest of a file."""
    import gdown
    import urllib3
    from gdown.exceptions import DownloadError

    for attempt in range(3):
        with (
            tqdm(desc=file.name, unit="B", unit_scale=True, disable=None) as bar,
            warnings.catch_warnings(),
        ):
            if file.broken_certificate:
                warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
            try:
                gdown.download(
                    url,
                    whole,
                    quiet=True,
                    use_cookies=False,
                    resume=True,
                    verify=not file.broken_certificate,
                    timeout=TIMEOUT_SECONDS,
                    retries=RETRIES,
                    progress=partial(_show_progress, bar, whole, file.name),
                )
                return
            except DownloadError as error:
                if _NO_RANGE not in str(error) or attempt == 2:
                    raise
                if attempt == 1:
                    for part in _parts(whole):
                        os.remove(part)


def _parts(whole: str) -> list[str]:
    return glob.glob(glob.escape(whole) + _PART)


def _show_progress(bar: "tqdm[Any]", path: str, name: str, arrived: int, total: int | None) -> None:
    if bar.n == 0 and total is not None:
        bar.initial, bar.n, bar.total = arrived, arrived, total
        check_free(total - arrived, os.path.dirname(path), name)
    bar.update(arrived - bar.n)


def _refuse_links(path: str) -> None:
    """Refuse links and the like in place of the files that are written here."""
    for place in (path, *glob.glob(f"{glob.escape(path + _UNFINISHED)}*")):
        if os.path.lexists(place) and not stat.S_ISREG(os.lstat(place).st_mode):
            raise InputError(f"{place} is no regular file (a link, or a folder); remove it.")


def _refuse_page(file: PublishedFile, path: str) -> None:
    """Refuse a web page that a host sent, with status 200, in place of a file."""
    with open(path, "rb") as opened:
        head = opened.read(1024).lstrip().lower()
    if head.startswith((b"<!doctype html", b"<html")):
        raise InputError(
            f"{file.url} answers with a web page, not with {file.name} (the host limits downloads, "
            "moved the file, or your network asks you to log in); open the address in a browser."
        )


def describe_failure(error: Exception, file: PublishedFile, path: str) -> str:
    """Return one sentence about a transfer that failed, and what to do.

    Args:
        error: of requests or gdown.
        file: the published file.
        path: where the file would lie.
    """
    import requests.exceptions as problems
    from gdown.exceptions import FileURLRetrievalError

    by_hand = f"or fetch it by hand and put it at {path}"
    cause = error if isinstance(error, problems.RequestException) else error.__cause__
    if isinstance(error, FileURLRetrievalError):
        text = " ".join(str(error).split())
        said = text.removeprefix("Failed to retrieve file url: ").split(" You may still")[0]
        return (
            f"Google Drive does not hand out {file.name} now ({shorten(said, 120)}); try again "
            f"tomorrow, {by_hand}: {file.url}"
        )
    if isinstance(cause, problems.HTTPError) and cause.response is not None:
        answer = f"{cause.response.status_code} ({cause.response.reason})"
        return f"{file.url} answers {answer}; try again later, {by_hand}."
    if isinstance(cause, problems.ProxyError):
        return (
            f"{file.url} cannot be reached through the proxy; check the environment variables "
            f"HTTPS_PROXY and HTTP_PROXY, {by_hand}."
        )
    if isinstance(cause, problems.SSLError):
        return (
            f"The certificate of {file.url} cannot be verified; check the clock, or let "
            f"REQUESTS_CA_BUNDLE name your network's certificates, {by_hand}."
        )
    if _NO_RANGE in str(error):
        return (
            f"{file.url} sends fewer bytes of {file.name} than it announces, and no rest; try "
            f"again later, {by_hand}."
        )
    if "incomplete" in str(error) or isinstance(cause, problems.ChunkedEncodingError):
        kept = sum(os.path.getsize(part) for part in _parts(path + _UNFINISHED))
        return (
            f"The connection to {file.url} broke off; {kept:,} bytes of {file.name} are kept, and "
            f"the same command goes on from there, {by_hand}."
        )
    if isinstance(cause, problems.ConnectionError | problems.Timeout):
        return (
            f"{file.url} cannot be reached: no network, or the host is down; the same command "
            f"tries again, {by_hand}."
        )
    return f"{file.url}: {shorten(error, 200)}; try again, {by_hand}."
