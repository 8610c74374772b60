"""Cards of exported models: what is known about a model, in assets/card.json."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from salzoo.models import MODELS, model_record, output_task
from salzoo.models.record import Recipe
from salzoo.utils.errors import InputError, shorten, unknown_name
from salzoo.utils.json_files import make_record, read_json
from salzoo.utils.task import Task
from salzoo.utils.validators import FIT_MODES


@dataclass(frozen=True)
class Metrics:
    """metrics.json of a run.

    Attributes:
        title: of the evaluation.
        convention: of the metrics.
        means: {model or baseline: {metric: mean}}, None where undefined.
    """

    title: str
    convention: str
    means: dict[str, dict[str, float | None]]


@dataclass(frozen=True)
class _Geometry:
    fit_mode: str
    size: tuple[int, int]
    size_multiple: int
    padding_value: float
    scale: float = 1.0
    other_sizes: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class _PostProcessing:
    blur: float
    divide_by_maximum: bool
    tta: bool = False


@dataclass(frozen=True)
class _Card:
    """The fields of a card, in the types that salzoo writes."""

    model: str
    model_options: dict[str, Any]
    output: str | None
    paper: str
    task: str
    trained_on: str | None
    recipe: Recipe
    seed: int | None
    geometry: _Geometry
    post_processing: _PostProcessing
    metrics: Metrics | dict[str, None]
    protocol: str | None = None
    released: dict[str, str] = field(default_factory=dict)
    export: dict[str, str | list[str]] = field(default_factory=dict)


def read_card(export: str) -> dict[str, Any]:
    """Read the card of an exported model; all values are checked.

    Args:
        export: folder with saved_model.pb.

    Raises:
        InputError: it has no card, a damaged one, or one of salzoo 0.1.0.
    """
    path = os.path.join(export, "assets", "card.json")
    if not os.path.exists(path):
        raise InputError(f"{export} is a SavedModel, but not one that `salzoo export` wrote.")
    values = read_json(path)
    if isinstance(values, dict) and "options" in values and "model_options" not in values:
        raise InputError(
            f"{export} was exported by salzoo 0.1.0: export the model again, or use that version."
        )
    card = make_record(_Card, values, path)
    try:
        _check_names(card)
        _check_record(card)
    except InputError as error:
        raise InputError(f"{path} is damaged: {error}") from error
    return values


def check_card(values: Any, path: str) -> dict[str, Any]:
    """Check the values of a card, without importing the model that it names.

    Args:
        values: from json.
        path: of the file, for messages.

    Returns:
        The values.

    Raises:
        InputError: they are no card.
    """
    card = make_record(_Card, values, path)
    try:
        _check_names(card)
    except InputError as error:
        raise InputError(f"{path} is damaged: {error}") from error
    return values


def fingerprint(weights: str, card: dict[str, Any]) -> list[Any]:
    """Return what identifies the maps of a model.

    Args:
        weights: checksum of the weights, of `salzoo.utils.files.compute_digest`.
        card: of the model with its options.
    """
    keys = ("model", "model_options", "output", "geometry", "post_processing")
    return [weights, {key: card[key] for key in keys}]


def read_metrics(path: str, model: str) -> dict[str, Any]:
    """Read metrics.json of a run.

    Args:
        path: of the file.
        model: name of the run's model.

    Returns:
        The fields of `Metrics`; {} without such a file.

    Raises:
        InputError: it is damaged, or not of this model.
    """
    if not os.path.lexists(path):
        return {}
    values = read_json(path)
    metrics = make_record(Metrics, values, path)
    if model not in metrics.means:
        raise InputError(f"{path} is damaged: it has no means of {model}; delete it.")
    return values


def _check_names(card: _Card) -> None:
    """Check the names in a card whose types are right."""
    if card.model not in MODELS:
        raise unknown_name("model", card.model, MODELS)
    Task.parse(card.task)
    if card.geometry.fit_mode not in FIT_MODES:
        raise unknown_name("fit mode", card.geometry.fit_mode, FIT_MODES)


def _check_record(card: _Card) -> None:
    """Check options and task of a card by the record of its model."""
    record = model_record(card.model)
    record.check_options(card.model_options)
    several = card.output is not None
    expected = output_task(card.output) if several else record.task
    if Task.parse(card.task) != expected or (several and len(record.task) == 1):
        raise InputError(f"{card.model} predicts {record.task}, not {shorten(card.task)}.")
