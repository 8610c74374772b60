"""Batches: millions of images on the workers of a Dask cluster, each exactly once."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from salzoo.prediction.batch.addresses import file_name, local_path, open_filesystem, protocol_of
from salzoo.prediction.batch.batch_job import (
    LARGEST_SHARD,
    SHARD_SIZE,
    TIMEOUT,
    BatchJob,
    StoredOptions,
)
from salzoo.prediction.batch.batch_tasks import BatchTasks
from salzoo.prediction.batch.image_lists import list_images
from salzoo.prediction.batch.manifest import BatchResult, check_same
from salzoo.prediction.batch.map_encoding import Size
from salzoo.prediction.batch.output_folder import OutputFolder
from salzoo.prediction.options import InferenceOptions
from salzoo.prediction.predictor import Predictor
from salzoo.prediction.sources import SourceKind, resolve_source
from salzoo.utils.cluster import LOCAL, connect, need
from salzoo.utils.errors import InputError
from salzoo.utils.files import check_folder
from salzoo.utils.validators import check_number, check_text

if TYPE_CHECKING:
    from salzoo.prediction.attention import BoxFile

LOG = logging.getLogger("salzoo")


def predict_batch(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    model: str | os.PathLike[str] = "msinet_lite",
    *,
    cluster: Any = LOCAL,
    workers: int | None = None,
    format: str = "parquet",
    map: str = "png8",
    map_size: Size = None,
    top: int = 0,
    regions: str | os.PathLike[str] | None = None,
    column: str | None = None,
    raw: bool = False,
    fit_mode: str | None = None,
    output: str | None = None,
    tta: bool = False,
    trust: bool = False,
    engine: str = "auto",
    shard_size: int = SHARD_SIZE,
    timeout: float = TIMEOUT,
    retry_failed: bool = False,
    quiet: bool = False,
    command: str = "",
) -> BatchResult:
    """Predict any number of images on the workers of a Dask cluster.

    The same call after an interruption does what is missing. An image that cannot be used, or
    at which a worker died, hung or ran out of memory three times, has a row with the reason.

    Args:
        sources: folders, patterns, image files, addresses that fsspec reads (s3://, gs://,
            https://), and lists of these: .txt (one a line), .csv or .parquet.
        out: folder of the results, or its address; see `salzoo.prediction.batch.output_folder`.
        model: path or name, see `salzoo.load_model`; it must be there on all workers.
        cluster: "local" for processes on this machine, the address of a scheduler, or a cluster
            or client of Dask.
        workers: number of local processes, None: one a core; of another cluster the number that
            is waited for.
        format: "parquet": maps are in the rows; "files": in a file each; "zarr": in one array.
        map: "png8", "png16" (scaled by their maximum), "float16" or "none".
        map_size: (rows, columns), or the length of the longer side. None: the image's size.
        top: number of the most salient spots of each image.
        regions: .csv or .json file with boxes whose shares of attention are stored.
        column: of lists that are tables; None: image, path or url, or the only one.
        raw: skip the postprocessing.
        fit_mode: how images are fitted to the input size; None: as in training.
        output: name of the output of a model with several.
        tta: test-time augmentation.
        trust: open a SavedModel whatever operations it has.
        engine: "tensorflow", "litert" or "auto".
        shard_size: number of images of a task and of a Parquet file.
        timeout: seconds that an image may take before its worker is ended.
        retry_failed: compute images again whose row has an error.
        quiet: show no progress.
        command: the command line, for the manifest.

    Returns:
        `BatchResult`: the counts. `print` shows them.

    Raises:
        InputError: unusable sources, options, model or output folder, or no cluster.

    Examples:
        >>> salzoo.predict_batch("photos/", "maps", workers=4, map_size=320)
    """
    for package in ("distributed", "pyarrow", "fsspec"):
        need(package)
    check_number("shard_size", shard_size, 1, LARGEST_SHARD, whole=True)
    check_number("timeout", timeout, 0, open_below=True)
    if workers is not None:
        check_number("workers", workers, 1, 100_000, whole=True)
    stored = StoredOptions(format, map, map_size, top)
    options = InferenceOptions(raw, fit_mode, output, tta, trust, engine)
    address = check_text("out", out)
    if (path := local_path(address)) is not None:
        check_folder("out", path)
    given = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    listed = list_images([os.fspath(source) for source in given], column)
    for note in listed.notes:
        LOG.warning("%s", note)
    if not listed.images:
        raise InputError("There is no image to predict; give a folder, a list or an address.")
    for example in {protocol_of(image): image for image in listed.images}.values():
        open_filesystem(example)  # a missing package is found now
    boxes = _read_boxes(regions, listed.images)
    job = _make_job(model, options, stored, address, shard_size, timeout, boxes)
    folder = OutputFolder(address)
    with _locked(folder):
        check_same(folder, job.settings())
        run = BatchTasks(job, folder, listed.images, boxes, command, quiet)
        run.result.duplicates = listed.duplicates
        run.begin(retry_failed)
        if run.result.left:
            with connect(cluster, workers) as connection:
                if not quiet:
                    LOG.info("%s", connection)
                run.compute(connection)
        return run.end()


def _make_job(
    model: Any,
    options: InferenceOptions,
    stored: StoredOptions,
    out: str,
    shard_size: int,
    timeout: float,
    boxes: BoxFile | None,
) -> BatchJob:
    """Open the model here, and return the job with what workers must find."""
    found = resolve_source(model)
    if found.path is None or found.kind is SourceKind.MAPS:
        raise InputError(f"`model` {model}: workers open it themselves; give its path or name.")
    predictor = Predictor(model, options)
    if predictor.fingerprint is None:
        raise InputError(f"`model` {model}: what it computes cannot be told from other models.")
    named = found.kind in (SourceKind.NAME, SourceKind.RELEASED)
    source = found.path if named else os.path.abspath(found.path)
    options = replace(options, engine=predictor.engine)
    checksum = ""
    if boxes is not None:
        with open(boxes.path, "rb") as file:
            checksum = hashlib.file_digest(file, "sha256").hexdigest()
    address = local_path(out) or out
    fingerprint = predictor.fingerprint
    return BatchJob(
        source, options, fingerprint, stored, address, shard_size, float(timeout), checksum
    )


def _read_boxes(regions: str | os.PathLike[str] | None, images: Sequence[str]) -> BoxFile | None:
    if regions is None:
        return None
    from salzoo.prediction.attention import BoxFile

    boxes = BoxFile(regions)
    absent = sorted(boxes.images - {file_name(image) for image in images})
    if absent:
        LOG.warning(
            "%s has regions of %d images that were not given, such as %s",
            *(boxes.path, len(absent), absent[0]),
        )
    return boxes


@contextlib.contextmanager
def _locked(out: OutputFolder) -> Iterator[None]:
    """Keep a second command from writing into the same folder of this machine."""
    if out.local is None:
        out.check_writable()
        yield
        return
    from filelock import FileLock, Timeout

    os.makedirs(out.local, exist_ok=True)
    out.check_writable()
    try:
        with FileLock(os.path.join(out.local, ".lock"), timeout=0):
            yield
    except Timeout as error:
        raise InputError(
            f"`out` {out.local} is being written to by another command; wait for it, or choose "
            "another folder."
        ) from error
