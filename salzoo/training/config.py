"""From a model, a dataset and what a person changes to the config of a run.

`salzoo train` and `salzoo.train` come by their config here. The functions take the
command's flags by name; None stands for one that is not given.
"""

import os
from dataclasses import replace

from salzoo.utils import validators
from salzoo.utils.errors import InputError, unknown_name

FUNCTION = "salzoo.train"
# What changes the recipe; every field of a `Recipe` is here.
RECIPE = {
    "loss": validators.text,
    "optimizer": validators.text,
    "learning_rate": validators.above_zero,
    "batch_size": validators.at_least(1),
    "epochs": validators.at_least(1),
    "input_size": validators.size,
    "sigma": validators.sigma,
    "flip": validators.yes_or_no,
    "rotate": validators.at_least(0, float, 180),
    "zoom": validators.at_least(0, float, 1),
    "colour": validators.at_least(0, float, 1),
    "schedule": validators.text,
    "patience": validators.at_least(1),
    "validate_every": validators.at_least(1),
    "backbone_weights": validators.text,
}
# Options of these have a flag of their own.
WITH_OPTIONS = ("optimizer", "loss")
# What else a run is begun with.
RUN = {
    "model": validators.text,
    "dataset": validators.text,
    "protocol": validators.text,
    "mix": validators.weights,
    "fit_mode": validators.fit_mode,
    "seed": validators.seed,
    "limit_train": validators.at_least(1),
    "limit_val": validators.at_least(1),
    "mixed_precision": validators.yes_or_no,
}
# {name: value} of options, in Python a dict.
DICTS = ("model_options", "dataset_options", *(f"{each}_options" for each in WITH_OPTIONS))
PATHS = ("data_dir", "init_from")
# A person's own images: what the trained model that comes with salzoo learns more from.
OWN_IMAGES = "folder"
FROM_IMAGENET = "none"


def checked(given):
    """Return what Python gives as the command line would have parsed it.

    Raises:
        InputError: a name that is no flag of `salzoo train`, or an unusable value.
    """
    kinds = {**RUN, **RECIPE, **dict.fromkeys(PATHS, validators.text)}
    others = {name: given[name] for name in DICTS if given.get(name) is not None}
    for name, value in others.items():
        if not isinstance(value, dict):
            raise InputError(f"{name}: '{value}' is not a dict like {{'name': value}}.")
    rest = {name: value for name, value in given.items() if name not in DICTS}
    for name in rest:
        if name not in kinds:
            raise unknown_name(f"keyword of {FUNCTION}", name, [*kinds, *DICTS])
    return {**validators.checked(FUNCTION, kinds, rest), **others}


def new_config(given):
    """Make the `RunConfig` of a new run from recipe and flags.

    Without a model, it is that of the run to start from; else msinet, or on a person's
    own images msinet_lite. A model whose trained weights come with salzoo starts from
    them on a person's own images, unless `init_from` or `backbone_weights` says
    otherwise or options make it another network.

    Args:
        given: {flag: value}, as from `checked`.

    Raises:
        InputError: unknown names, or values that do not go together.
    """
    from salzoo.data.dataset import dataset_names
    from salzoo.models import MODELS, model_record, shipped_weights
    from salzoo.training.compiling import check_recipe
    from salzoo.training.run import RunConfig

    dataset = given.get("dataset") or "synthetic"
    names = dataset_names(dataset)
    start = start_of(given.get("init_from"))
    model, options = given.get("model"), given.get("model_options") or {}
    if model is None:
        model, options = _usual_model(start, dataset, options)
    record = model_record(model)
    check_option_names(record, options)
    changed = options or given.get("backbone_weights") is not None
    if dataset == OWN_IMAGES and given.get("init_from") is None and record.weights and not changed:
        start = record.name
    if start in MODELS and shipped_weights(start) and start != record.name:
        raise InputError(
            f"--init_from {start}: its trained weights do not fit {record.name}; leave it out, or "
            f"train {start}."
        )
    recipe = _recipe(record, dataset, start)
    config = RunConfig(
        model=record.name,
        model_options=options,
        dataset=dataset,
        data_dir=given.get("data_dir") and absolute(given["data_dir"]),
        recipe=recipe.override(**_changes(given, recipe)),
        fit_mode=given.get("fit_mode") or record.fit_mode,
        protocol=given.get("protocol"),
        dataset_options=given.get("dataset_options") or {},
        mix=given.get("mix"),
        seed=given.get("seed") or 0,
        limit_train=given.get("limit_train"),
        limit_val=given.get("limit_val"),
        mixed_precision=bool(given.get("mixed_precision")),
        init_from=start,
    )
    if config.mix is not None and len(config.mix) != len(names):
        raise InputError(f"--mix needs a number for each of the {len(names)} datasets.")
    record.check_options(config.model_options)
    check_recipe(config.model, config.recipe)
    record.check_size(*config.recipe.input_size)
    record.check_fit(config.fit_mode)
    return config


