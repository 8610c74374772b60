"""Folders of datasets, wherever archives were unpacked."""

import os
from collections.abc import Iterator


def find_folder(root: str, *candidates: str) -> str | None:
    """Return the first candidate sub-folder that exists, nested unpackings included, else None.

    `a/b` is found as `root/a/b`, `root/b`, and doubled as `root/a/b/b`.

    Args:
        root: folder to look into.
        *candidates: relative paths.
    """
    for candidate in candidates:
        last = os.path.basename(candidate)
        for path in (candidate, last):
            full = os.path.join(root, path)
            if os.path.isdir(full):
                doubled = os.path.join(full, last)
                return doubled if os.path.isdir(doubled) else full
    return None


def list_names(folder: str, below: bool = False) -> Iterator[str]:
    """Yield the names in a folder, sorted, but hidden ones.

    Args:
        folder: to list.
        below: add those in its sub-folders, as "sub-folder/name", after all its own.
    """
    names = sorted(name for name in os.listdir(folder) if name[0] != ".")
    yield from names
    for name in names if below else ():
        if os.path.isdir(os.path.join(folder, name)):
            yield from (f"{name}/{each}" for each in list_names(os.path.join(folder, name), True))
