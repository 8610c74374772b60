"""Files of an evaluation: evaluation.json, scores.csv and curves.npz."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from salzoo.evaluation.journal_entries import THRESHOLDS, Reasons
from salzoo.evaluation.scores_file import read_scores, write_scores
from salzoo.metrics import FIXATION_METRICS, OBJECT_METRICS
from salzoo.metrics.metric import CURVES
from salzoo.utils.array_files import read_arrays
from salzoo.utils.errors import InputError, shorten, unknown_name
from salzoo.utils.files import whole_file
from salzoo.utils.json_files import make_record, read_json, write_json
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
_LONG_FIELDS = ("reasons", "definitions", "versions", "notes", "truth_hash")


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


@dataclass(frozen=True)
class _Summary:
    """evaluation.json."""

    models: list[str]
    title: str
    command: str
    task: str
    dataset: str
    split: str
    truth: str
    baselines: list[str]
    conventions: list[str]
    metrics: list[str]
    seed: int
    samples: int
    means: dict[str, dict[str, dict[str, float | None]]]
    intervals: dict[str, dict[str, dict[str, tuple[float | None, float | None]]]]
    undefined: dict[str, dict[str, dict[str, int]]]
    definitions: dict[str, dict[str, str]]
    versions: dict[str, str]
    notes: list[str]
    truth_hash: str
    reasons: Reasons = field(default_factory=dict)


def read(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the fields of the `Evaluation` that `write` wrote.

    Args:
        folder: of the evaluation.

    Raises:
        InputError: the folder holds no evaluation, or a damaged one.
    """
    path = os.path.join(folder, "evaluation.json")
    if not os.path.lexists(path):
        raise InputError(
            f"{folder} is not an evaluation: it has no evaluation.json; give a folder that "
            "`salzoo evaluate` wrote."
        )
    try:
        summary = make_record(_Summary, read_json(path), path)
        task = _checked_task(summary)
        images, categories, scores = read_scores(
            os.path.join(folder, "scores.csv"), summary.means, summary.samples
        )
        curves = None
        if task is Task.OBJECTS:
            curves = _curves(summary, images, os.path.join(folder, "curves.npz"))
    except InputError as error:
        raise InputError(f"{folder} holds a damaged evaluation: {error}") from error
    return {
        **{name: getattr(summary, name) for name in (*_FIELDS, *_LONG_FIELDS)},
        "task": task,
        "images": images,
        "categories": categories,
        "scores": scores,
        "curves": curves,
    }


def _checked_task(summary: _Summary) -> Task:
    """Check the names of evaluation.json; return its task."""
    task = Task.parse(summary.task)
    known = OBJECT_METRICS if task is Task.OBJECTS else FIXATION_METRICS
    for kind in ("models", "conventions", "metrics"):
        names = getattr(summary, kind)
        if not names or len(set(names)) < len(names):
            raise InputError(f"its {kind} are {shorten(names)}.")
    for name in summary.metrics:
        if name not in known:
            raise unknown_name(f"metric of {task}", name, known)
    if not set(summary.baselines) <= set(summary.models) or summary.samples < 1:
        raise InputError(
            f"it has {summary.samples} images and the baselines {shorten(summary.baselines)}."
        )
    fits = [*summary.means] == summary.conventions and all(
        [*models] == summary.models and all(set(m) <= set(summary.metrics) for m in models.values())
        for models in summary.means.values()
    )
    if not fits:
        raise InputError("its means are not of its conventions, models and metrics.")
    return task


def _curves(
    summary: _Summary, images: list[str], path: str
) -> dict[str, dict[str, dict[str, np.ndarray]]]:
    """Return the curves in the order of these images."""
    shape = (len(summary.models), len(summary.conventions), summary.samples, THRESHOLDS)
    stacked = read_arrays(path, {**dict.fromkeys(CURVES, shape), "images": (summary.samples,)})
    places = {image: place for place, image in enumerate(stacked["images"].tolist())}
    if set(places) != set(images):
        raise InputError(f"{path} has other images than scores.csv.")
    order = [places[image] for image in images]
    return {
        convention: {
            model: {name: stacked[name][j, i, order] for name in CURVES}
            for j, model in enumerate(summary.models)
        }
        for i, convention in enumerate(summary.conventions)
    }
