"""What a source is: the name of a model, released weights, a run, an export, a file, maps.

This is the only place that decides it. It looks at names and files, and imports neither
TensorFlow nor Keras; `salzoo.prediction.opening` loads the networks.
"""

from __future__ import annotations

import enum
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from salzoo.models import MODELS, PRETRAINED, WEIGHTS_FOLDER, model_record
from salzoo.models.released import is_released, released
from salzoo.prediction.cards import read_card
from salzoo.prediction.portable_files import ENDING, read_portable_file
from salzoo.utils.errors import InputError
from salzoo.utils.regular_files import check_regular
from salzoo.utils.task import Task

HDF5_ENDINGS = (".h5", ".hdf5")


class SourceKind(enum.Enum):
    """Kinds of sources of saliency maps."""

    NAME = "name of a model"
    RELEASED = "released weights"
    RUN = "run folder"
    EXPORT = "exported model"
    KERAS_FILE = ".keras file"
    PORTABLE = "portable file"
    MODEL = "keras.Model"
    CALLABLE = "function"
    MAPS = "folder of maps"


@dataclass(frozen=True)
class Source:
    """A source and its kind, from `resolve_source`.

    Attributes:
        given: what was given: a path, a name or an object.
        kind: of the source.
        path: of the run, the `.keras` or `.tflite` file or the maps; the folder with
            saved_model.pb of an export; the name of a model or of released weights; None for
            objects.
    """

    given: Any
    kind: SourceKind
    path: str | None = None


@dataclass(frozen=True)
class SourceDescription:
    """What is known about a model before it is loaded; None where it is not known.

    Attributes:
        model: name in the registry.
        task: what it predicts.
        dataset: what it was trained on, such as "osie+nus_scene".
        data_dir: folder of that dataset.
        protocol: of that dataset's splits.
        dataset_options: of that dataset's reader.
    """

    model: str | None = None
    task: Task | None = None
    dataset: str | None = None
    data_dir: str | None = None
    protocol: str | None = None
    dataset_options: Mapping[str, Any] | None = None


def resolve_source(source: Any) -> Source:
    """Determine the kind of a source.

    Args:
        source: path or name, keras.Model, `Predictor` or function of an image.

    Raises:
        InputError: there is no such path or name, or an object of another kind.
    """
    if isinstance(source, Source):
        return source
    if not isinstance(source, str | os.PathLike):
        if _is_keras_model(source):
            return Source(source, SourceKind.MODEL)
        if not callable(source):
            raise InputError(f"{source!r} is neither a path, a model nor a function of an image.")
        return Source(source, SourceKind.CALLABLE)
    path = os.path.expanduser(str(source))
    if os.path.isfile(path):
        return Source(source, _kind_of_file(path), os.path.normpath(path))
    if path in MODELS and (not os.path.isdir(path) or path in PRETRAINED):
        return Source(source, SourceKind.NAME, path)
    if is_released(path) and not os.path.exists(path):
        return Source(source, SourceKind.RELEASED, released(path).source)
    path = os.path.normpath(path)
    if not os.path.isdir(path):
        if os.path.exists(path):  # a pipe, a device
            check_regular(path)
        raise InputError(f"{path} does not exist; {_expected()}.")
    if os.path.exists(os.path.join(path, "config.json")):
        return Source(source, SourceKind.RUN, path)
    export = _export_folder(path)
    if export is not None:
        return Source(source, SourceKind.EXPORT, export)
    return Source(source, SourceKind.MAPS, path)


