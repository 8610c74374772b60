"""The folder of a dataset, which may be one level above or below what was given."""

import glob
import logging
import os
from collections.abc import Collection

from salzoo.data.dataset_record import DatasetRecord
from salzoo.utils.errors import InputError

LOG = logging.getLogger("salzoo")
# Folders that archives bring along.
_CLUTTER = ("__MACOSX",)


def locate(record: DatasetRecord, folder: str, others: Collection[str] = ()) -> str:
    """Find a dataset's own folder, which has one of `record.markers`.

    It is the given folder, or one in it, of the dataset's name if there is one; or the one
    above it, if the given folder is named in the record's layout.

    Args:
        record: of the dataset.
        folder: that exists, as given.
        others: names of folders that are of other datasets.

    Returns:
        The folder; where there is none, the given one or that of the dataset's name in it.

    Raises:
        InputError: two folders in the given one may be meant.
    """
    named = os.path.join(folder, record.name)
    start = named if os.path.isdir(named) else folder
    for place in (start, folder):
        if _is_own(record, place):
            return place
    above = os.path.dirname(os.path.abspath(folder))
    if f"{os.path.basename(os.path.abspath(folder))}/" in record.layout and _is_own(record, above):
        return above
    inner = [place for place in _folders(start, others) if _is_own(record, place)]
    if len(inner) > 1:
        raise InputError(
            f"`data_dir` {folder} holds {len(inner)} folders of {record.name}: "
            f"{', '.join(inner[:3])}{' and others' if len(inner) > 3 else ''}; give one of them."
        )
    return inner[0] if inner else start


def describe_search(record: DatasetRecord, folder: str) -> str:
    """Say what was looked for and where, "" if the folder is the dataset's own.

    Args:
        record: of the dataset.
        folder: that `locate` returned.
    """
    if not record.markers or _is_own(record, folder):
        return ""
    return f", and neither {folder} nor a folder in it or above it has {_listed(record.markers)}"


def _is_own(record: DatasetRecord, folder: str) -> bool:
    """Return whether a folder has one of the markers."""
    root = glob.escape(folder)
    return any(glob.glob(os.path.join(root, marker)) for marker in record.markers)


def _folders(folder: str, others: Collection[str]) -> list[str]:
    """Return the folders in a folder, sorted, without hidden ones and those of other datasets."""
    names = sorted(name for name in os.listdir(folder) if name[0] != "." and name not in _CLUTTER)
    places = [os.path.join(folder, name) for name in names if name not in others]
    return [place for place in places if os.path.isdir(place)]


def _listed(markers: tuple[str, ...]) -> str:
    return " or ".join([", ".join(markers[:-1]), markers[-1]] if len(markers) > 1 else markers)
