"""scores.csv: a row per convention, model and image, a column per metric."""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from salzoo.utils.errors import InputError, shorten
from salzoo.utils.files import whole_file
from salzoo.utils.printable import original_text, write_rows
from salzoo.utils.regular_files import read_text

if TYPE_CHECKING:
    from salzoo.evaluation.results import Evaluation

KEYS = ("convention", "model", "image", "category")

# {(convention, model, image): (line number, {column: cell})}
_Rows = dict[tuple[str, str, str], tuple[int, dict[str, str]]]


def write_scores(evaluation: Evaluation, csv_path: str | os.PathLike[str]) -> None:
    """Write all values of an evaluation; undefined ones are empty.

    Args:
        evaluation: the evaluation.
        csv_path: of the file.
    """
    with whole_file(csv_path) as path, open(path, "w", newline="", encoding="utf-8") as file:
        write_rows(file, [[*KEYS, *evaluation.metrics], *_rows(evaluation)])


def _rows(evaluation: Evaluation) -> Iterator[list[Any]]:
    for convention, by_model in evaluation.scores.items():
        for model, by_metric in by_model.items():
            columns = [by_metric.get(metric) for metric in evaluation.metrics]
            for row, image in enumerate(evaluation.images):
                values = (
                    "" if column is None or math.isnan(column[row]) else column[row]
                    for column in columns
                )
                yield [convention, model, image, evaluation.categories[row] or "", *values]


def read_scores(
    csv_path: str | os.PathLike[str],
    metrics: Mapping[str, Mapping[str, Iterable[str]]],
    count: int,
) -> tuple[list[str], list[str | None], dict[str, dict[str, dict[str, np.ndarray]]]]:
    """Read what `write_scores` wrote, by the names in it: rows and columns may be in any order.

    Args:
        csv_path: of the file.
        metrics: {convention: {model: names of metrics}}, in the order to return them.
        count: number of images.

    Returns:
        images: in the order of the first model's rows.
        categories: category of each image, or None.
        scores: {convention: {model: {metric: float64 (images,)}}}, NaN where undefined.

    Raises:
        InputError: a row or a column is missing, double or of something else, or a value is no
            number.
    """
    columns = {
        name for by_model in metrics.values() for names in by_model.values() for name in names
    }
    try:
        rows = _read_rows(csv_path, columns)
    except csv.Error as error:
        raise InputError(f"{csv_path} is no table that salzoo wrote ({error}).") from error
    pairs = [(convention, model) for convention, by_model in metrics.items() for model in by_model]
    images = [image for *pair, image in rows if tuple(pair) == pairs[0]]
    expected = {(*pair, image) for pair in pairs for image in images}
    if len(images) != count:
        raise InputError(f"{csv_path} has {len(images)} images and should have {count}.")
    for key, (line, _) in rows.items():
        if key not in expected:
            raise InputError(f"{csv_path} line {line}: there should be no row {_named(key)}.")
    missing = sorted(expected - rows.keys())
    if missing:
        raise InputError(f"{csv_path} has no row {_named(missing[0])}.")

    def value(key: tuple[str, str, str], metric: str) -> float:
        line, cells = rows[key]
        try:
            return float("" if "_" in cells[metric] else cells[metric] or "nan")
        except ValueError:
            raise InputError(
                f"{csv_path} line {line}: {metric} is '{shorten(cells[metric])}', which is no "
                "number."
            ) from None

    scores = {
        convention: {
            model: {
                metric: np.array([value((convention, model, image), metric) for image in images])
                for metric in names
            }
            for model, names in by_model.items()
        }
        for convention, by_model in metrics.items()
    }
    categories = [rows[*pairs[0], image][1]["category"] or None for image in images]
    return images, categories, scores


def _named(key: tuple[str, str, str]) -> str:
    return ", ".join(shorten(name, 200) for name in key)


def _read_rows(csv_path: str | os.PathLike[str], metrics: set[str]) -> _Rows:
    """Return the rows by what they are of; their texts as they were written."""
    with io.StringIO(read_text(csv_path), newline="") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        wanted = {*KEYS, *metrics}
        wrong = [name for name in header if header.count(name) > 1] or sorted(wanted - {*header})
        if wrong:
            raise InputError(
                f"{csv_path} should have one column {shorten(wrong[0])}, and has "
                f"{header.count(wrong[0])}."
            )
        rows: _Rows = {}
        for cells in reader:
            if len(cells) != len(header):
                raise InputError(
                    f"{csv_path} line {reader.line_num} has {len(cells)} values for "
                    f"{len(header)} columns."
                )
            row = dict(zip(header, map(original_text, cells), strict=True))
            key = (row["convention"], row["model"], row["image"])
            if key in rows:
                raise InputError(
                    f"{csv_path} has two rows {_named(key)}, in lines {rows[key][0]} and "
                    f"{reader.line_num}."
                )
            rows[key] = reader.line_num, row
    return rows