def describe_source(source: Source) -> SourceDescription:
    """Read what is known about a source from its files, without loading a network.

    Args:
        source: from `resolve_source`.

    Raises:
        InputError: the files of a run or an export are damaged.
    """
    if source.kind is SourceKind.RUN:
        return _describe_run(str(source.path))
    if source.kind is SourceKind.EXPORT:
        card = read_card(str(source.path))
        return SourceDescription(card["model"], Task.parse(card["task"]), card["trained_on"])
    if source.kind is SourceKind.PORTABLE:
        card = read_portable_file(str(source.path)).card
        return SourceDescription(card["model"], Task.parse(card["task"]), card["trained_on"])
    if source.kind is SourceKind.NAME:
        return SourceDescription(source.path, model_record(str(source.path)).task)
    if source.kind is SourceKind.RELEASED:
        weights = released(str(source.path))
        task = model_record(weights.model).task
        return SourceDescription(weights.model, task, weights.trained_on, protocol=weights.protocol)
    known = getattr(source.given, "card", None)  # of a `Predictor`
    if known is not None:
        return SourceDescription(known["model"], Task.parse(known["task"]))
    if source.kind is SourceKind.MODEL and source.given.name in MODELS:
        return SourceDescription(source.given.name, model_record(source.given.name).task)
    return SourceDescription()


def shares_file(source: Source) -> str | None:
    """Return where the calibration of a source's shares of attention is, whether or not it exists.

    Args:
        source: from `resolve_source`.

    Returns:
        Path of the .json file; None for sources that have none.
    """
    if source.kind is SourceKind.NAME:
        return os.path.join(WEIGHTS_FOLDER, f"{source.path}.shares.json")
    return os.path.join(str(source.path), "shares.json") if source.kind is SourceKind.RUN else None


def refuse_versions(path: str) -> None:
    """Say what to give where a folder of maps has an exported model in it.

    Args:
        path: of the folder, given where a model is needed.

    Raises:
        InputError: it has.
    """
    if not os.path.isdir(path):
        return
    for name in sorted(filter(is_version, os.listdir(path))):
        version = os.path.join(path, name)
        if os.path.exists(os.path.join(version, "saved_model.pb")):
            raise InputError(
                f"{path} holds other files beside the exported model {version}; give that folder."
            )


def without_ending(path: str | os.PathLike[str]) -> str:
    """Return the path of a source without the ending of an HDF5 file; folders may have dots."""
    path = os.path.normpath(str(path))
    return os.path.splitext(path)[0] if path.lower().endswith(HDF5_ENDINGS) else path


def _kind_of_file(path: str) -> SourceKind:
    if path.lower().endswith(HDF5_ENDINGS):
        return SourceKind.MAPS
    if path.endswith(".keras"):
        return SourceKind.KERAS_FILE
    if path.endswith(ENDING):
        return SourceKind.PORTABLE
    raise InputError(f"{path} is no model; {_expected()}.")


def _expected() -> str:
    pretrained = " or ".join(PRETRAINED)
    return (
        f"give a run folder or an exported model, a .keras file, a folder of maps, {pretrained}, "
        "or released weights such as msinet:salicon"
    )


def _describe_run(path: str) -> SourceDescription:
    from salzoo.training.config import read_config

    config = read_config(path)
    return SourceDescription(
        config.model,
        model_record(config.model).task,
        config.dataset,
        config.data_dir,
        config.protocol,
        config.dataset_options,
    )


def _export_folder(path: str) -> str | None:
    """Return the folder with saved_model.pb, that of the highest version; None without one.

    A folder of versions holds nothing else. Where other files or folders are beside them, as in
    a folder of maps, a number is a name like any other: a SavedModel is a program and is not run
    by accident.
    """
    if os.path.exists(os.path.join(path, "saved_model.pb")):
        return path
    names = [name for name in os.listdir(path) if not name.startswith(".")]
    if not all(is_version(name) and os.path.isdir(os.path.join(path, name)) for name in names):
        return None
    folders = (os.path.join(path, name) for name in sorted(names, key=int, reverse=True))
    return next((f for f in folders if os.path.exists(os.path.join(f, "saved_model.pb"))), None)


def is_version(name: str) -> bool:
    """Return whether the name of a folder is a version: a number in plain digits, not "²"."""
    return re.fullmatch("[0-9]{1,18}", name) is not None


def _is_keras_model(source: object) -> bool:
    """Return whether this is a keras.Model; without Keras imported there is none."""
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(source, keras.Model)
