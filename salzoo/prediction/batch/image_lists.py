"""The images of a batch: folders, patterns, files, addresses, and lists of them."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from salzoo.data.image_kinds import EXTENSIONS, is_image
from salzoo.prediction.batch.addresses import (
    file_name,
    local_path,
    normal_address,
    open_filesystem,
    protocol_of,
)
from salzoo.prediction.photo_files import find_images
from salzoo.utils.cluster import need
from salzoo.utils.errors import InputError, shorten, unknown_name
from salzoo.utils.printable import original_text
from salzoo.utils.regular_files import check_regular

LISTS = (".txt", ".lst", ".csv", ".tsv", ".parquet")
# Columns of a table that are taken without being named, in lower case.
COLUMNS = ("image", "path", "url", "file", "address", "filename")


class ListedImages(NamedTuple):
    """The images that sources stand for.

    Attributes:
        images: addresses in order, each once; of files of this machine the absolute paths.
        duplicates: number of addresses that were given before.
        notes: a sentence for each folder with images that are not read here.
    """

    images: list[str]
    duplicates: int
    notes: list[str]


def list_images(sources: Sequence[str], column: str | None = None) -> ListedImages:
    """Return the images of sources.

    Args:
        sources: folders (without their sub-folders), patterns, image files, and lists: text files
            with one path or address a line, CSV and Parquet files with a column of them. All may
            be addresses such as s3://bucket/folder. Paths in a list are relative to the current
            folder. Files in a list are not looked for here; they may exist on workers only.
        column: of tables; None: their only one, or the first of COLUMNS.

    Raises:
        InputError: a source does not exist, holds no image or cannot be read.
    """
    seen: dict[str, None] = {}
    notes: list[str] = []
    count = 0
    for source in sources:
        for image in _of_source(str(source), column, notes):
            count += 1
            seen.setdefault(image)
    return ListedImages(list(seen), count - len(seen), notes)


def _of_source(source: str, column: str | None, notes: list[str]) -> Iterator[str]:
    path = local_path(source)
    if file_name(source).lower().endswith(LISTS) and not (path and os.path.isdir(path)):
        yield from _of_list(source, column)
    elif path is not None:
        found = find_images([path])
        if found.problems:
            raise InputError(found.problems[0])
        notes += found.notes
        yield from map(normal_address, found.paths)
    elif protocol_of(source) in ("http", "https"):
        yield source  # there are no folders
    else:
        yield from _of_remote(source)


def _of_remote(source: str) -> Iterator[str]:
    """Yield the image, or those of a folder or pattern, of another filesystem."""
    filesystem, path = open_filesystem(source)
    try:
        if re.search(r"[*?\[]", path):
            names = filesystem.glob(path)
        elif is_image(source) and not source.endswith("/"):
            yield source
            return
        else:
            names = filesystem.ls(path, detail=False)
    except FileNotFoundError as error:
        raise InputError(f"{source} does not exist.") from error
    except Exception as error:  # every protocol raises its own kinds
        reason = shorten(str(error) or type(error).__name__, 200)
        raise InputError(f"{source} cannot be listed ({reason}).") from error
    images = sorted(filter(is_image, map(str, names)))
    if not images:
        raise InputError(f"{source} holds no image ({', '.join(EXTENSIONS)}).")
    yield from map(filesystem.unstrip_protocol, images)


def _of_list(source: str, column: str | None) -> Iterator[str]:
    ending = os.path.splitext(file_name(source))[1].lower()
    path = local_path(source)
    if path is not None:
        check_regular(path)
    filesystem, inner = open_filesystem(path or source)
    count = 0
    try:
        with filesystem.open(inner, "rb") as file:
            for text in _texts(source, file, ending, column):
                text = text.strip()
                if text:
                    count += 1
                    yield normal_address(text)
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(f"{source} does not exist.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{source} is not text in UTF-8; save it as UTF-8.") from error
    except Exception as error:  # csv, pyarrow and every protocol raise their own kinds
        reason = shorten(str(error) or type(error).__name__, 200)
        raise InputError(f"{source} cannot be read as a list ({reason}).") from error
    if not count:
        raise InputError(f"{source} lists no image; write a path or an address in each line.")


def _texts(source: str, file: Any, ending: str, column: str | None) -> Iterator[str]:
    """Yield the entries of an open list."""
    if ending == ".parquet":
        table = need("pyarrow.parquet").ParquetFile(file)
        name = _choose(source, table.schema_arrow.names, column)
        for batch in table.iter_batches(columns=[name]):
            yield from (str(value) for value in batch.column(0).to_pylist() if value is not None)
        return
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    if ending in (".txt", ".lst"):
        yield from (line.rstrip("\r\n") for line in text)
        return
    header = text.readline()
    if not header.strip():
        return
    separator = max(",;\t", key=re.sub(r'"[^"]*"', "", header).count)
    names = next(csv.reader([header], delimiter=separator))
    place = names.index(_choose(source, names, column))
    for row in csv.reader(text, delimiter=separator):
        if place < len(row):
            yield original_text(row[place])


def _choose(source: str, names: Sequence[str], column: str | None) -> str:
    if column is not None:
        if column not in names:
            raise unknown_name(f"column of {source}", column, names)
        return column
    by_lower = {name.strip().lower(): name for name in reversed(names)}
    usual = next((by_lower[name] for name in COLUMNS if name in by_lower), None)
    if usual is None and len(names) != 1:
        raise InputError(
            f"{source} has the columns {shorten(', '.join(names), 200)}; say with `column` which "
            "one has the images."
        )
    return usual or names[0]
