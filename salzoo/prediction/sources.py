"""What can predict: models by name, runs, exports, `.keras` files."""

import os
import zipfile
from dataclasses import asdict, replace
from typing import NamedTuple

import keras
import tensorflow as tf

from salzoo.data.geometry import Geometry
from salzoo.models import (
    MODELS,
    choose_output,
    model_record,
    models_with_weights,
    output_task,
    shipped_weights,
    trained_model,
)
from salzoo.prediction.options import DEFAULT_OPTIONS
from salzoo.prediction.saliency import saliency_function
from salzoo.utils.errors import InputError
from salzoo.utils.files import digest, read_json
from salzoo.utils.task import Task


class Opened(NamedTuple):
    """A model that can be asked: see `Predictor`; saliency is a function of images to maps."""

    card: dict
    fingerprint: object
    model: keras.Model | None
    saliency: object


def open_source(source, options=DEFAULT_OPTIONS):
    """Open what `load_model` takes."""
    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise InputError(f"KERAS_BACKEND is {backend}: predictions run on tensorflow; unset it.")
    if isinstance(source, keras.Model):
        return _open_model(source, "the model", options)
    name = os.path.expanduser(str(source))
    if name in MODELS and (model_record(name).weights or not os.path.isdir(name)):
        return _open_shipped(name, options)
    path = os.path.normpath(name)
    if os.path.isfile(path) and path.endswith(".keras"):
        opened = _open_model(_read_keras(path), path, options)
        return opened._replace(fingerprint=_fingerprint(path, opened.card))
    if not os.path.isdir(path):
        shipped = " or ".join(models_with_weights())
        problem = "is no model" if os.path.exists(path) else "does not exist"
        raise InputError(
            f"{path} {problem}; give a run folder or an exported model, a .keras file, "
            f"or {shipped}."
        )
    export = _export_folder(path)
    if export is not None:
        return _open_export(export, options)
    from salzoo.training.run import Run

    return open_run(Run(path), options)


def open_run(run, options=DEFAULT_OPTIONS, model=None):
    """Open a run.

    Args:
        run: `salzoo.training.run.Run`.
        options: `InferenceOptions`.
        model: keras.Model that holds the best weights of the run; None: it is built and
            they are read from the run's folder.
    """
    config, metrics = run.config, run.path("metrics.json")
    known = {
        "model_options": config.model_options,
        "trained_on": config.dataset,
        "recipe": config.recipe,
        "seed": config.seed,
        "metrics": read_json(metrics) if os.path.exists(metrics) else {},
    }
    record, geometry = model_record(config.model), config.geometry
    opened = _wrap(record, model or run.load_model(), geometry, options, **known)
    return opened._replace(fingerprint=_fingerprint(run.weights(), opened.card))


def _open_shipped(name, options):
    opened = _open_model(trained_model(name), name, options, **model_record(name).trained)
    return opened._replace(fingerprint=_fingerprint(shipped_weights(name), opened.card))


def _open_model(model, where, options, **known):
    """Wrap a network of the zoo as its record says."""
    if model.name not in MODELS:
        raise InputError(
            f"{where} holds the network '{model.name}', which salzoo does not know: give one of "
            f"{', '.join(sorted(MODELS))}, or call it in Python on images that fit it."
        )
    record = model_record(model.name)
    size, mode = record.recipe.input_size, record.fit_mode
    fixed = model.input_shape[1:3]
    if None not in fixed:
        size, mode = fixed, "pad" if mode == "native" else mode
    geometry = Geometry(mode, tuple(size), record.size_multiple, record.padding_value)
    return _wrap(record, model, geometry, options, **known)


def _read_keras(path):
    """Read a `.keras` file, without running code that it may bring."""
    import salzoo.layers  # noqa: F401, so that Keras knows them

    try:
        if not zipfile.is_zipfile(path):  # Keras would say that there is none
            raise ValueError("it is damaged")
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # zipfile, h5py, json and Keras raise many kinds
        raise InputError(
            f"{path} is no Keras model that can be read safely ({_reason(error)}); save it again "
            "with model.save, from layers of Keras and salzoo alone."
        ) from error


def _wrap(record, model, geometry, options, **known):
    """Put together what goes around a network, and the card of the whole."""
    if options.fit_mode is not None:
        record.check_fit(options.fit_mode)
        geometry = replace(geometry, fit_mode=options.fit_mode)
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


def _fingerprint(weights, card):
    keys = ("model", "model_options", "output", "geometry", "post_processing")
    return [digest(weights), {key: card[key] for key in keys}]


def _open_export(export, options):
    if options.changed:
        raise InputError(
            f"`{options.changed[0]}` cannot change the exported model {export}: it was decided at "
            "export; give the run folder instead."
        )
    try:
        card = read_json(os.path.join(export, "assets", "card.json"))
        loaded = tf.saved_model.load(export)
        signature = loaded.signatures["tensor"]
    except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
        raise InputError(f"{export} is damaged ({_reason(error)}); export it again.") from error

    def saliency(images, _variables=loaded):  # these live as long as what loaded them
        return signature(images=images)["saliency"]

    return Opened(card, digest(export), None, saliency)


def _export_folder(path):
    """Return the folder with the SavedModel, or None if the path is no export."""
    if os.path.exists(os.path.join(path, "saved_model.pb")):
        if not os.path.exists(os.path.join(path, "assets", "card.json")):
            raise InputError(f"{path} is a SavedModel, but not one that `salzoo export` wrote.")
        return path
    versions = [name for name in os.listdir(path) if name.isdigit()]
    return _export_folder(os.path.join(path, max(versions, key=int))) if versions else None


def _reason(error):
    """The first line of what a library complains of."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
