"""The trainings of an entry: their configs, going on with them, parts of their networks."""

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
from salzoo.utils.files import whole_file, whole_folder, write_json
from salzoo.utils.task import Task
from salzoo.utils.tensorflow import load_tensorflow

FINISHED = "trained.json"


def config_of(entry, sets, seed, start, settings):
    """Return the `RunConfig` of one training of an entry.

    Args:
        entry: `Entry`. sets: "a" or "a+b". seed: of everything random.
        start: folder of the run whose weights are the start, or None.
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
    """Train what is not trained yet, going on where it was interrupted.

    Raises:
        InputError: the folder has a run with other settings.
    """
    from salzoo.training.run import Run

    run = Run(folder)
    if run.exists:
        _refuse_changes(run, config, "init_from" if settings.init_from else None)
    if os.path.exists(run.path(FINISHED)):
        return
    going_on = " (going on)" if run.exists else ""
    say(f"{entry.name}: train {config.model} on {config.dataset}, seed {config.seed}{going_on}")
    start = time.monotonic()
    train(config, folder, run.exists)
    write_json(run.path(FINISHED), {"seconds": round(time.monotonic() - start, 1)})
    # Only needed to go on, and up to three times as large as the best weights.
    if os.path.exists(run.path("last.weights.h5")):
        os.remove(run.path("last.weights.h5"))


def _refuse_changes(run, config, given):
    """Refuse to go on with a run that was begun with other settings.

    Folders may have been moved: data_dir and init_from count only where `given` names them.
    """
    begun, now = (json.loads(json.dumps(asdict(each))) for each in (run.config, config))
    begun, now = ({**each.pop("recipe"), **each} for each in (begun, now))
    names = [name for name in now if name not in ("data_dir", "init_from") or name == given]
    changed = [name for name in names if begun.get(name) != now[name]]
    if changed:
        values = ", ".join(f"{name} {begun.get(name)}, now {now[name]}" for name in changed)
        raise InputError(
            f"{run.folder} was begun with other settings ({values}); give the same, or another "
            "--out."
        )


def train_for_real(config, folder, resume):
    """Train in a process of its own: TensorFlow gives the memory of a training never back.

    Raises:
        InputError: as `salzoo.training.loop.train`, or the process died.
    """
    # Not forked: a copy of a process that uses TensorFlow hangs.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, load_tensorflow) as processes:
        try:
            processes.submit(_train, config, folder, resume, sys.stdout.isatty()).result()
        except BrokenProcessPool:
            raise InputError(
                f"The training of {folder} ended without a word, perhaps for lack of memory; "
                "the same command goes on with it."
            ) from None


def _train(config, folder, resume, watched):
    from salzoo.training.loop import train

    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("salzoo").setLevel(logging.INFO)
    train(config, folder, resume, verbose=1 if watched else 2)


def write_part(folder, options, part):
    """Write a run that has a part of another's network, under other options.

    The layers of the part have the names that they have in the whole, so that the
    weights of an earlier step (SAM) or a coarser output (ASNet) are found by name.

    Args:
        folder: of the trained run. options: of the part. part: folder to write;
            nothing is done if it is there.
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
    """Leave out of "a+b" the sets that have no masks."""
    from salzoo.data.datasets import dataset_record

    kept = [name for name in sets.split("+") if dataset_record(name).task is not Task.FIXATIONS]
    if not kept:
        raise InputError(f"{sets} has no masks to learn objects from.")
    return "+".join(kept)


def check_folders(entry, chain, test, settings):
    """Refuse to begin trainings if a set that comes later is missing.

    Args:
        chain: of what is trained on. test: what is measured on at the end.
    """
    sets = [name for each in [*chain, test] for name in each.split("+")]
    needed = [name for name in dict.fromkeys(sets) if name != "synthetic"]
    if len(needed) < 2:
        return  # its folder may be the data folder itself; reading it tells
    root = settings.data_dir
    missing = [name for name in needed if not root or not os.path.isdir(os.path.join(root, name))]
    if missing:
        hint = "" if len(chain) == 1 else "; or add --init_from RUN or --direct"
        raise InputError(
            f"{entry.name} trains on {' and then '.join(chain)} and measures on {test}: "
            f"--data_dir must hold a folder for each set; missing: {', '.join(missing)}{hint}."
        )


def say(sentence):
    """Tell the person what is being done."""
    print(sentence, flush=True)
