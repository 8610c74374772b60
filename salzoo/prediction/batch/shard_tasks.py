"""The tasks that workers run: a shard, a part of a shard that failed, and the joining of parts."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from salzoo.prediction.batch import map_encoding, row_table
from salzoo.prediction.batch.addresses import file_name
from salzoo.prediction.batch.batch_job import BatchJob
from salzoo.prediction.batch.image_rows import compute_rows
from salzoo.prediction.batch.output_folder import MAPS, RESULTS, UNFINISHED, ZARR, OutputFolder
from salzoo.prediction.batch.planning import Shard, shard_name
from salzoo.prediction.batch.row_table import Row, empty_row
from salzoo.prediction.batch.watchdog import watch
from salzoo.utils.cluster import need
from salzoo.utils.errors import InputError
from salzoo.utils.files import DISK_ERRORS

if TYPE_CHECKING:
    from salzoo.prediction.attention import BoxFile

# Of the memory that Dask gives a worker; at 95 % Dask ends it without a reason.
_MEMORY_SHARE = 0.9


class ShardResult(NamedTuple):
    """What a task has done.

    Attributes:
        done: number of images with a result.
        failed: number of images with an error.
        problem: why the task failed and may be tried again; None if it did not.
    """

    done: int = 0
    failed: int = 0
    problem: str | None = None


def compute_shard(job: BatchJob, shard: Shard, boxes: BoxFile | None) -> ShardResult:
    """Predict the images of a shard and write its file; or that of a part of a shard.

    Args:
        job: of the batch.
        shard: the images.
        boxes: whose shares are stored; None: none.

    Raises:
        InputError: no shard can be computed: another model, a missing package.
        OSError: the disk is full.
    """
    out = OutputFolder(job.out)
    begun, why = f"{UNFINISHED}/{shard.name}.begun", f"{UNFINISHED}/{shard.name}.reason"
    if out.read(begun) is not None:  # Dask starts a task again whose worker died
        reason = out.read(why)
        return ShardResult(problem=reason.decode() if reason else "the worker died")
    out.mark(begun)

    def around() -> contextlib.AbstractContextManager[None]:
        return watch(job.timeout, _memory_limit(), lambda reason: out.write(why, reason.encode()))

    try:
        rows = compute_rows(job, shard.images, boxes, around)
        if shard.tries:
            return _write_part(job, out, shard, rows)
        return write_shard(job, out, shard, rows)
    except Exception as error:
        return _problem(error)
    finally:
        out.remove(begun)


def join_parts(
    job: BatchJob, shard: Shard, parts: Sequence[tuple[Shard, str | None]]
) -> ShardResult:
    """Write the file of a shard from those of its parts.

    Args:
        job: of the batch.
        shard: the images.
        parts: (part, None), in order; or (image, why it was given up).
    """
    out = OutputFolder(job.out)

    def rows() -> Iterator[Row]:
        for part, error in parts:
            if error is not None:
                yield from (empty_row(job, image, error) for image in part.images)
                continue
            with out.open(f"{UNFINISHED}/{part.name}.parquet") as file:
                yield from row_table.iterate_rows(file)

    try:
        return write_shard(job, out, shard, rows())
    except Exception as error:
        return _problem(error)


def write_shard(job: BatchJob, out: OutputFolder, shard: Shard, rows: Iterable[Row]) -> ShardResult:
    """Write the maps of a shard, and then its file in `results`, whole.

    Args:
        job: of the batch.
        out: its output folder.
        shard: the images.
        rows: of the images, with the bytes of the maps.
    """
    kind = row_table.schema(job)
    place: Callable[[Iterable[Row]], Iterator[Row]] = iter
    if job.stored.format == "files":
        place = _Files(job, out)
    elif job.stored.format == "zarr":
        place = _Zarr(job, out, shard.start)
    with out.whole(f"{RESULTS}/{shard.name}.parquet") as path:
        count, failed = row_table.write_rows(path, place(rows), kind)
    return ShardResult(count - failed, failed)


def _write_part(job: BatchJob, out: OutputFolder, part: Shard, rows: Iterable[Row]) -> ShardResult:
    with out.whole(f"{UNFINISHED}/{part.name}.parquet") as path:
        row_table.write_rows(path, rows, row_table.schema(job, finished=False))
    return ShardResult()


class _Files:
    """Writes each map into a file of its own, whose name has a hash of the address."""

    def __init__(self, job: BatchJob, out: OutputFolder) -> None:
        self._job, self._out = job, out

    def __call__(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            content = row.pop("map", None)
            if content is not None:
                row["map_file"] = self._name(row["image"])
                if row["map_type"] == "float16":
                    with self._out.whole(row["map_file"]) as path, open(path, "wb") as file:
                        np.save(file, map_encoding.from_bytes(content, row))
                else:
                    self._out.write(row["map_file"], content)
            yield row

    def _name(self, image: str) -> str:
        mark = shard_name("", [image])[-16:]
        stem = re.sub(r"[^\w.-]", "_", os.path.splitext(file_name(image))[0])[:60]
        ending = "npy" if self._job.stored.map == "float16" else "png"
        return f"{MAPS}/{mark[:2]}/{stem}-{mark}.{ending}"


class _Zarr:
    """Writes maps into their places of the Zarr array, some at a time."""

    def __init__(self, job: BatchJob, out: OutputFolder, start: int) -> None:
        self._array = open_array(job, out)
        self._start, self._step = start, self._array.chunks[0]

    def __call__(self, rows: Iterable[Row]) -> Iterator[Row]:
        block = np.zeros((self._step, *self._array.shape[1:]), self._array.dtype)
        filled, first = 0, self._start
        for index, row in enumerate(rows, self._start):
            content = row.pop("map", None)
            block[filled] = 0
            if content is not None:
                block[filled] = map_encoding.from_bytes(content, row)
            row["map_index"] = index
            filled += 1
            if filled == self._step:
                self._array[first : first + filled] = block
                first, filled = first + filled, 0
            yield row
        if filled:
            self._array[first : first + filled] = block[:filled]


def open_array(job: BatchJob, out: OutputFolder, images: int | None = None) -> Any:
    """Open the Zarr array of a batch.

    Args:
        job: of the batch.
        out: its output folder.
        images: number of maps that it must have room for; it is made or enlarged. None: it is
            there.
    """
    zarr = need("zarr")
    store: Any = out.path(ZARR)
    if out.local is None:
        store = zarr.storage.FsspecStore.from_url(f"{out.address}/{ZARR}")
    if images is None:
        return zarr.open_array(store=store, mode="r+")
    assert isinstance(job.stored.map_size, tuple)
    try:
        array = zarr.open_array(store=store, mode="r+")
    except FileNotFoundError:
        rows, columns = job.stored.map_size
        return zarr.create_array(
            store=store,
            shape=(images, rows, columns),
            chunks=(_chunk(job), rows, columns),
            dtype=str(job.dtype),
            fill_value=0,
            dimension_names=("image", "row", "column"),
        )
    if array.shape[0] < images:
        array.resize((images, *array.shape[1:]))
    return array


def _chunk(job: BatchJob) -> int:
    """Return the number of maps of a chunk, which no two shards share: about 8 MB."""
    rows, columns = job.stored.map_size  # type: ignore[misc]
    most = max(1, 2**23 // (rows * columns * np.dtype(job.dtype).itemsize))
    size = job.shard_size
    return max(part for part in range(1, size + 1) if size % part == 0 and part <= most)


def _memory_limit() -> int:
    """Return the bytes that the worker may use; 0 where there is no limit."""
    distributed = need("distributed")
    try:
        worker = distributed.get_worker()
    except ValueError:  # not in a worker, as in tests
        return 0
    manager = getattr(worker, "memory_manager", None)
    return int(_MEMORY_SHARE * (getattr(manager, "memory_limit", None) or 0))


def _problem(error: Exception) -> ShardResult:
    """Return an error as one that another try may not meet, or raise it."""
    if isinstance(error, OSError) and error.errno in DISK_ERRORS:
        raise error
    if isinstance(error, InputError):
        raise error
    text = next(iter(str(error).splitlines()), "")
    return ShardResult(problem=f"{type(error).__name__} ({text})")
