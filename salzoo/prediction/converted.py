"""Portable files of models that come without one, converted on first use into salzoo's cache."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import statistics
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from salzoo import __version__
from salzoo.prediction.portable_files import ENDING, PortableFile, read_portable_file
from salzoo.prediction.sources import Source, SourceKind
from salzoo.utils.errors import InputError
from salzoo.utils.files import compute_digest
from salzoo.utils.home import cache_folder
from salzoo.utils.json_files import make_record, read_json, write_json
from salzoo.utils.locks import one_at_a_time
from salzoo.utils.tensorflow import has_tensorflow, load_tensorflow

if TYPE_CHECKING:
    from salzoo.prediction.opening import Opened

LOG = logging.getLogger("salzoo")

# Files that are kept, the last used ones.
KEPT = 8
# TensorFlow is taken where it needs less than this part of the time of LiteRT, as on a GPU: LiteRT
# starts seconds earlier.
CLEARLY_FASTER = 0.8
ROUNDS = 3
# The 64 million of shallow_convnet take 7 GB to convert.
MOST_PARAMETERS = 40_000_000


@dataclass(frozen=True)
class _Facts:
    """What is known about a converted model, beside its portable file.

    Attributes:
        source: that was converted.
        refused: why LiteRT cannot run it, "" if it can.
        seconds: that the conversion took.
        litert: milliseconds of an image of 480x640 with LiteRT.
        tensorflow: the same with TensorFlow, in turns.
    """

    source: str
    refused: str
    seconds: float
    litert: float
    tensorflow: float


@dataclass(frozen=True)
class Conversion(_Facts):
    """A converted model.

    Attributes:
        file: None if LiteRT cannot run the model.
    """

    file: PortableFile | None = None

    @property
    def is_worthwhile(self) -> bool:
        """Whether LiteRT runs it, and TensorFlow is not clearly faster."""
        return not self.refused and self.tensorflow >= CLEARLY_FASTER * self.litert


def convert_once(source: Source, always: bool = False) -> Conversion | None:
    """Return the converted file of a run, a `.keras` file or released weights.

    On first use it is written, which takes TensorFlow some seconds, and both are measured. It is
    kept by the checksums of what it is made from.

    Args:
        source: from `resolve_source`.
        always: also where SALZOO_CONVERT is 0.

    Returns:
        The file and what is known about it. None where the source is of another kind or not here
        yet, SALZOO_CONVERT is 0, or TensorFlow is not installed.

    Raises:
        InputError: the source is damaged.
        MemoryError: there is too little memory.
    """
    if os.environ.get("SALZOO_CONVERT") == "0" and not always:
        return None
    key = _key(source)
    if key is None:
        return None
    path = os.path.join(cache_folder(), "portable", key + ENDING)
    facts = path.replace(ENDING, ".json")
    if not os.path.exists(facts):
        if not has_tensorflow():
            return None
        try:
            with one_at_a_time(f"{path}.lock", "converting the same"):
                if not os.path.exists(facts):  # another process may have written it meanwhile
                    write_json(facts, asdict(_convert(source, path)))
            _forget_oldest(os.path.dirname(path))
        except OSError as error:
            LOG.info("%s is not converted for LiteRT: %s.", source.path, error)
            return None
    try:
        known = make_record(_Facts, read_json(facts), facts)
        file = None if known.refused else read_portable_file(path)
    except InputError:  # damaged; the next use converts again
        os.remove(facts)
        return None
    if file is not None:
        os.utime(path)
    return Conversion(**asdict(known), file=file)


def _key(source: Source) -> str | None:
    """Return what identifies the content of a source; None if it is not converted."""
    path = str(source.path)
    if source.kind is SourceKind.KERAS_FILE:
        parts = [path]
    elif source.kind is SourceKind.RUN:
        parts = [os.path.join(path, name) for name in ("best.weights.h5", "config.json")]
    elif source.kind is SourceKind.RELEASED:
        from salzoo.models.imported import WEIGHTS, is_imported, released_folder
        from salzoo.models.released import released

        if not is_imported(released(path)):
            return None  # it is fetched with TensorFlow's way of opening it, with consent
        parts = [os.path.join(released_folder(released(path)), WEIGHTS)]
    else:
        return None
    if not all(map(os.path.exists, parts)):
        return None
    name = path if source.kind is SourceKind.RELEASED else ""
    made_from = json.dumps([__version__, name, *map(compute_digest, parts)])
    return hashlib.sha256(made_from.encode()).hexdigest()[:32]


def _convert(source: Source, path: str) -> _Facts:
    """Write a portable file and measure it beside TensorFlow."""
    LOG.info("Converting %s for LiteRT, once; SALZOO_CONVERT=0 leaves it out.", source.path)
    start = time.perf_counter()
    load_tensorflow()
    from salzoo.prediction.opening import open_source
    from salzoo.prediction.portable_writing import write_opened

    opened = open_source(source)
    try:
        _check_size(opened)
        write_opened(opened, path)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # TensorFlow's converter raises many kinds
        reason = str(error).splitlines()[0] if isinstance(error, InputError) else repr(error)[:200]
        return _Facts(str(source.path), reason, time.perf_counter() - start, 0.0, 0.0)
    seconds = time.perf_counter() - start
    return _Facts(str(source.path), "", seconds, *_measure(opened, path))


def _check_size(opened: Opened) -> None:
    assert opened.model is not None
    count = opened.model.count_params()
    if count > MOST_PARAMETERS:
        raise InputError(
            f"its {count / 1e6:.0f} million parameters take much memory to convert; `salzoo export "
            "--to portable` does it"
        )


def _measure(opened: Opened, path: str) -> list[float]:
    """Return the milliseconds of an image with LiteRT and with TensorFlow."""
    from salzoo.prediction.options import DEFAULT_OPTIONS
    from salzoo.prediction.portable_models import PortableModel
    from salzoo.prediction.speed import measure_in_turns

    image = np.random.default_rng(0).integers(0, 256, (480, 640, 3)).astype("float32")
    model = PortableModel(read_portable_file(path), path, DEFAULT_OPTIONS)
    calls = {"litert": model.maps, "tensorflow": opened.maps}
    times = measure_in_turns(calls, image, ROUNDS)
    return [1e3 * statistics.median(times[name]) for name in calls]


def _forget_oldest(folder: str) -> None:
    """Delete the converted files that were not used for the longest time."""
    files = [entry.path for entry in os.scandir(folder) if entry.name.endswith(ENDING)]
    for path in sorted(files, key=os.path.getmtime)[:-KEPT]:
        for each in (path, path.replace(ENDING, ".json")):
            if os.path.exists(each):
                os.remove(each)
