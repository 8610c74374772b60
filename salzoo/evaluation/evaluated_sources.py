"""What can be evaluated: models by name or at hand, runs, exported models, folders of maps."""

import os
import sys
from dataclasses import replace

from salzoo.data.images import read_image
from salzoo.evaluation.map_files import HDF5
from salzoo.evaluation.map_folder import MapFolder
from salzoo.models import MODELS, model_record, output_task
from salzoo.prediction.options import DEFAULT_OPTIONS
from salzoo.utils.errors import InputError
from salzoo.utils.files import read_json
from salzoo.utils.task import Task


def kind_of(source):
    """Return "run", "export" or "maps", judging by the files that are there; else "model".

    A model is a name, a `.keras` file, or anything that can be called.

    Raises:
        InputError: there is nothing.
    """
    if not _is_path(source):
        if not callable(source):
            raise InputError(f"{source!r} is neither a path, a model nor a function of an image.")
        return "model"
    path = os.path.expanduser(str(source))
    if os.path.isfile(path) and path.lower().endswith(HDF5):
        return "maps"
    if os.path.isfile(path) and path.endswith(".keras"):
        return "model"
    if path in MODELS and (not os.path.isdir(path) or model_record(path).weights):
        return "model"
    if not os.path.isdir(path):
        raise InputError(
            f"{path} does not exist; give a run folder or an exported model, a folder of maps, "
            "or msinet_lite."
        )
    if os.path.exists(os.path.join(path, "config.json")):
        return "run"
    return "export" if _export_folder(path) else "maps"


def _export_folder(path):
    """Return the folder with the SavedModel, the highest version's; None if there is none."""
    versions = sorted((name for name in os.listdir(path) if name.isdigit()), key=int)
    folders = [path, *(os.path.join(path, name) for name in reversed(versions))]
    return next((f for f in folders if os.path.exists(os.path.join(f, "saved_model.pb"))), None)


def without_ending(path):
    """Return a source's path without the ending of an HDF5 file; folders may have dots."""
    path = os.path.normpath(str(path))
    return os.path.splitext(path)[0] if path.lower().endswith(HDF5) else path


def about(source):
    """Return what a model says of itself: its name and what it was trained on.

    Returns:
        {"model", "task" (not of runs), "datasets" (of runs and exports), of runs "data_dir",
        "protocol" and "dataset_options"}; {} of maps and functions.
    """
    kind = kind_of(source)
    if kind == "maps":
        return {}
    if kind == "model":
        return _about_model(source)
    path = os.path.expanduser(str(source))
    try:
        if kind == "export":
            card = read_json(os.path.join(_export_folder(path), "assets", "card.json"))
            return {
                "model": card["model"],
                "datasets": card["trained_on"],
                "task": card.get("task") and Task.parse(card["task"]),
            }
        config = read_json(os.path.join(path, "config.json"))
        return {
            "model": config["model"],
            "datasets": config["dataset"],
            "data_dir": config["data_dir"],
            "protocol": config.get("protocol"),
            "dataset_options": config.get("dataset_options"),
        }
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} does not say what it is ({error}); it is damaged.") from error


def _about_model(source):
    """Say what is known of a model before it is opened."""
    card = getattr(source, "card", None)
    if card is not None:
        return {"model": card["model"], "task": Task.parse(card["task"])}
    name = source.name if _is_keras_model(source) else str(source)
    if name not in MODELS:
        return {}
    return {"model": name, "task": model_record(name).task}


def _is_keras_model(source):
    """Whether this is a keras.Model; without keras there is none, and it is slow to import."""
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(source, keras.Model)


class Network:
    """A function of an image as one of a `Sample`: what it says of the stored pixels."""

    def __init__(self, predictor):
        self.predictor = predictor
        self.fingerprint = getattr(predictor, "fingerprint", None)

    def __call__(self, sample):
        return self.predictor(read_image(sample.image_path, exif=False))


def open_sources(sources, samples, images, needed, task, options=DEFAULT_OPTIONS, names=None):
    """Open what is to be evaluated.

    Args:
        sources: see `salzoo.evaluate`. samples, images: of the split, and their names.
        needed: those of the samples that are measured. task: `Task`.
        options: `InferenceOptions`.
        names: for the table, one a source.

    Returns:
        {name: `MapFolder` or `Network`}.

    Raises:
        InputError: unusable sources; two of one name.
    """
    opened = []
    for source in sources:
        if kind_of(source) == "maps":
            path = os.path.expanduser(str(source))
            _refuse(options, f"the maps in {path}")
            model = MapFolder(path, samples, images, needed, unit=task is Task.OBJECTS)
            opened.append((os.path.basename(without_ending(model.path)), model))
        else:
            opened.append(_open_model(source, task, options))
    own = [name for name, _ in opened]
    if names is None:
        names = [
            _last_part(source) if own.count(name) > 1 and _is_path(source) else name
            for name, source in zip(own, sources, strict=True)
        ]
    if len(names) != len(opened):
        raise InputError(f"--name: {len(names)} names for {len(opened)} models; give one for each.")
    if len(set(names)) < len(names):
        raise InputError(f"Two models are called {max(names, key=names.count)}: give --name A,B.")
    return {name: model for name, (_, model) in zip(names, opened, strict=True)}


def _open_model(source, task, options):
    """Return the name and the `Network` of a model that can predict this task."""
    if _is_path(source) or _is_keras_model(source):
        from salzoo.prediction.predictor import Predictor

        predictor = Predictor(
            source, replace(options, output=options.output or _output_for(task, source))
        )
    else:
        predictor = source
        _refuse(options, "a model that is at hand already")
    card = getattr(predictor, "card", None)
    if card is None:
        return getattr(source, "__name__", type(source).__name__), Network(predictor)
    # One map of several is for one task; where people look may be tried on masks.
    if card.get("output") and card["task"] != str(task):
        raise InputError(f"{source} predicts {card['task']}, not {task}.")
    return card["model"], Network(predictor)


def _refuse(options, what):
    if options.changed:
        raise InputError(f"`{options.changed[0]}` cannot change {what}.")


def _is_path(source):
    return isinstance(source, str | os.PathLike)


def _last_part(source):
    return os.path.basename(os.path.abspath(str(source)))


def _output_for(task, source):
    """Return the output of a model that has this task, None if it has no choice or it is usual."""
    name = about(source).get("model")
    if name is None or task is not Task.FIXATIONS or kind_of(source) == "export":
        return None
    return "fixation" if len(model_record(name).task) > 1 else None


def usual_task(sources, output=None):
    """Return the task of the first network among the sources, None if there is none.

    A model of both is asked for the object, unless `output` names its fixation map; an
    export has one map only.
    """
    known = next(filter(None, map(about, sources)), None)
    if known is None:
        return None
    task = known.get("task") or model_record(known["model"]).task
    return task if len(task) == 1 else output_task(output)
