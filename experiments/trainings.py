"""Trainings of an entry: configs, resuming, and runs with a part of a trained model."""

import json
import logging
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, replace

from experiments.settings import QUICK_RECIPE
from salzoo.utils.errors import InputError
from salzoo.utils.files import whole_file, whole_folder
from salzoo.utils.json_files import write_json
from salzoo.utils.task import Task
from salzoo.utils.tensorflow import load_tensorflow

FINISHED = "trained.json"


def config_of(entry, sets, seed, start, settings):
    """Return the `RunConfig` of one training of an entry.

    Args:
        entry: `Entry`.
        sets: datasets, "a" or "a+b".
        seed: of all random numbers.
        start: folder of the run whose weights the training starts from, or None.
        settings: `Settings`.

    Raises:
        InputError: an input size that the model does not take.
    """
    from salzoo.data.dataset import dataset_names
    from salzoo.data.datasets import dataset_record
    from salzoo.models import model_record
    from salzoo.training.config import RunConfig

    record = model_record(entry.model)
    recipe = record.recipe_for(sets).override(**entry.recipe)
    if settings.quick:
        recipe = recipe.override(**QUICK_RECIPE)
    recipe = recipe.override(**settings.recipe)
    record.check_size(*recipe.input_size)
    known = any(entry.protocol in dataset_record(s).protocols for s in dataset_names(sets))
    return RunConfig(
        model=entry.model,
        model_options=entry.model_options,
        dataset=sets,
        data_dir=None if sets == "synthetic" else settings.data_dir,
        recipe=recipe,
        fit_mode=record.fit_mode,
        protocol=entry.protocol if known else None,
        seed=seed,
        limit_train=settings.limit_train,
        limit_val=settings.limit_val,
        mixed_precision=settings.mixed_precision,
        init_from=start,
    )


def train_once(entry, config, folder, settings, train):
    """Start or resume a training; do nothing if it is complete.

    Raises:
        InputError: the folder has a run with other settings.
    """
    from salzoo.training.run import Run

    run = Run(folder)
    if run.exists:
        _refuse_changes(run, config, "init_from" if settings.init_from else None)
    if os.path.exists(run.path(FINISHED)):
        return
    resumed = " (resumed)" if run.exists else ""
    say(f"{entry.name}: train {config.model} on {config.dataset}, seed {config.seed}{resumed}")
    start = time.monotonic()
    train(config, folder, run.exists)
    write_json(run.path(FINISHED), {"seconds": round(time.monotonic() - start, 1)})
    # Only needed to resume, and up to three times as large as the best checkpoint.
    if os.path.exists(run.path("last.weights.h5")):
        os.remove(run.path("last.weights.h5"))


def _refuse_changes(run, config, given):
    """Check that a run to resume was started with the same settings.

    Folders may have been moved: data_dir and init_from are compared only if `given` names them.

    Raises:
        InputError: another setting.
    """
    begun, now = _settings_of(run.config), _settings_of(config)
    names = [name for name in now if name not in ("data_dir", "init_from") or name == given]
    changed = [name for name in names if begun.get(name) != now[name]]
    if changed:
        values = ", ".join(f"{name} {begun.get(name)}, now {now[name]}" for name in changed)
        raise InputError(
            f"{run.folder} was begun with other settings ({values}); give the same, or another "
            "--out."
        )


def _settings_of(config):
    """Return the fields of a config and of its recipe, as they are read from JSON."""
    fields = json.loads(json.dumps(asdict(config)))
    return {**fields.pop("recipe"), **fields}


def train_for_real(config, folder, resume):
    """Train in a process of its own, since TensorFlow does not release a training's memory.

    Raises:
        InputError: as `salzoo.training.loop.train`, or the process died.
    """
    # Not forked: a fork of a process that uses TensorFlow hangs.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, load_tensorflow) as processes:
        try:
            processes.submit(_train, config, folder, resume, sys.stdout.isatty()).result()
        except BrokenProcessPool:
            raise InputError(
                f"The training of {folder} ended without a message, perhaps for lack of memory; "
                "the same command resumes it."
            ) from None


def _train(config, folder, resume, on_terminal):
    from salzoo.training.loop import train

    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("salzoo").setLevel(logging.INFO)
    train(config, folder, resume, verbose=1 if on_terminal else 2)


def write_part(folder, options, part):
    """Write a run with a part of the model of another run.

    The layers of the part have the names that they have in the complete model, by which
    the weights of an earlier time step (SAM) or a coarser output (ASNet) are found.

    Args:
        folder: of the trained run.
        options: of the model's builder, for the part.
        part: folder to write; nothing is done if it exists.
    """
    from salzoo.models import build_model
    from salzoo.training.run import Run

    if os.path.isdir(part):
        return
    whole = Run(folder)
    config, trained = whole.config, whole.load_model()
    model = build_model(config.model, **options)
    for layer in model.layers:
        layer.set_weights(trained.get_layer(layer.name).get_weights())
    with whole_folder(part) as temporary:
        run = Run(temporary)
        run.write_config(replace(config, model_options=options))
        with whole_file(run.path("best.weights.h5")) as path:
            model.save_weights(path)


def without_fixation_sets(sets):
    """Return "a+b" without the datasets that have no masks."""
    from salzoo.data.datasets import dataset_record

    kept = [name for name in sets.split("+") if dataset_record(name).task is not Task.FIXATIONS]
    if not kept:
        raise InputError(f"{sets} has no masks to learn objects from.")
    return "+".join(kept)


def check_folders(entry, chain, test, settings):
    """Check that all datasets of an entry are present before the first training.

    Args:
        entry: `Entry`.
        chain: datasets of the trainings, "a" or "a+b".
        test: datasets of the evaluation.
        settings: `Settings`.

    Raises:
        InputError: a dataset is missing.
    """
    sets = [name for names in [*chain, test] for name in names.split("+")]
    needed = [name for name in dict.fromkeys(sets) if name != "synthetic"]
    if len(needed) < 2:
        return  # data_dir may be the folder of the dataset itself; it is checked when it is read
    root = settings.data_dir
    missing = [name for name in needed if not root or not os.path.isdir(os.path.join(root, name))]
    if missing:
        hint = "" if len(chain) == 1 else "; or add --init_from RUN or --direct"
        raise InputError(
            f"{entry.name} trains on {' and then '.join(chain)} and measures on {test}: "
            f"--data_dir must hold a folder for each set; missing: {', '.join(missing)}{hint}."
        )


def say(message):
    """Print a message at once."""
    print(message, flush=True)