def resumed_config(run_dir, given):
    """Read the config of a run; refuse flags that contradict it, but for more epochs.

    Args:
        run_dir: folder of the run. given: {flag: value}, as from `checked`.

    Raises:
        InputError: no run, or another value than it was begun with.
    """
    from salzoo.models import model_record
    from salzoo.training.run import Run

    if not run_dir:
        raise InputError("--resume needs --run_dir: the folder of the run to go on with.")
    config = Run(run_dir).config
    stored = {**vars(config), **vars(config.recipe), "fit_mode": config.fit_mode}
    for name in RUN:
        _check_same(name, given.get(name), stored[name])
    if given.get("init_from") is not None:
        start = start_of(given["init_from"]) or FROM_IMAGENET
        _check_same("init_from", start, config.init_from or FROM_IMAGENET)
    _check_same("dataset_options", given.get("dataset_options"), config.dataset_options)
    for name, value in _changes(given, config.recipe).items():
        if name != "epochs":
            _check_same(name.replace("_options", "_option"), value, stored[name])
    if given.get("model_options"):
        check_option_names(model_record(config.model), given["model_options"])
        _check_same("model_options", given["model_options"], config.model_options)
    if given.get("data_dir"):
        config = replace(config, data_dir=absolute(given["data_dir"]))
    return replace(config, recipe=config.recipe.override(epochs=given.get("epochs")))


def start_of(init_from):
    """Return where a training starts: a model's name, a run's absolute path, None: ImageNet."""
    from salzoo.models import MODELS

    if init_from is None or init_from in MODELS:
        return init_from
    return None if init_from == FROM_IMAGENET else absolute(init_from)


def check_option_names(record, options):
    """Refuse options that a model does not have; how it is built is not one."""
    for name in options:
        if name not in record.options:
            raise unknown_name(f"option of {record.name}", name, record.options)


def free_run_dir(config):
    """Return the folder for a new run: runs/MODEL-DATASET-NNN."""
    number, stem = 1, f"{config.model}-{config.dataset}"
    while os.path.exists(os.path.join("runs", f"{stem}-{number:03d}")):
        number += 1
    return os.path.join("runs", f"{stem}-{number:03d}")


def in_words(config):
    """Return the lines that say what is trained, on what and how."""
    from salzoo.models import MODELS

    shown = {
        "model": config.model,
        **config.model_options,
        "dataset": config.dataset,
        "protocol": config.protocol or "the dataset's first",
        **config.dataset_options,
        **vars(config.recipe),
        "fit_mode": config.fit_mode,
        "seed": config.seed,
    }
    shown["sigma"] = config.recipe.sigma or "the dataset's own"
    shown["input_size"] = "x".join(map(str, config.recipe.input_size))
    if config.init_from is not None:
        del shown["backbone_weights"]
        shipped = config.init_from in MODELS
        what = "the trained weights that come with salzoo" if shipped else config.init_from
        shown["init_from"] = f"{config.init_from}: {what}" if shipped else what
    return [f"{name:<17} {value}" for name, value in shown.items() if value not in (None, {})]


def absolute(path):
    """Return a path that is the same from everywhere: a run may go on from there."""
    return os.path.abspath(os.path.expanduser(path))


def _usual_model(start, dataset, options):
    """Return the model and its options where no model is named."""
    from salzoo.models import MODELS
    from salzoo.training.run import Run

    if start in MODELS:
        return start, options
    if start is not None:
        config = Run(start).config
        return config.model, options or config.model_options
    return ("msinet_lite" if dataset == OWN_IMAGES else "msinet"), options


def _recipe(record, dataset, start):
    """Return the recipe for a dataset; a model that is trained already has one for more."""
    if start == record.name:
        return record.recipe_for(OWN_IMAGES)
    if dataset == OWN_IMAGES and start is None:
        return record.recipe
    return record.recipe_for(dataset)


def _changes(given, recipe):
    """Return the fields that change a recipe, files so that a run can go on from anywhere."""
    changes = {name: given.get(name) for name in RECIPE}
    for what in WITH_OPTIONS:
        options = given.get(f"{what}_options")
        # Options of the recipe's own optimizer or loss mean nothing to another.
        if options is None and given.get(what) not in (None, getattr(recipe, what)):
            options = {}
        if options is not None:
            changes[f"{what}_options"] = options
    if changes["backbone_weights"] not in (None, FROM_IMAGENET, "imagenet"):
        changes["backbone_weights"] = absolute(changes["backbone_weights"])
    return changes


def _check_same(name, given, stored):
    if given is not None and given != stored:
        raise InputError(
            f"--{name} {given}: this run was begun with {stored}; leave the flag out to go on, "
            "or start a new run."
        )
