"""Access to real datasets, weights and papers, which are not part of the repository.

The folder is named by the environment variable SALZOO_TEST_DATA. Its default is the
folder `shared` beside the repository, if there is one. It has the sub-folders `data`
(one folder a dataset), `weights` (ImageNet weights) and `papers` (texts of the papers).
"""

import os
import pathlib

import pytest

VARIABLE = "SALZOO_TEST_DATA"
DEFAULT = pathlib.Path(__file__).resolve().parents[2] / "shared"


def require_data(path: str) -> pathlib.Path:
    """Return the path of real data; skip the calling test if it is absent.

    Args:
        path: relative to the folder of real data, such as "data/osie".

    Returns:
        Absolute path of the existing file or folder.
    """
    found = pathlib.Path(os.environ.get(VARIABLE) or DEFAULT).expanduser().resolve() / path
    if not found.exists():
        pytest.skip(f"needs {path} in the folder of real data; name that folder in {VARIABLE}")
    return found
