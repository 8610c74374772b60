"""From the address of an image to its row: what workers compute."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from salzoo.data.images import decode_file
from salzoo.prediction.batch.addresses import file_name, local_path, read_address
from salzoo.prediction.batch.batch_job import BatchJob
from salzoo.prediction.batch.map_encoding import encode, quantise, resize
from salzoo.prediction.batch.row_table import Row, empty_row
from salzoo.prediction.large_images import LARGEST_PIXELS
from salzoo.prediction.photo_batch import describe_error
from salzoo.prediction.predictor import MOST_THREADS, Predictor
from salzoo.utils.cluster import keep_memory
from salzoo.utils.errors import InputError

if TYPE_CHECKING:
    from salzoo.prediction.attention import BoxFile

# Images of other machines that are read ahead, and threads that read them.
_AHEAD, _READERS = 6, 3
_session: tuple[Any, Predictor] | None = None
_session_lock = threading.Lock()
_one_large = threading.Lock()


def open_session(job: BatchJob) -> Predictor:
    """Return the model of a batch, loaded once in a process.

    Args:
        job: of the batch.

    Raises:
        InputError: this machine has no such model, or another one of that name.
    """
    global _session
    key = (job.model, job.options, job.weights)
    with _session_lock:
        if _session is None or _session[0] != key:
            keep_memory()
            # Each thread of a worker computes on one core, whatever the machine has.
            os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
            predictor = Predictor(
                job.model, job.options, copies=max(MOST_THREADS, os.cpu_count() or 1)
            )
            if predictor.fingerprint != job.fingerprint:
                raise InputError(
                    f"The worker on {socket.gethostname()} has another model {job.model}; give all "
                    "workers the same files."
                )
            _session = key, predictor
        return _session[1]


def compute_rows(
    job: BatchJob,
    images: Sequence[str],
    boxes: BoxFile | None,
    around: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
) -> Iterator[Row]:
    """Predict images; a failure is a row with the reason.

    Args:
        job: of the batch.
        images: addresses.
        boxes: whose shares are stored; None: none.
        around: context in which each image is computed.

    Yields:
        The row of each image, in order.

    Raises:
        InputError: the model cannot be loaded, or a package to read these addresses is missing.
    """
    predictor = open_session(job)
    with contextlib.closing(_contents(images)) as contents:
        for image in images:
            with around():
                try:
                    row = _row(job, predictor, image, next(contents), boxes)
                except Exception as error:
                    if isinstance(error.__cause__, ImportError):  # it would fail for all
                        raise
                    row = empty_row(job, image, describe_error(image, error))
            yield row


def _contents(images: Sequence[str]) -> Generator[Callable[[], bytes] | None]:
    """Yield a function that returns the bytes of an image; None for files of this machine."""
    waiting: deque[Future[bytes] | None] = deque()
    pool: ThreadPoolExecutor | None = None
    ahead = iter(images)
    try:
        for _ in images:
            while len(waiting) < _AHEAD and (image := next(ahead, None)) is not None:
                if local_path(image) is not None:
                    waiting.append(None)
                    continue
                pool = pool or ThreadPoolExecutor(_READERS)
                waiting.append(pool.submit(read_address, image))
            first = waiting.popleft()
            yield None if first is None else first.result
    finally:
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


def _row(
    job: BatchJob,
    predictor: Predictor,
    image: str,
    content: Callable[[], bytes] | None,
    boxes: BoxFile | None,
) -> Row:
    file = None if content is None else io.BytesIO(content())
    rgb = decode_file(local_path(image) or image, file=file).rgb
    rows, columns = rgb.shape[:2]
    row = empty_row(job, image)
    row |= {"width": columns, "height": rows}
    with _one_large if rows * columns > LARGEST_PIXELS else contextlib.nullcontext():
        map_ = predictor(rgb)
    if job.stored.top or boxes is not None:
        row |= _attention(job, predictor, map_, boxes, file_name(image))
    if job.dtype is not None:
        values, highest = quantise(resize(map_, job.stored.map_size), job.stored.map)
        row |= {
            "map": encode(values, raw=job.stored.format == "zarr"),
            "map_type": job.stored.map,
            "map_rows": values.shape[0],
            "map_columns": values.shape[1],
            "map_maximum": highest,
        }
    return row


def _attention(
    job: BatchJob, predictor: Predictor, map_: np.ndarray, boxes: BoxFile | None, name: str
) -> Row:
    """Return the columns of spots and regions, as `salzoo predict` lists them."""
    from salzoo.prediction import attention

    calibration, columns = predictor.calibration, {}
    if job.stored.top:
        corrected = calibration.correct(map_) if calibration else map_
        spots = attention.find_spots(corrected, job.stored.top)
        columns["spots"] = [spot._asdict() for spot in spots]
    if boxes is not None:
        regions = attention.region_shares(map_, boxes.of(name, *map_.shape), calibration)
        columns["regions"] = [
            {
                **region.box._asdict(),
                "share": region.share,
                "low": region.low,
                "high": region.high,
                "times_even": region.density,
            }
            for region in regions
        ]
    return columns
