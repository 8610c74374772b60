"""The manifest of a batch: its settings, and how many images were given, done and failed."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from salzoo import __version__
from salzoo.prediction.batch.batch_job import BatchJob
from salzoo.prediction.batch.output_folder import MANIFEST, OutputFolder
from salzoo.utils.errors import InputError, shorten
from salzoo.utils.json_files import parse_json
from salzoo.utils.wording import counted

# Names of settings in messages, where they are not those of the parameters.
_WORDS = {"model_sha256": "model"}


@dataclass
class BatchResult:
    """The counts of a batch; `given` is always the sum of `done`, `failed` and `left`.

    Attributes:
        out: address of the output folder.
        given: number of images.
        done: number of those with a result.
        failed: number of those with an error in place of a result.
        left: number of those without a row: the same call goes on with them.
        duplicates: number of images that were given once more.
        others: number of images in the folder that were not given this time.
        shards: number of files in `results`.
        retries: number of tasks of this call that failed, as when a worker dies, and whose images
            were tried again.
        computed: number of images that this call computed.
        seconds: that this call took.
    """

    out: str
    given: int = 0
    done: int = 0
    failed: int = 0
    left: int = 0
    duplicates: int = 0
    others: int = 0
    shards: int = 0
    retries: int = 0
    computed: int = 0
    seconds: float = field(default=0.0, compare=False)

    def __str__(self) -> str:
        parts = [f"{self.done:,} of {counted(self.given, 'image')}"]
        if self.failed:
            parts.append(f"{self.failed:,} failed (see the column error)")
        if self.left:
            parts.append(f"{self.left:,} left: give the same command again")
        rate = f", {self.computed / self.seconds:.1f} images/s" if self.computed else ""
        if self.retries:
            parts.append(f"{counted(self.retries, 'failed task')} tried again")
        return f"{'; '.join(parts)}{rate}: {self.out}"


def read_settings(out: OutputFolder) -> dict[str, Any] | None:
    """Return the settings of the batch that a folder holds; None if it holds none.

    Args:
        out: the folder.

    Raises:
        InputError: the manifest is damaged.
    """
    content = out.read(MANIFEST)
    if content is None:
        return None
    where = out.path(MANIFEST)
    value = parse_json(content.decode("utf-8", "replace"), where)
    if not isinstance(value, dict) or not isinstance(value.get("settings"), dict):
        raise InputError(f"{where} is no manifest of salzoo; choose another folder with `out`.")
    return value["settings"]


def check_same(out: OutputFolder, settings: Mapping[str, Any]) -> None:
    """Check that a folder holds results of the same model and settings, or none.

    Args:
        out: the folder.
        settings: of `BatchJob.settings`.

    Raises:
        InputError: it holds others; the message names what differs.
    """
    before = read_settings(out)
    if before is None:
        return
    for name, value in settings.items():
        if before.get(name) != value:
            word = _WORDS.get(name, name)
            values = f"{shorten(before.get(name), 40)}, not {shorten(value, 40)}"
            raise InputError(
                f"`out` {out.address} holds results with another {word} ({values}); choose another "
                "folder, or remove it."
            )


def write_manifest(out: OutputFolder, job: BatchJob, result: BatchResult, command: str) -> None:
    """Write the manifest, whole.

    Args:
        out: the folder.
        job: of the batch.
        result: the counts.
        command: the command line, or "".
    """
    assert result.given == result.done + result.failed + result.left
    content = {
        "salzoo": __version__,
        "command": command,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "complete": result.left == 0,
        **asdict(result),
        "settings": job.settings(),
    }
    out.write(MANIFEST, json.dumps(content, indent=2).encode() + b"\n")
