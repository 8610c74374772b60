"""Files of an evaluation: evaluation.json, scores.csv and curves.npz."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from salzoo.metrics.metric import CURVES
from salzoo.utils.errors import InputError
from salzoo.utils.files import read_json, whole_file, write_json
from salzoo.utils.task import Task

if TYPE_CHECKING:
    from salzoo.evaluation.results import Evaluation

_FIELDS = (
    "title",
    "command",
    "task",
    "dataset",
    "split",
    "truth",
    "baselines",
    "conventions",
    "metrics",
    "seed",
)
_LONG_FIELDS = ("definitions", "versions", "notes", "truth_hash")


def write(evaluation: Evaluation, folder: str | os.PathLike[str]) -> None:
    """Write an evaluation; evaluation.json last, so that the other files exist with it.

    Args:
        evaluation: the evaluation.
        folder: an existing folder.
    """
    write_scores(evaluation, os.path.join(folder, "scores.csv"))
    if evaluation.curves is not None:
        with whole_file(os.path.join(folder, "curves.npz")) as path:
            np.savez_compressed(path, **_stacked(evaluation))  # type: ignore[arg-type]
    summary = {
        **{name: getattr(evaluation, name) for name in ("models", *_FIELDS)},
        "task": str(evaluation.task),
        "samples": len(evaluation.images),
        "means": _map_values(_plain, evaluation.means()),
        "intervals": _map_values(lambda ends: [*map(_plain, ends)], evaluation.intervals()),
        "undefined": evaluation.undefined(),
        **{name: getattr(evaluation, name) for name in _LONG_FIELDS},
    }
    write_json(os.path.join(folder, "evaluation.json"), summary)


def _map_values(function: Callable[[Any], Any], tree: Mapping[str, Any]) -> dict[str, Any]:
    """Apply a function to {convention: {model: {metric: value}}}."""
    return {
        convention: {
            model: {metric: function(value) for metric, value in by_metric.items()}
            for model, by_metric in by_model.items()
        }
        for convention, by_model in tree.items()
    }


def _plain(value: float) -> float | None:
    """Return a value for JSON, None for NaN and infinity."""
    return float(value) if math.isfinite(value) else None


def write_scores(evaluation: Evaluation, csv_path: str | os.PathLike[str]) -> None:
    """Write a CSV row per convention, model and image; undefined values are empty.

    Args:
        evaluation: the evaluation.
        csv_path: of the file.
    """
    metrics = evaluation.metrics
    with whole_file(csv_path) as path, open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["convention", "model", "image", "category", *metrics])
        for convention, by_model in evaluation.scores.items():
            for model, by_metric in by_model.items():
                columns = [by_metric.get(metric) for metric in metrics]
                for row, image in enumerate(evaluation.images):
                    values = (
                        "" if column is None or math.isnan(column[row]) else column[row]
                        for column in columns
                    )
                    category = evaluation.categories[row] or ""
                    writer.writerow([convention, model, image, category, *values])


def _stacked(evaluation: Evaluation) -> dict[str, np.ndarray]:
    """Return {curve: float32 (models, conventions, images, 256)}."""
    assert evaluation.curves is not None
    by_convention = [evaluation.curves[convention] for convention in evaluation.conventions]
    return {
        name: np.stack(
            [[curves[model][name] for curves in by_convention] for model in evaluation.models]
        )
        for name in CURVES
    }


def read(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the fields of the `Evaluation` that `write` wrote.

    Args:
        folder: of the evaluation.

    Raises:
        InputError: the folder holds no evaluation, or a damaged one.
    """
    path = os.path.join(folder, "evaluation.json")
    if not os.path.isfile(path):
        raise InputError(
            f"{folder} is not an evaluation: it has no evaluation.json; give a folder that "
            "`salzoo evaluate` wrote."
        )
    try:
        summary = read_json(path)
        with open(os.path.join(folder, "scores.csv"), newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        images = [row[2] for row in rows[: summary["samples"]]]
        return {
            **{name: summary[name] for name in (*_FIELDS, *_LONG_FIELDS)},
            "task": Task.parse(summary["task"]),
            "images": images,
            "categories": [row[3] or None for row in rows[: len(images)]],
            "scores": _scores(summary, header[4:], rows),
            "curves": _curves(summary, folder) if summary["task"] == str(Task.OBJECTS) else None,
        }
    except (OSError, KeyError, ValueError, TypeError, IndexError) as error:
        raise InputError(f"{folder} holds a damaged evaluation ({error}).") from error


def _scores(
    summary: dict[str, Any], columns: list[str], rows: Sequence[list[str]]
) -> dict[str, dict[str, dict[str, np.ndarray]]]:
    conventions, models, count = (summary[name] for name in ("conventions", "models", "samples"))
    if len(rows) != count * len(conventions) * len(models):
        raise ValueError(f"scores.csv has {len(rows)} rows")
    values = np.array([[float(cell or "nan") for cell in row[4:]] for row in rows])
    values = values.reshape(len(conventions), len(models), count, -1)
    return {
        convention: {
            model: {
                metric: values[i, j, :, columns.index(metric)]
                for metric in summary["means"][convention][model]
            }
            for j, model in enumerate(models)
        }
        for i, convention in enumerate(conventions)
    }


def _curves(
    summary: dict[str, Any], folder: str | os.PathLike[str]
) -> dict[str, dict[str, dict[str, np.ndarray]]]:
    with np.load(os.path.join(folder, "curves.npz")) as arrays:
        stacked = {name: arrays[name] for name in CURVES}
    return {
        convention: {
            model: {name: stacked[name][j, i] for name in CURVES}
            for j, model in enumerate(summary["models"])
        }
        for i, convention in enumerate(summary["conventions"])
    }
