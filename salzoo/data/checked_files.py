"""Files of large datasets that were decoded before and need not be decoded again."""

import hashlib
import logging
import os
from collections.abc import Sequence

from salzoo.data.sample import Sample
from salzoo.data.validation import faults
from salzoo.utils.home import cache_folder
from salzoo.utils.task import Task

LOG = logging.getLogger("salzoo")

# Fewer are decoded every time.
MANY_FILES = 1000


def check_files(samples: Sequence[Sample], kinds: Task) -> None:
    """Decode all files of samples, unless the same files passed before.

    Args:
        samples: whose images and ground truth to decode.
        kinds: of ground truth whose files are decoded too.

    Raises:
        InputError: a file is damaged, or no ground truth; it names the first one.
    """
    mark = _mark(samples, kinds)
    if mark is not None and os.path.exists(mark):
        return
    for _, error in faults(samples, kinds):
        raise error
    if mark is not None:
        try:
            os.makedirs(os.path.dirname(mark), exist_ok=True)
            with open(mark, "w"):
                pass
        except OSError as error:
            LOG.warning("That all files are whole cannot be noted for later (%s).", error)


def _mark(samples: Sequence[Sample], kinds: Task) -> str | None:
    """Return the path of the note that these files are whole, None where there are few."""
    paths = [sample.image_path for sample in samples]
    if Task.FIXATIONS in kinds:
        paths += [sample.density_path for sample in samples if sample.density_path]
    if Task.OBJECTS in kinds:
        paths += [sample.mask_path for sample in samples if sample.mask_path]
    if len(paths) < MANY_FILES:
        return None
    found = hashlib.sha256(str(kinds).encode())
    for path in paths:
        try:
            known = os.stat(path)
        except OSError:  # `faults` names it
            return None
        name = os.path.abspath(path), known.st_size, known.st_mtime_ns
        found.update(repr(name).encode(errors="surrogateescape"))
    return os.path.join(cache_folder(), "checked", found.hexdigest()[:32])
