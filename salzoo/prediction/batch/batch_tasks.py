"""The tasks of a batch: shards, those that failed in parts, and the counts."""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from salzoo.prediction.batch.addresses import file_name
from salzoo.prediction.batch.batch_job import BatchJob
from salzoo.prediction.batch.batch_progress import BatchProgress
from salzoo.prediction.batch.existing_results import (
    Existing,
    check_results,
    read_existing,
    remove_leftovers,
)
from salzoo.prediction.batch.manifest import BatchResult, write_manifest
from salzoo.prediction.batch.output_folder import UNFINISHED, OutputFolder
from salzoo.prediction.batch.planning import TRIES, Shard, divide, plan
from salzoo.prediction.batch.row_table import stored_text
from salzoo.prediction.batch.shard_tasks import ShardResult, compute_shard, join_parts, open_array
from salzoo.utils.cluster import Cluster, WorkerDied
from salzoo.utils.errors import InputError

if TYPE_CHECKING:
    from salzoo.prediction.attention import BoxFile

LOG = logging.getLogger("salzoo")
# Seconds between writings of the manifest.
_MANIFEST_SECONDS = 30.0


class _Parts:
    """A shard that failed, whose parts are tried again."""

    def __init__(self, shard: Shard) -> None:
        self.shard = shard
        self.waiting = 0
        self.finished: dict[int, tuple[Shard, str | None]] = {}
        self.joins = 0

    def in_order(self) -> list[tuple[Shard, str | None]]:
        return [self.finished[place] for place in sorted(self.finished)]


