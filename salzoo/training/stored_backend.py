"""The backend that a run was started with, read without importing keras."""

import os

from salzoo.utils.backend import TENSORFLOW
from salzoo.utils.json_files import read_json


def stored_backend(run_dir: str | os.PathLike[str] | None) -> str | None:
    """Return the backend of a run, None where there is no run.

    Args:
        run_dir: its folder, or None.

    Raises:
        InputError: config.json is damaged.
    """
    path = os.path.join(run_dir or "", "config.json")
    if run_dir is None or not os.path.exists(path):
        return None
    fields = read_json(path)
    backend = fields.get("backend", TENSORFLOW) if isinstance(fields, dict) else None
    return backend if isinstance(backend, str) else None
