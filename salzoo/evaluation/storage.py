"""Files of an evaluation: evaluation.json, scores.csv and curves.npz."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from salzoo.evaluation.scores_file import read_scores, write_scores
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


def _stacked(evaluation: Evaluation) -> dict[str, np.ndarray]:
    """Return {curve: float32 (models, conventions, images, 256)}, and the names of the images."""
    assert evaluation.curves is not None
    by_convention = [evaluation.curves[convention] for convention in evaluation.conventions]
    stacked = {
        name: np.stack(
            [[curves[model][name] for curves in by_convention] for model in evaluation.models]
        )
        for name in CURVES
    }
    return {**stacked, "images": np.array(evaluation.images, "U")}


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
        metrics = {name: summary["means"][name] for name in summary["conventions"]}
        images, categories, scores = read_scores(
            os.path.join(folder, "scores.csv"), metrics, summary["samples"]
        )
        return {
            **{name: summary[name] for name in (*_FIELDS, *_LONG_FIELDS)},
            "task": Task.parse(summary["task"]),
            "images": images,
            "categories": categories,
            "scores": scores,
            "curves": _curves(summary, images, folder),
        }
    except InputError as error:
        raise InputError(f"{folder} holds a damaged evaluation: {error}") from error
    except (OSError, KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
        raise InputError(f"{folder} holds a damaged evaluation ({error}).") from error


def _curves(
    summary: dict[str, Any], images: list[str], folder: str | os.PathLike[str]
) -> dict[str, dict[str, dict[str, np.ndarray]]] | None:
    """Return the curves in the order of these images; None for fixations."""
    if summary["task"] != str(Task.OBJECTS):
        return None
    with np.load(os.path.join(folder, "curves.npz")) as arrays:
        order = [arrays["images"].tolist().index(image) for image in images]
        stacked = {name: arrays[name][:, :, order] for name in CURVES}
    return {
        convention: {
            model: {name: stacked[name][j, i] for name in CURVES}
            for j, model in enumerate(summary["models"])
        }
        for i, convention in enumerate(summary["conventions"])
    }