class BatchTasks:
    """The tasks of a batch and its counts.

    Args:
        job: of the batch.
        out: its output folder.
        images: addresses, each once.
        boxes: whose shares are stored; None: none.
        command: the command line, for the manifest.
        quiet: show no progress.

    Attributes:
        result: the counts.
    """

    def __init__(
        self,
        job: BatchJob,
        out: OutputFolder,
        images: list[str],
        boxes: BoxFile | None,
        command: str,
        quiet: bool,
    ) -> None:
        self._job, self._out, self._images = job, out, images
        self._boxes, self._command, self._quiet = boxes, command, quiet
        self._existing = Existing()
        self._shards: list[Shard] = []
        self._parts: dict[str, _Parts] = {}
        self._written = self._begun = time.monotonic()
        self.result = BatchResult(out.address, given=len(images))

    def begin(self, retry_failed: bool) -> None:
        """Read what is there and plan what is missing."""
        remove_leftovers(self._out, everything=False)
        self._existing = existing = read_existing(self._out, self._job, retry_failed)
        names = [(image, stored_text(image)) for image in self._images]
        left = [i for i, name in names if name not in existing.done and name not in existing.failed]
        result = self.result
        result.left = len(left)
        result.failed = sum(name in existing.failed for _, name in names)
        result.done = result.given - result.left - result.failed
        result.others = len(existing.done) + len(existing.failed) - result.done - result.failed
        job = self._job
        self._shards = plan(left, job.shard_size, job.identity, frozenset(existing.slots))
        if job.stored.format == "zarr":
            ends = [shard.start + job.shard_size for shard in self._shards]
            ends += [(slot + 1) * job.shard_size for slot in existing.slots]
            open_array(job, self._out, max(ends))
        self._tell()

    def compute(self, cluster: Cluster) -> None:
        """Compute what is missing."""
        tasks: deque[Any] = deque(self._task(shard) for shard in self._shards)
        done = self.result.given - self.result.left
        progress = BatchProgress(self.result.given, done, self._quiet)
        try:
            for outcome in cluster.outcomes(_run, tasks):
                tasks.extendleft(self._next_tasks(*outcome))
                progress.add(self.result.given - self.result.left - done)
                done = self.result.given - self.result.left
                if time.monotonic() - self._written > _MANIFEST_SECONDS:
                    self._tell()
        finally:
            self.result.seconds = time.monotonic() - self._begun
            progress.close()
            self._tell()

    def _next_tasks(
        self, task: tuple[Any, ...], result: ShardResult | None, error: Exception | None
    ) -> list[tuple[Any, ...]]:
        """Note what became of a task; return the tasks that follow from it."""
        kind, shard = task[0], task[2]
        if isinstance(error, InputError | OSError):
            raise error
        problem = result.problem if result is not None else None
        if error is not None:
            died = isinstance(error, WorkerDied)
            problem = self._reason(shard) if died else _described(error)
        if kind == "join":
            return self._joined(shard, result, problem)
        if problem is not None:
            self.result.retries += 1
            return self._failed(shard, problem)
        if shard.tries:
            return self._part_done(shard, None)
        assert result is not None
        self._count(shard, result)
        return []

    def end(self) -> BatchResult:
        """Check the files and remove what is not needed any more; return the counts."""
        if not check_results(self._out, self._existing.shards):
            # A worker that was believed dead has finished its shard.
            self._existing = read_existing(self._out, self._job)
        self.result.shards = len(self._existing.shards)
        if not self.result.left:
            remove_leftovers(self._out, everything=True)
        self._tell()
        return self.result

    def _task(self, shard: Shard) -> tuple[Any, ...]:
        boxes = self._boxes
        if boxes is not None:
            boxes = boxes.only({file_name(image) for image in shard.images})
        return "compute", self._job, shard, boxes

    def _failed(self, shard: Shard, problem: str) -> list[tuple[Any, ...]]:
        """Return the tasks that try the images of a shard again; give up an image."""
        parent = shard.name.split(".")[0]
        if shard.tries == TRIES - 1:
            reason = f"It was tried {TRIES} times; the last time {problem}."
            return self._part_done(shard, reason)
        if parent not in self._parts:
            self._parts[parent] = _Parts(shard)
            LOG.warning(
                "%s of %d images is tried again in parts: %s",
                *(parent, len(shard.images), problem),
            )
        else:
            self._parts[parent].waiting -= 1
        parts = divide(shard)
        self._parts[parent].waiting += len(parts)
        return [self._task(part) for part in reversed(parts)]

    def _part_done(self, part: Shard, error: str | None) -> list[tuple[Any, ...]]:
        """Note a part; return the task that joins all parts after the last one."""
        name = part.name.split(".")[0]
        parts = self._parts[name]
        parts.waiting -= 1
        parts.finished[part.start] = part, error
        return [] if parts.waiting else [self._join(parts)]

    def _join(self, parts: _Parts) -> tuple[Any, ...]:
        return "join", self._job, parts.shard, parts.in_order()

    def _joined(
        self, shard: Shard, result: ShardResult | None, problem: str | None
    ) -> list[tuple[Any, ...]]:
        parts = self._parts[shard.name]
        if problem is None and result is not None:
            for part, error in parts.in_order():
                if error is None:
                    self._out.remove(f"{UNFINISHED}/{part.name}.parquet")
            del self._parts[shard.name]
            self._count(shard, result)
            return []
        parts.joins += 1
        if parts.joins == TRIES:
            raise InputError(
                f"{shard.name} cannot be written to {self._out.address}: {problem}; what is "
                "finished is kept, and the same command goes on from there."
            )
        return [self._join(parts)]

    def _reason(self, shard: Shard) -> str:
        """Return why a worker died, if it had time to note it."""
        reason = self._out.read(f"{UNFINISHED}/{shard.name}.reason")
        self._out.remove(f"{UNFINISHED}/{shard.name}.begun")
        return reason.decode() if reason else "the worker died"

    def _count(self, shard: Shard, result: ShardResult) -> None:
        self._existing.shards.add(shard.name)
        self.result.done += result.done
        self.result.failed += result.failed
        self.result.left -= result.done + result.failed
        self.result.computed += result.done + result.failed
        self.result.shards = len(self._existing.shards)

    def _tell(self) -> None:
        self._written = time.monotonic()
        write_manifest(self._out, self._job, self.result, self._command)


def _run(kind: str, job: BatchJob, shard: Shard, more: Any) -> ShardResult:
    """Run a task on a worker."""
    return (compute_shard if kind == "compute" else join_parts)(job, shard, more)


def _described(error: Exception) -> str:
    text = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__} ({text})"
