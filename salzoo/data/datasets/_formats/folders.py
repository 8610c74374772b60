"""Folders of datasets, wherever archives were unpacked."""

import os


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
