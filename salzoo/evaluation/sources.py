"""What can be evaluated: runs, exported models, folders of maps."""

import os

from salzoo.data.datasets import dataset_folder, dataset_record
from salzoo.data.images import read_image
from salzoo.data.mixture import available_splits, chain, load_mixture, split_names
from salzoo.errors import EmptySplit, InputError
from salzoo.evaluation import tasks
from salzoo.files import read_json
from salzoo.map_files import HDF5
from salzoo.maps import MapFolder


def kind_of(path):
    """Return "run", "export" or "maps", judging by the files that are there.

    Raises:
        InputError: there is nothing.
    """
    path = os.path.expanduser(str(path))
    if os.path.isfile(path) and path.lower().endswith(HDF5):
        return "maps"
    if not os.path.isdir(path):
        raise InputError(
            f"{path} does not exist; give a run folder or an exported model, or a folder of maps."
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


def about(path):
    """Return what a run or an export says of itself: its model and what it was trained on.

    Returns:
        {"model", "datasets", of exports "task", of runs "data_dir", "protocol" and
        "options"}; {} of maps.
    """
    path, kind = os.path.expanduser(str(path)), kind_of(path)
    if kind == "maps":
        return {}
    try:
        if kind == "export":
            card = read_json(os.path.join(_export_folder(path), "assets", "card.json"))
            return {
                "model": card["model"],
                "datasets": card["trained_on"],
                "task": card.get("task"),
            }
        config = read_json(os.path.join(path, "config.json"))
        return {
            "model": config["model"],
            "datasets": config["dataset"],
            "data_dir": config["data_dir"],
            "protocol": config.get("protocol"),
            "options": config.get("dataset_options"),
        }
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} does not say what it is ({error}); it is damaged.") from error


class Network:
    """A `Predictor` as a function of a `Sample`: what it says of the stored pixels."""

    def __init__(self, predictor):
        self.predictor = predictor
        self.fingerprint = predictor.fingerprint

    def __call__(self, sample):
        return self.predictor(read_image(sample.image_path, exif=False))


def open_sources(sources, samples, images, needed, task, wrapping=(False, None, None), names=None):
    """Open what is to be evaluated.

    Args:
        sources: paths. samples, images: of the split, and their names.
        needed: those of the samples that are measured. task: "fixations" or "objects".
        wrapping: raw, fit and output, as of `Predictor`. names: for the table, one a source.

    Returns:
        {name: `MapFolder` or `Network`}.

    Raises:
        InputError: unusable sources; two of one name.
    """
    opened, (raw, fit, output) = [], wrapping
    for source in sources:
        path = os.path.expanduser(str(source))
        if kind_of(path) == "maps":
            if raw or fit or output:
                flag = "--raw" if raw else "--fit" if fit else "--output"
                raise InputError(f"{flag} cannot change the maps in {path}.")
            model = MapFolder(path, samples, images, needed, unit=task == "objects")
            opened.append((os.path.basename(without_ending(model.path)), model))
        else:
            from salzoo.prediction import Predictor

            predictor = Predictor(path, raw, fit, output or _output_for(task, path))
            # One map of several is for one task; where people look may be tried on masks.
            if predictor.card.get("output") and predictor.card["task"] != task:
                raise InputError(f"{path} predicts {predictor.card['task']}, not {task}.")
            opened.append((predictor.card["model"], Network(predictor)))
    own = [name for name, _ in opened]
    if names is None:
        paths = [os.path.basename(os.path.abspath(str(source))) for source in sources]
        names = [
            path if own.count(name) > 1 else name for name, path in zip(own, paths, strict=True)
        ]
    if len(names) != len(opened):
        raise InputError(f"--name: {len(names)} names for {len(opened)} models; give one for each.")
    if len(set(names)) < len(names):
        raise InputError(f"Two models are called {max(names, key=names.count)}: give --name A,B.")
    return {name: model for name, (_, model) in zip(names, opened, strict=True)}


def _output_for(task, path):
    """Return the output of a run that has this task, None if it has no choice or it is usual."""
    from salzoo.models import model_record

    several = model_record(about(path)["model"]).task == "fixations + objects"
    is_run = kind_of(path) == "run"
    return "fixation" if several and is_run and task == "fixations" else None


def usual_task(sources, output=None):
    """Return the task of the first network among the sources, None if there is none.

    A model of both is asked for the object, unless `output` names its fixation map; an
    export has one map only.
    """
    known = next(filter(None, map(about, sources)), None)
    if known is None:
        return None
    from salzoo.models import model_record, output_task

    task = known.get("task") or model_record(known["model"]).task
    return task if task in tasks.TASKS else output_task(output)


def load(split, datasets, data_dir, protocol=None, sigma=None, options=None):
    """Load a split with the names of its images.

    Returns:
        list of `Sample`, list of paths relative to the data's folder.
    """
    samples = chain(load_mixture(datasets, data_dir, split, protocol, sigma, options or {}))
    names = split_names(datasets)
    folder = data_dir
    if len(names) == 1:
        folder = dataset_folder(dataset_record(datasets), data_dir)
    return samples, [_below(sample.image_path, folder) for sample in samples]


def _below(path, folder):
    """Return a path relative to a folder, or its last two parts if it is not in it."""
    path = os.path.abspath(path)
    if folder is not None:
        relative = os.path.relpath(path, os.path.abspath(os.path.expanduser(str(folder))))
        if not relative.startswith(os.pardir):
            return relative.replace(os.sep, "/")
    return "/".join(path.split(os.sep)[-2:])


def training_samples(datasets, data_dir, protocol=None, sigma=None, options=None):
    """Return the samples that baselines are fitted to, none if there are none."""
    trainable = [
        name for name in split_names(datasets) if "train" in available_splits(name, protocol)
    ]
    if not trainable:
        return []
    try:
        mixture = "+".join(trainable)
        return chain(load_mixture(mixture, data_dir, "train", protocol, sigma, options or {}))
    except EmptySplit:  # only the part that is measured was downloaded
        return []
