"""What an output folder has already, and its repair: an image has one row, whatever happened."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from salzoo.prediction.batch import row_table
from salzoo.prediction.batch.batch_job import BatchJob
from salzoo.prediction.batch.output_folder import RESULTS, UNFINISHED, OutputFolder
from salzoo.prediction.batch.planning import shard_name
from salzoo.prediction.batch.row_table import ShardFacts
from salzoo.utils.cluster import need
from salzoo.utils.files import PART

LOG = logging.getLogger("salzoo")
ENDING = ".parquet"
# Files that are read at the same time: of other machines, each waits.
_READERS = 8
# Seconds after which an unfinished file is nobody's.
_STALE = 3600


@dataclass
class Existing:
    """Rows that a folder has.

    Attributes:
        done: stored addresses of the images with a result.
        failed: of those with an error.
        slots: places in a Zarr array that are taken, in units of the shard size.
        shards: names of the files, without their ending.
    """

    done: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    slots: set[int] = field(default_factory=set)
    shards: set[str] = field(default_factory=set)


def read_existing(out: OutputFolder, job: BatchJob, retry_failed: bool = False) -> Existing:
    """Read which images have rows, and remove what must not be there.

    Files that are damaged are removed. Of an image with two rows one is removed: a worker that
    was believed dead may have finished a shard whose images were divided otherwise meanwhile.

    Args:
        out: the folder.
        job: of the batch.
        retry_failed: remove the rows with an error, so that their images are computed again.
    """
    found = Existing()
    facts = sorted(_facts(out), key=lambda pair: (-len(pair[1].images), pair[0]))
    for name, shard in facts:
        if name in found.shards:  # what was left of another shard has been written there
            continue
        if shard.start is not None:
            found.slots.add(shard.start // job.shard_size)
        twice = {i for i in shard.images if i in found.done or i in found.failed}
        dropped = twice | set(shard.failed) if retry_failed else twice
        if dropped:
            name = _rewrite(out, job, name, shard, dropped)
        if name:
            found.shards.add(name)
            failed = set(shard.failed) - dropped
            found.failed |= failed
            found.done |= set(shard.images) - dropped - failed
    return found


def _facts(out: OutputFolder) -> Iterator[tuple[str, ShardFacts]]:
    names = out.names(RESULTS, ENDING)
    invalid = need("pyarrow").ArrowException

    def read(name: str) -> ShardFacts | None:
        try:
            with out.open(f"{RESULTS}/{name}") as file:
                return row_table.read_facts(file)
        except (invalid, KeyError, OSError) as error:
            if getattr(error, "errno", None) is not None:  # of the disk or the network
                raise
            LOG.warning("%s is damaged and computed again", out.path(f"{RESULTS}/{name}"))
            out.remove(f"{RESULTS}/{name}")
            return None

    with ThreadPoolExecutor(_READERS) as pool:
        for name, shard in zip(names, pool.map(read, names), strict=True):
            if shard is not None:
                yield name.removesuffix(ENDING), shard


def _rewrite(
    out: OutputFolder, job: BatchJob, name: str, shard: ShardFacts, dropped: Collection[str]
) -> str:
    """Write a shard without some of its rows; return its new name, "" if no row is left."""
    kept = [image for image in shard.images if image not in dropped]
    after = shard_name(job.identity, kept) if kept else ""
    if kept:
        with (
            out.open(f"{RESULTS}/{name}{ENDING}") as file,
            out.whole(f"{RESULTS}/{after}{ENDING}") as path,
        ):
            rows = (row for row in row_table.iterate_rows(file) if row["image"] not in dropped)
            row_table.write_rows(path, rows, row_table.schema(job))
    out.remove(f"{RESULTS}/{name}{ENDING}")
    return after


def remove_leftovers(out: OutputFolder, everything: bool) -> None:
    """Remove what interrupted workers left.

    Args:
        out: the folder.
        everything: remove the parts of shards too, as at the end; else only notes of who has begun
            what, and files that nobody has written to for an hour.
    """
    if everything:
        out.remove(UNFINISHED)
    else:
        for name in out.names(UNFINISHED):
            if name.endswith((".begun", ".reason")):
                out.remove(f"{UNFINISHED}/{name}")
    if out.local is None:
        return
    for folder, _, names in os.walk(out.local):
        for path in (os.path.join(folder, name) for name in names if name.startswith(PART)):
            with contextlib.suppress(FileNotFoundError):
                if everything or time.time() - os.path.getmtime(path) > _STALE:
                    os.remove(path)


def check_results(out: OutputFolder, expected: Collection[str]) -> bool:
    """Return whether a folder has the files that it should have, and no others.

    Args:
        out: the folder.
        expected: names of the files, without their ending.
    """
    return {name.removesuffix(ENDING) for name in out.names(RESULTS, ENDING)} == set(expected)
