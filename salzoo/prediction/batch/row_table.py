"""The table of a batch: a row for each image, in Parquet files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from salzoo.prediction.batch.batch_job import BatchJob
from salzoo.utils.cluster import need

Row = dict[str, Any]
# Rows are written in groups of about so many bytes, which bounds the memory.
GROUP_BYTES = 2**25


def stored_text(text: str) -> str:
    """Return a text that Parquet can store: a name that is no UTF-8 gets escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def schema(job: BatchJob, finished: bool = True) -> Any:
    """Return the pyarrow schema of the rows.

    Args:
        job: of the batch.
        finished: False for the parts of a shard that is tried again, which have the bytes of the
            maps whatever the format.
    """
    pa = need("pyarrow")
    whole, real = pa.int32(), pa.float64()
    spot = pa.struct([("x", whole), ("y", whole), ("share", real)])
    sides = [(name, real) for name in ("x", "y", "width", "height")]
    shares = [(name, real) for name in ("share", "low", "high", "times_even")]
    region = pa.struct([("name", pa.string()), *sides, *shares])
    place = {"parquet": ("map", pa.binary()), "files": ("map_file", pa.string())}
    stored = place.get(job.stored.format, ("map_index", pa.int64()))
    return pa.schema(
        [
            ("image", pa.string()),
            ("width", whole),
            ("height", whole),
            stored if finished else place["parquet"],
            ("map_type", pa.string()),
            ("map_rows", whole),
            ("map_columns", whole),
            ("map_maximum", pa.float32()),
            ("spots", pa.list_(spot)),
            ("regions", pa.list_(region)),
            ("model_sha256", pa.string()),
            ("engine", pa.string()),
            ("salzoo", pa.string()),
            ("error", pa.string()),
        ]
    )


def empty_row(job: BatchJob, image: str, error: str | None = None) -> Row:
    """Return the row of an image without results.

    Args:
        job: of the batch.
        image: its address.
        error: why there are none.
    """
    return {
        "image": stored_text(image),
        "map": None,
        "model_sha256": job.weights,
        "engine": job.options.engine,
        "salzoo": job.salzoo,
        "error": None if error is None else stored_text(error),
    }


def write_rows(path: str, rows: Iterable[Mapping[str, Any]], kind: Any) -> tuple[int, int]:
    """Write rows into a Parquet file.

    Args:
        path: on this machine.
        rows: values by column; what is missing is null.
        kind: the schema.

    Returns:
        Number of rows, and of those with an error.
    """
    pa, parquet = need("pyarrow"), need("pyarrow.parquet")
    texts = [name for name in kind.names if name != "map"]
    count = failed = size = 0
    waiting: list[Mapping[str, Any]] = []
    # Maps differ: a dictionary of them only takes memory.
    with parquet.ParquetWriter(path, kind, use_dictionary=texts, compression="zstd") as writer:
        for row in rows:
            waiting.append(row)
            count += 1
            failed += row.get("error") is not None
            size += len(row.get("map") or b"") + 500
            if size >= GROUP_BYTES:
                writer.write_table(pa.Table.from_pylist(waiting, kind))
                waiting, size = [], 0
        if waiting or not count:
            writer.write_table(pa.Table.from_pylist(waiting, kind))
    return count, failed


class ShardFacts(NamedTuple):
    """What a shard's file has.

    Attributes:
        images: stored addresses.
        failed: those with an error.
        start: place of its first map in a Zarr array; None in other formats.
    """

    images: list[str]
    failed: list[str]
    start: int | None


def read_facts(file: Any) -> ShardFacts:
    """Read which images a Parquet file has.

    Args:
        file: open for reading.
    """
    parquet = need("pyarrow.parquet").ParquetFile(file)
    names = ["image", "error"]
    names += ["map_index"] if "map_index" in parquet.schema_arrow.names else []
    table = parquet.read(columns=names)
    images = table["image"].to_pylist()
    errors = table["error"]
    failed = []
    if errors.null_count < len(errors):
        pairs = zip(images, errors.to_pylist(), strict=True)
        failed = [image for image, error in pairs if error is not None]
    start = None
    if "map_index" in names and images:
        start = table["map_index"][0].as_py()
    return ShardFacts(images, failed, start)


def iterate_rows(file: Any) -> Iterator[Row]:
    """Yield the rows of a Parquet file, a few at a time in memory.

    Args:
        file: open for reading.
    """
    parquet = need("pyarrow.parquet").ParquetFile(file)
    for batch in parquet.iter_batches(batch_size=16):
        yield from batch.to_pylist()
