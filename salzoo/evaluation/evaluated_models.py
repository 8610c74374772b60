"""The models and folders of maps of an evaluation, opened under their names in the table."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from salzoo.data.images import read_image
from salzoo.data.sample import Sample
from salzoo.evaluation.map_folder import MapFolder
from salzoo.models import model_record, output_task
from salzoo.prediction.options import DEFAULT_OPTIONS, InferenceOptions
from salzoo.prediction.sources import (
    Source,
    SourceKind,
    describe_source,
    resolve_source,
    without_ending,
)
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task


class Network:
    """A function of a `Sample`, made from a function of an image.

    Args:
        predictor: function of an image, float32 RGB 0..255 (rows, columns, 3) with the pixels
            as stored, to a map (rows, columns).

    Attributes:
        fingerprint: of the predictor, None if it has none.
    """

    def __init__(self, predictor: Any) -> None:
        self.predictor = predictor
        self.fingerprint = getattr(predictor, "fingerprint", None)

    def __call__(self, sample: Sample) -> np.ndarray:
        """Return the map of a sample, (rows, columns)."""
        return self.predictor(read_image(sample.image_path, exif=False))


def open_sources(
    sources: Sequence[Any],
    samples: list[Sample],
    images: list[str],
    needed: list[Sample],
    task: Task,
    options: InferenceOptions = DEFAULT_OPTIONS,
    names: Sequence[str] | None = None,
    log_maps: bool = False,
) -> dict[str, MapFolder | Network]:
    """Open the sources of an evaluation.

    Args:
        sources: see `salzoo.evaluate`.
        samples: all samples of the split.
        images: names of their images.
        needed: the samples that are evaluated.
        task: `Task.FIXATIONS` or `Task.OBJECTS`.
        options: preprocessing, postprocessing and choice of output of networks.
        names: for the table, one a source; None: those of the models or folders.
        log_maps: folders of maps hold log densities.

    Returns:
        {name: `MapFolder` or `Network`}.

    Raises:
        InputError: unusable sources, or two of one name.
    """
    found = [resolve_source(source) for source in sources]
    if log_maps and all(source.kind is not SourceKind.MAPS for source in found):
        raise InputError("`log_maps` is for folders of maps, and there is none.")
    opened: list[tuple[str, MapFolder | Network]] = []
    for source in found:
        if source.kind is SourceKind.MAPS:
            _refuse(options, f"the maps in {source.path}")
            unit = task is Task.OBJECTS
            maps = MapFolder(str(source.path), samples, images, needed, unit, log_maps)
            opened.append((os.path.basename(without_ending(maps.path)), maps))
        else:
            opened.append(_open_network(source, task, options))
    own = [name for name, _ in opened]
    if names is None:
        names = [
            _last_part(source.given) if own.count(name) > 1 and source.path is not None else name
            for name, source in zip(own, found, strict=True)
        ]
    if len(names) != len(opened):
        raise InputError(f"`name`: {len(names)} names for {len(opened)} models; give one for each.")
    if len(set(names)) < len(names):
        repeated = max(names, key=list(names).count)
        raise InputError(f"Two models are called {repeated}: give `name` A,B.")
    return {name: model for name, (_, model) in zip(names, opened, strict=True)}


def usual_task(sources: Sequence[Any], output: str | None = None) -> Task | None:
    """Return the task of the first network among the sources; None without a network.

    A model of both tasks predicts objects, unless `output` names its fixation map; an export
    has one map only.

    Args:
        sources: see `salzoo.evaluate`.
        output: name of an output.
    """
    for source in sources:
        task = describe_source(resolve_source(source)).task
        if task is not None:
            return task if len(task) == 1 else output_task(output)
    return None


def _open_network(source: Source, task: Task, options: InferenceOptions) -> tuple[str, Network]:
    """Return the name and the `Network` of a model that predicts this task."""
    if source.kind is SourceKind.CALLABLE:
        predictor = source.given
        _refuse(options, "a model that is loaded already")
    else:
        from salzoo.prediction.predictor import Predictor

        output = options.output or _output_for(task, source)
        predictor = Predictor(source.given, replace(options, output=output))
    card = getattr(predictor, "card", None)
    if card is None:
        given = source.given
        return getattr(given, "__name__", type(given).__name__), Network(predictor)
    # One map of several is for one task; a model of fixations may be evaluated on masks.
    if card.get("output") and card["task"] != str(task):
        raise InputError(f"{source.given} predicts {card['task']}, not {task}.")
    name = card.get("released", {}).get("source") or card["model"]
    return name, Network(predictor)


def _output_for(task: Task, source: Source) -> str | None:
    """Return the output of a model for this task, None where it has one or it is the default."""
    if task is not Task.FIXATIONS or source.kind is SourceKind.EXPORT:
        return None
    name = describe_source(source).model
    return "fixation" if name is not None and len(model_record(name).task) > 1 else None


def _refuse(options: InferenceOptions, what: str) -> None:
    if options.changed:
        raise InputError(f"`{options.changed[0]}` cannot change {what}.")


def _last_part(source: Any) -> str:
    return os.path.basename(os.path.abspath(str(source)))
