"""Unpacking of zip archives by pooch, after everything that is not safe has been refused."""

import os
import shutil
import stat
import zipfile
import zlib

from salzoo.utils.errors import InputError
from salzoo.utils.files import check_free

# Limits far above every published dataset, against decompression bombs. zipfile writes no more
# of an entry than its header says, so that the sizes in the headers bound what is written.
MAX_UNPACKED_BYTES = 64 << 30
MAX_RATIO = 200
MAX_FILES = 200_000
_CLUTTER = "__MACOSX"
# UnicodeDecodeError: the name of an entry.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError),
    UnicodeDecodeError,
)


def unpack_zip(path: str, folder: str, take: str = "") -> None:
    """Unpack an archive.

    Args:
        path: of a zip archive.
        folder: to unpack it in; created.
        take: folder inside the archive; only it is unpacked, as folder/<its last part>. "": all.

    Raises:
        InputError: it is no zip archive, is damaged, has no such folder, or has entries that lead
            outside, are links, or are far larger than the archive;
            the disk has no room.
        OSError: the folder cannot be written.
    """
    import pooch

    os.makedirs(folder, exist_ok=True)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
        _check_members(path, members)
        if take and not any(member.filename.startswith(f"{take}/") for member in members):
            raise InputError(f"{path} has no folder '{take}'; its publisher changed it.")
        size = sum(each.file_size for each in members if each.filename.startswith(take))
        check_free(size, folder, f"What {os.path.basename(path)} holds")
        pooch.get_logger().setLevel("WARNING")
        pooch.Unzip(members=[f"{take}/"] if take else None, extract_dir=os.path.abspath(folder))(
            os.path.abspath(path), "download", None
        )
    except _DAMAGE as error:
        raise InputError(f"{path} is not a readable zip archive ({error}); remove it.") from error
    shutil.rmtree(os.path.join(folder, _CLUTTER), ignore_errors=True)
    if take and os.path.dirname(take):
        os.rename(
            os.path.join(folder, *take.split("/")), os.path.join(folder, os.path.basename(take))
        )
        shutil.rmtree(os.path.join(folder, take.split("/")[0]))


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
