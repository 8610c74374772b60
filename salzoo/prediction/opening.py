"""Loading of networks from sources, with their preprocessing and postprocessing."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from salzoo.data.geometry import Geometry
from salzoo.models import (
    choose_output,
    model_record,
    output_task,
    shipped_weights,
    trained_model,
)
from salzoo.models.imported import read_import_card, released_model
from salzoo.models.record import ModelRecord
from salzoo.models.released import ReleasedWeights, released
from salzoo.prediction.cards import fingerprint, read_card, read_metrics
from salzoo.prediction.keras_files import check_network, read_keras_file
from salzoo.prediction.options import DEFAULT_OPTIONS, InferenceOptions
from salzoo.prediction.saliency import saliency_function
from salzoo.prediction.saved_models import open_saved_model
from salzoo.prediction.sources import SourceKind, refuse_versions, resolve_source
from salzoo.utils.errors import InputError, shorten
from salzoo.utils.files import compute_digest
from salzoo.utils.task import Task
from salzoo.utils.tensorflow import check_process
from salzoo.utils.validators import VARYING_FIT_MODES

if TYPE_CHECKING:
    from salzoo.training.run import Run


class Opened(NamedTuple):
    """A loaded model with everything around it.

    Attributes:
        card: what is known about the model, for json.
        fingerprint: of the weights and of all that decides the maps; None if unknown.
        model: keras.Model of fitted images; None for an export.
        saliency: images float32 (batch, rows, columns, 3), 0..255, to maps (batch, rows,
            columns, 1).
    """

    card: dict[str, Any]
    fingerprint: object
    model: keras.Model | None
    saliency: Callable[[tf.Tensor], tf.Tensor]

    def maps(self, image: np.ndarray) -> np.ndarray:
        """Compute the map of an image, of any shape and values, as the model gives it.

        Args:
            image: RGB 0..255, (rows, columns, 3).

        Returns:
            float32 (1, rows, columns, 1).

        Raises:
            MemoryError: there is too little memory.
            InputError: the model fails.
        """
        check_process()
        try:
            return self.saliency(tf.constant(np.asarray(image, "float32")[None])).numpy()
        except tf.errors.ResourceExhaustedError as error:
            raise MemoryError(error.message) from error
        except tf.errors.OpError as error:
            reason = shorten(str(error.message).splitlines()[0], 200)
            rows, columns = image.shape[:2]
            raise InputError(
                f"The model {self.card['model']} fails on an image of {rows}x{columns} ({reason})."
            ) from error


def open_source(source: Any, options: InferenceOptions = DEFAULT_OPTIONS) -> Opened:
    """Load the network of a source.

    Args:
        source: see `salzoo.load_model`.
        options: preprocessing, postprocessing and choice of output.

    Raises:
        InputError: the source is no model or is damaged, or the options do not fit it.
    """
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise InputError(f"KERAS_BACKEND is {backend}: predictions run on tensorflow; unset it.")
    check_process()
    found = resolve_source(source)
    if found.kind is SourceKind.MODEL:
        return _open_model(source, "the model", options)
    if found.kind is SourceKind.CALLABLE:
        raise InputError(f"{source!r} cannot be loaded; give a path, a name or a keras.Model.")
    path = str(found.path)
    if found.kind is SourceKind.NAME:
        opened = _open_model(trained_model(path), path, options, **model_record(path).trained)
        return opened._replace(
            fingerprint=fingerprint(compute_digest(shipped_weights(path)), opened.card)
        )
    if found.kind is SourceKind.RELEASED:
        return _open_released(released(path), options)
    if found.kind is SourceKind.KERAS_FILE:
        opened = _open_model(read_keras_file(path), path, options)
        return opened._replace(fingerprint=fingerprint(compute_digest(path), opened.card))
    if found.kind is SourceKind.EXPORT:
        return _open_export(path, options)
    if found.kind is SourceKind.PORTABLE:
        raise InputError(f"{path} is a portable file, which TensorFlow does not run; use litert.")
    if found.kind is SourceKind.MAPS:
        refuse_versions(path)
    from salzoo.training.run import Run  # only here: it imports datasets, losses and metrics

    return open_run(Run(path), options)  # which says what a folder without config.json lacks


def open_run(
    run: Run, options: InferenceOptions = DEFAULT_OPTIONS, model: keras.Model | None = None
) -> Opened:
    """Open a run.

    Args:
        run: the run.
        options: preprocessing, postprocessing and choice of output.
        model: with the best weights of the run, if it is in memory already.

    Raises:
        InputError: this is no run, or the options do not fit the model.
    """
    config = run.config
    opened = _wrap(
        model_record(config.model),
        model or run.load_model(),
        config.geometry,
        options,
        model_options=config.model_options,
        trained_on=config.dataset,
        recipe=config.recipe,
        seed=config.seed,
        metrics=read_metrics(run.path("metrics.json"), config.model),
    )
    return opened._replace(fingerprint=fingerprint(compute_digest(run.weights()), opened.card))


def _open_model(model: keras.Model, where: str, options: InferenceOptions, **known: Any) -> Opened:
    """Wrap a network of the zoo by its record.

    Args:
        model: the network; its name is that of the record.
        where: it comes from, for error messages.
        options: preprocessing, postprocessing and choice of output.
        **known: entries of the card.
    """
    record = check_network(model, where)
    (rows, columns), fit_mode = record.recipe.input_size, record.fit_mode
    fixed = model.input_shape[1:3]
    if None not in fixed:
        (rows, columns), fit_mode = fixed, "pad" if fit_mode in VARYING_FIT_MODES else fit_mode
    geometry = Geometry(fit_mode, (rows, columns), record.size_multiple, record.padding_value)
    return _wrap(record, model, geometry, options, **known)


def _open_released(weights: ReleasedWeights, options: InferenceOptions) -> Opened:
    """Wrap a network with released weights as their authors do."""
    model, path = released_model(weights)
    record = replace(
        model_record(weights.model),
        fit_mode=weights.fit_mode,
        predict_fit_mode=None,
        padding_value=weights.padding_value,
        blur=weights.blur,
    )
    size, *others = weights.sizes
    geometry = Geometry(
        weights.fit_mode,
        size,
        record.size_multiple,
        weights.padding_value,
        other_sizes=tuple(others),
    )
    card = read_import_card(weights)
    origin = {name: getattr(card, name) for name in ("source", "licence", "url", "file_sha256")}
    opened = _wrap(
        record,
        model,
        geometry,
        options,
        model_options=dict(weights.model_options),
        trained_on=weights.trained_on,
        protocol=weights.protocol,
        released=origin,
    )
    return opened._replace(fingerprint=fingerprint(compute_digest(path), opened.card))


def _wrap(
    record: ModelRecord,
    model: keras.Model,
    geometry: Geometry,
    options: InferenceOptions,
    **known: Any,
) -> Opened:
    """Add preprocessing and postprocessing to a network, and make its card."""
    if options.fit_mode is not None:
        record.check_fit(options.fit_mode)
        geometry = replace(geometry, fit_mode=options.fit_mode)
    elif (
        record.predict_fit_mode
        and geometry.fit_mode == record.fit_mode
        and None in model.input_shape[1:3]  # takes images of several sizes
    ):
        geometry = replace(geometry, fit_mode=record.predict_fit_mode)
    output = choose_output(model, options.output)
    task = record.task if output is None else output_task(output)
    plain = options.raw or task is Task.OBJECTS
    recipe = known.pop("recipe", record.recipe)
    card = {
        "model": record.name,
        "model_options": {},
        "output": output,
        "paper": record.paper,
        "task": str(task),
        "trained_on": None,
        # A card travels; the place of a weights file on this machine does not.
        "recipe": {
            **asdict(recipe),
            "backbone_weights": os.path.basename(recipe.backbone_weights),
        },
        "seed": None,
        "geometry": asdict(geometry),
        "post_processing": {
            "blur": 0.0 if plain else record.blur,
            "divide_by_maximum": not plain,
            **({"tta": True} if options.tta else {}),
        },
        "metrics": {},
        **known,
    }
    saliency = saliency_function(model, geometry, record.blur, options.raw, output, options.tta)
    return Opened(card, None, model, saliency)


def _open_export(export: str, options: InferenceOptions) -> Opened:
    if options.changed:
        raise InputError(
            f"`{options.changed[0]}` cannot change the exported model {export}: it was decided at "
            "export; give the run folder instead."
        )
    card = read_card(export)
    saliency = open_saved_model(export, options.trust)
    return Opened(card, compute_digest(export), None, saliency)
