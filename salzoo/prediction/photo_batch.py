"""Predicts many photos on all cores: decoding, networks and writing overlap."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable, Collection, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from salzoo.data.images import image_size
from salzoo.prediction.large_images import LARGEST_PIXELS
from salzoo.prediction.photos import OutputOptions, PhotoResult, predict_photo
from salzoo.utils.errors import InputError

# Photos in memory at the same time; more cores than this write no faster.
MOST_WORKERS = 16


def worker_count(photos: int) -> int:
    """Return the number of threads for some photos: the processor's cores, or less.

    Args:
        photos: number of photos.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores or 1, photos, MOST_WORKERS))


def predict_photos(
    predictor: Callable[[np.ndarray], np.ndarray],
    paths: Sequence[str],
    stems: Sequence[str],
    options: OutputOptions,
    read: Collection[str],
    workers: int,
) -> Generator[PhotoResult | Exception]:
    """Predict photos and write their files, see `salzoo.prediction.photos.predict_photo`.

    Args:
        predictor: function of an image to its map, which threads may call at the same time.
        paths: image files.
        stems: path of each one's files, without ending.
        options: what to write.
        read: real paths of files that must not be overwritten.
        workers: number of threads; as many photos, or twice as many, are begun and not yet
            returned. Of large images there is one at a time in memory.

    Yields:
        For each photo, in order, what was written, or the error that prevented it.
    """
    alone = threading.Lock()

    def predict(path: str, stem: str) -> PhotoResult | Exception:
        try:
            with alone if workers > 1 and _is_large(path) else contextlib.nullcontext():
                return predict_photo(predictor, path, stem, options, read)
        except Exception as error:  # whatever it is, the other photos are done
            return error

    jobs = zip(paths, stems, strict=True)
    if workers == 1:
        yield from (predict(*job) for job in jobs)
        return
    pool = ThreadPoolExecutor(workers)
    waiting: deque[Future[PhotoResult | Exception]] = deque()
    try:
        for job in jobs:
            waiting.append(pool.submit(predict, *job))
            if len(waiting) == 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:  # interrupted: what was begun is finished, since files appear whole
        pool.shutdown(cancel_futures=True)


def _is_large(path: str) -> bool:
    try:
        rows, columns = image_size(path)
    except InputError:  # which its prediction tells
        return False
    return rows * columns > LARGEST_PIXELS


def describe_error(image: str, error: Exception) -> str:
    """Return in one sentence why an image could not be used.

    Args:
        image: path or address.
        error: that was raised for it.
    """
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, MemoryError):
        return f"{image}: needs more memory than there is; shrink it before giving it here."
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{image}: {where}{error.strerror or error}."
    return f"{image}: {type(error).__name__} ({next(iter(str(error).splitlines()), '')})."
