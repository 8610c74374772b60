"""The one file of a format in what a user has: the file itself, a folder or an archive with it.

Google Drive delivers zip archives, Kaggle .tar.gz, Hugging Face a folder. Nothing is unpacked to
the disk, and sizes are checked before anything is unpacked to memory.
"""

from __future__ import annotations

import os
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from salzoo.utils.errors import InputError, shorten
from salzoo.utils.regular_files import open_regular, read_bytes

# Of one file. The largest that an importer reads has 100 MB.
FILE_LIMIT = 2**30
MOST_MEMBERS = 10_000


def read_packed(path: str, endings: Sequence[str], limit: int = FILE_LIMIT) -> bytes:
    """Read a file, or the only file with an ending in a folder or an archive.

    Args:
        path: Of the file, of a folder with it, or of a .zip, .tar or .tar.gz with it.
        endings: Of its name, such as ".pb"; the first that a file has counts.
        limit: Largest size in bytes.

    Raises:
        InputError: There is none or several, an archive is damaged, or it is larger.
    """
    if os.path.isdir(path):
        names = [os.path.join(folder, name) for folder, _, files in os.walk(path) for name in files]
        return read_bytes(_only(names, endings, path), limit)
    with open_regular(path) as file:
        try:
            if zipfile.is_zipfile(file):
                return _from_zip(file, path, endings, limit)
            file.seek(0)
            if path.lower().endswith((".tar", ".tar.gz", ".tgz")):
                return _from_tar(file, path, endings, limit)
        except InputError:
            raise
        except Exception as error:  # zipfile, tarfile and the decoders raise many kinds
            reason = shorten(str(error) or type(error).__name__)
            raise InputError(f"{path} is a damaged archive ({reason}); get it again.") from error
    return read_bytes(path, limit)


def _from_zip(file: BinaryIO, path: str, endings: Sequence[str], limit: int) -> bytes:
    with zipfile.ZipFile(file) as archive:
        name = _only(archive.namelist(), endings, path)
        if archive.getinfo(name).flag_bits & 1:
            raise InputError(f"{path}: {shorten(name)} is encrypted; unpack it yourself.")
        with archive.open(name) as member:
            return _limited(member.read(limit + 1), path, name, limit)


def _from_tar(file: BinaryIO, path: str, endings: Sequence[str], limit: int) -> bytes:
    with tarfile.open(fileobj=file) as archive:
        members = {}
        for count, member in enumerate(archive):
            if count >= MOST_MEMBERS:
                raise InputError(f"{path} has more than {MOST_MEMBERS} files.")
            if member.isreg():
                members[member.name] = member
        name = _only(members, endings, path)
        if members[name].size > limit:
            raise _too_large(path, name, limit)
        stream = archive.extractfile(members[name])
        return _limited(stream.read(limit + 1) if stream else b"", path, name, limit)


def _only(names: Iterable[str], endings: Sequence[str], path: str) -> str:
    """Return the only name with an ending, without the clutter of macOS."""
    own = [n for n in names if "__MACOSX" not in n and not os.path.basename(n).startswith("._")]
    for ending in endings:
        found = [name for name in own if name.endswith(ending)]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(f"{path} has {len(found)} files {ending}; give the file itself.")
    raise InputError(f"{path} has no file {' or '.join(endings)}; give the file itself.")


def _limited(content: bytes, path: str, name: str, limit: int) -> bytes:
    if len(content) > limit:
        raise _too_large(path, name, limit)
    return content


def _too_large(path: str, name: str, limit: int) -> InputError:
    return InputError(f"{path}: {shorten(name)} has more than {limit / 2**20:g} MB.")
