"""Datasets by name from their publishers: fetched, verified and unpacked as one folder."""

import logging
import os
import shutil

from salzoo.data.dataset_record import Archive, DatasetRecord
from salzoo.utils.consent import Offer, require_consent
from salzoo.utils.downloads import (
    check_room,
    describe_size,
    fetch_file,
    record_checksum,
)
from salzoo.utils.errors import InputError
from salzoo.utils.files import Path, whole_folder
from salzoo.utils.home import datasets_folder
from salzoo.utils.locks import one_at_a_time
from salzoo.utils.zip_files import unpack_zip

LOG = logging.getLogger("salzoo")


def place_of(record: DatasetRecord, data_dir: Path | None = None) -> str:
    """Return the folder that a dataset is fetched to.

    Args:
        record: of the dataset.
        data_dir: folder with a sub-folder for each dataset; None: $SALZOO_HOME/datasets.
    """
    return os.path.join(os.path.expanduser(str(data_dir or datasets_folder())), record.name)


def has_files(folder: str) -> bool:
    """Return whether a folder exists and is not empty."""
    return os.path.isdir(folder) and any(os.scandir(folder))


def fetch_dataset(record: DatasetRecord, data_dir: Path | None = None) -> str:
    """Fetch a dataset unless it is there, with the consent that `require_consent` asks for.

    Archives are kept in `.download-<name>` beside the folder until all are complete, so that
    an interrupted download is resumed; then they are unpacked into a temporary folder, which
    is renamed at the end. Where a checksum is not published, all files are read as `salzoo
    check` does before that.

    Args:
        record: of the dataset.
        data_dir: as for `place_of`.

    Returns:
        The dataset's folder.

    Raises:
        InputError: no program can fetch it, no consent, and as `fetch_file` and `unpack_zip`;
            the content is not the published one.
        OSError: the folder cannot be written.
    """
    folder = place_of(record, data_dir)
    if has_files(folder):
        return folder
    if not record.archives:
        raise InputError(
            f"{record.name} cannot be fetched by a program: {' '.join(record.steps)} See "
            f"{record.homepage}. Put it in {folder}, or give its folder as `data_dir`."
        )
    require_consent(
        _offer(record, folder),
        _command(record, data_dir),
        ", or give its folder as `data_dir`" if data_dir is None else "",
    )
    beside = os.path.join(os.path.dirname(folder), f".download-{record.name}")
    with one_at_a_time(f"{beside}.lock"):
        if not has_files(folder):  # another process may have been faster
            _fetch(record, folder, beside)
    return folder


def _offer(record: DatasetRecord, folder: str) -> Offer:
    hosts = sorted({archive.url.split("/")[2] for archive in record.archives})
    unverified = [archive.name for archive in record.archives if archive.checksum is None]
    note = (
        f"no checksum is published for {', '.join(unverified)}: every file of the dataset is read "
        "and counted instead"
    )
    return Offer(
        record.name,
        f"{record.title}, {record.homepage}",
        record.licence,
        f"{describe_size(list(record.archives))}, from {', '.join(hosts)}",
        folder,
        (note,) if unverified else (),
    )


def _command(record: DatasetRecord, data_dir: Path | None) -> str:
    where = f" --data_dir {data_dir}" if data_dir else ""
    return f"salzoo download {record.name}{where} --yes"


def _fetch(record: DatasetRecord, folder: str, waiting: str) -> None:
    if os.path.islink(waiting):
        raise InputError(f"{waiting} is a link; remove it.")
    os.makedirs(waiting, mode=0o700, exist_ok=True)
    check_room(list(record.archives), waiting, unpacked=True)
    paths = {archive: fetch_file(archive, waiting) for archive in record.archives}
    with whole_folder(folder) as draft:
        for archive, path in paths.items():
            LOG.info("Unpacking %s.", archive.name)
            _unpack(archive, path, os.path.join(draft, archive.into))
        if any(archive.checksum is None for archive in record.archives):
            _verify_content(record, draft, waiting)
    for archive, path in paths.items():
        if archive.checksum is None:
            LOG.info("%s: %s, recorded.", archive.name, record_checksum(archive, path))
    shutil.rmtree(waiting)


def _unpack(archive: Archive, path: str, folder: str) -> None:
    """Unpack a zip, or copy any other file, into a folder."""
    if path.endswith(".zip"):
        unpack_zip(path, folder, archive.take)
        return
    os.makedirs(folder, exist_ok=True)
    shutil.copyfile(path, os.path.join(folder, archive.name))


def _verify_content(record: DatasetRecord, draft: str, waiting: str) -> None:
    """Read every file of an unpacked dataset; refuse it if a single one cannot be used."""
    from salzoo.data.validation import inspect_dataset

    samples, checks = inspect_dataset(record.name, draft)
    if checks.problems:
        path, sentence = checks.problems[0]
        first = f"{os.path.relpath(path, draft)} {sentence}".replace(draft, record.name)
        raise InputError(
            f"{record.name}: what was fetched has {len(checks.problems)} problem(s), the first: "
            f"{first} Remove {waiting} to fetch it anew, or unpack its archives by hand and give "
            "that folder as `data_dir`."
        )
    LOG.info("%s: all %d images and their ground truth were read.", record.name, len(samples))
