"""Download of published archives: resumable, verified, unpacked safely."""

import errno
import hashlib
import http.client
import os
import re
import shutil
import stat
import urllib.error
import urllib.request
import zipfile
import zlib

from tqdm import tqdm

from salzoo.data.dataset_record import Archive, DatasetRecord
from salzoo.utils.errors import InputError
from salzoo.utils.files import open_no_link, whole_folder
from salzoo.utils.regular_files import open_regular

CHUNK = 1 << 20
TIMEOUT_SECONDS = 60
# Limits far above every published dataset, against decompression bombs.
MAX_UNPACKED_BYTES = 64 << 30
MAX_RATIO = 200
MAX_FILES = 200_000
LENGTH = re.compile("[0-9]{1,15}")  # bytes
ERRORS_OF_DISKS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.ELOOP)


def download(record: DatasetRecord, data_dir: str | os.PathLike[str]) -> str:
    """Download the archives of a dataset that have a checksum into `data_dir/<name>`.

    Archives are kept in `data_dir/.download-<name>` until all are complete, so that an
    interrupted download can be resumed; then they are unpacked into a temporary folder
    that is renamed at the end.

    Args:
        record: of the dataset.
        data_dir: folder for the dataset's folder.

    Returns:
        The folder.

    Raises:
        InputError: it must be downloaded by hand, the folder exists, no network, a wrong
            checksum, an archive that is damaged or not safe to unpack.
    """
    archives = [archive for archive in record.archives if archive.checksum]
    if not archives:
        steps = " ".join(record.steps)
        raise InputError(
            f"{record.name} cannot be fetched by a program (a form, terms to accept, or no "
            f"published checksum): {steps} See {record.homepage}."
        )
    folder = os.path.join(os.path.expanduser(data_dir), record.name)
    if os.path.isdir(folder) and os.listdir(folder):
        raise InputError(f"{folder} is there already; `salzoo check {record.name}` looks at it.")
    waiting = os.path.join(os.path.expanduser(data_dir), f".download-{record.name}")
    os.makedirs(waiting, exist_ok=True)
    for archive in archives:
        _fetch(archive, os.path.join(waiting, archive.name))
    with whole_folder(folder) as draft:
        for archive in archives:
            _unpack(os.path.join(waiting, archive.name), os.path.join(draft, archive.into))
    shutil.rmtree(waiting)
    return folder


def _fetch(archive: Archive, path: str) -> None:
    """Download an archive to `path` unless it exists; resume an incomplete download."""
    if os.path.exists(path):
        verify(path, archive)
        return
    part = f"{path}.part"
    begun = os.path.getsize(part) if os.path.isfile(part) and not os.path.islink(part) else 0
    request = urllib.request.Request(archive.url, headers={"User-Agent": "salzoo"})
    if begun:
        request.add_header("Range", f"bytes={begun}-")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            resumed = answer.status == 206
            length = answer.headers.get("Content-Length", "")
            total = int(length) + (begun if resumed else 0) if LENGTH.fullmatch(length) else None
            with (
                open(part, "ab" if resumed else "wb", opener=open_no_link) as file,
                tqdm(
                    total=total,
                    initial=begun if resumed else 0,
                    unit="B",
                    unit_scale=True,
                    desc=archive.name,
                    disable=None,
                ) as progress,
            ):
                while block := answer.read(CHUNK):
                    file.write(block)
                    progress.update(len(block))
            if total is not None and os.path.getsize(part) < total:
                raise urllib.error.URLError("the connection broke off")
    except urllib.error.HTTPError as error:
        if error.code != 416:  # the part is whole already
            raise InputError(
                f"{archive.url} answers {error.code} ({error.reason}); fetch {archive.name} by "
                f"hand and put it at {path}."
            ) from error
    except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
        if isinstance(error, OSError) and error.errno in ERRORS_OF_DISKS:
            raise OSError(error.errno, os.strerror(error.errno), part) from error
        reason = getattr(error, "reason", error)
        raise InputError(
            f"{archive.url} cannot be reached ({reason}); call again to go on, or fetch "
            f"{archive.name} by hand and put it at {path}."
        ) from error
    verify(part, archive)
    os.replace(part, path)


def verify(path: str, archive: Archive, keep: bool = False) -> None:
    """Check that a file has the published checksum.

    Args:
        path: the file.
        archive: with a checksum.
        keep: whether to keep a file that has not.

    Raises:
        InputError: it has another checksum; it is removed unless `keep`.
    """
    kind, expected = str(archive.checksum).split(":")
    with open_regular(path) as file:
        found = hashlib.file_digest(file, kind).hexdigest()
    if found != expected:
        if not keep:
            os.remove(path)
        raise InputError(
            f"{archive.name} from {archive.url} has {kind} {found}, not {expected}: the "
            "publisher changed it or it was damaged on the way; it is not used."
        )


def _unpack(path: str, folder: str) -> None:
    """Unpack a zip, or copy any other file, into a folder."""
    os.makedirs(folder, exist_ok=True)
    if not path.endswith(".zip"):
        shutil.copy(path, folder)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = [entry for entry in archive.infolist() if "__MACOSX" not in entry.filename]
            _check_members(path, members)
            left = MAX_UNPACKED_BYTES
            for member in tqdm(members, desc=f"unpack {os.path.basename(path)}", disable=None):
                left -= _extract(archive, member, folder, left)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(f"{path} is not a readable zip archive ({error}).") from error


def _check_members(path: str, members: list[zipfile.ZipInfo]) -> None:
    """Refuse entries that lead outside the folder, and far more bytes than the archive has."""
    for member in members:
        parts = member.filename.replace("\\", "/").split("/")
        outside = member.filename.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]
        if outside or stat.S_ISLNK(member.external_attr >> 16):
            raise InputError(
                f"{path} holds '{member.filename}', which leads outside; not unpacked."
            )
    unpacked = sum(member.file_size for member in members)
    too_much = unpacked > min(MAX_UNPACKED_BYTES, MAX_RATIO * max(os.path.getsize(path), 1 << 20))
    if too_much or len(members) > MAX_FILES:
        raise InputError(
            f"{path} would unpack to {unpacked / 1e9:.1f} GB in {len(members)} files; not unpacked."
        )


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: str, left: int) -> int:
    """Write one entry and return its true size, which may differ from the one in its header."""
    target = os.path.join(folder, *member.filename.replace("\\", "/").split("/"))
    if member.is_dir():
        os.makedirs(target, exist_ok=True)
        return 0
    os.makedirs(os.path.dirname(target), exist_ok=True)
    size = 0
    with archive.open(member) as source, open(target, "wb") as file:
        while block := source.read(CHUNK):
            size += len(block)
            if size > min(left, member.file_size):
                raise InputError(f"'{member.filename}' is larger than its archive says.")
            file.write(block)
    return size
