"""Train a model with its recipe and write a run folder.

Every field of the recipe is a flag; a flag that is not given takes the
recipe's value.
"""

import argparse
import os
import sys

from salzoo.commands.arguments import (
    above_zero,
    add_data,
    add_options,
    at_least,
    options,
    pairs_to_dict,
    size,
    weights,
)
from salzoo.commands.quiet import load_tensorflow
from salzoo.errors import InputError

HELP = "train a model"
RECIPE_FLAGS = (
    "loss",
    "optimizer",
    "learning_rate",
    "batch_size",
    "epochs",
    "input_size",
    "sigma",
    "flip",
    "rotate",
    "schedule",
    "patience",
    "validate_every",
    "backbone_weights",
)
RUN_FLAGS = (
    "model",
    "dataset",
    "protocol",
    "mix",
    "fit",
    "seed",
    "limit_train",
    "limit_val",
    "mixed_precision",
)


def add_arguments(parser):
    parser.add_argument("model", nargs="?", help="see `salzoo models` (default: msinet)")
    add_data(parser, "synthetic")
    parser.add_argument(
        "--mix", type=weights, metavar="N,N", help="how often each of several datasets comes"
    )
    parser.add_argument("--init_from", metavar="RUN", help="start from a run's best weights")
    parser.add_argument("--run_dir", help="folder to write (default: runs/MODEL-DATASET-NNN)")
    parser.add_argument("--resume", action="store_true", help="go on with the run in --run_dir")
    parser.add_argument("--export", metavar="DIR", help="export the trained model there as well")
    recipe = parser.add_argument_group("recipe (defaults: the model's own for the dataset)")
    recipe.add_argument("--loss", help="name of the loss")
    recipe.add_argument("--optimizer", help="name of a Keras optimizer")
    recipe.add_argument("--learning_rate", type=above_zero)
    recipe.add_argument("--batch_size", type=at_least(1))
    recipe.add_argument("--epochs", type=at_least(1))
    recipe.add_argument("--input_size", type=size, metavar="ROWSxCOLUMNS")
    recipe.add_argument(
        "--flip", action=argparse.BooleanOptionalAction, help="mirror half of the images"
    )
    recipe.add_argument(
        "--rotate", type=at_least(0, float, 180), help="turn images by up to so far"
    )
    recipe.add_argument(
        "--schedule", help="of the rate: constant, 'x0.1 every 2 epochs', 'linear to 0.0001', ..."
    )
    recipe.add_argument(
        "--patience", type=at_least(1), help="stop after so many validations without a lower loss"
    )
    recipe.add_argument("--validate_every", type=at_least(1), help="steps between validations")
    for what in ("optimizer", "loss"):
        recipe.add_argument(
            f"--{what}_option", action="append", metavar="NAME=VALUE", help=f"of the {what}"
        )
    recipe.add_argument("--backbone_weights", help="'imagenet', 'none' or a file")
    add_options(parser)
    parser.add_argument(
        "--fit", choices=("pad", "stretch", "native"), help="how images reach the network"
    )
    parser.add_argument("--limit_train", type=at_least(1), help="train on so many images only")
    parser.add_argument("--limit_val", type=at_least(1), help="validate on so many images only")
    parser.add_argument(
        "--seed", type=at_least(0, highest=2**32 - 1), help="of random start and order (default: 0)"
    )
    parser.add_argument(
        "--mixed_precision",
        action=argparse.BooleanOptionalAction,
        help="bfloat16 arithmetic: faster where the processor has it",
    )


def run(arguments):
    load_tensorflow()
    config, run_dir = _resumed(arguments) if arguments.resume else _new(arguments)
    _print_config(config)

    from salzoo.report.after_training import report_run
    from salzoo.runs import Run
    from salzoo.training import train

    try:
        # A log file gets a line an epoch, a person a moving bar.
        verbose = 1 if sys.stdout.isatty() else 2
        finished = train(config, run_dir, arguments.resume, verbose)
    except KeyboardInterrupt:
        if Run(run_dir).exists:
            print(f"\nInterrupted. To go on: salzoo train --resume --run_dir {run_dir}")
        raise
    for evaluation in report_run(finished):
        print("\n" + evaluation.table())
    print(f"\nrun       {finished.folder}")
    print(f"picture   {finished.path('predictions.png')}")
    if arguments.export:
        from salzoo.export import export_run

        print(f"export    {export_run(finished.folder, arguments.export)}")


def _new(arguments):
    """Make the config of a new run from recipe and flags."""
    from salzoo.data.mixture import split_names
    from salzoo.models import model_record
    from salzoo.runs import RunConfig
    from salzoo.training import check_recipe

    record = model_record(arguments.model or "msinet")
    dataset = arguments.dataset or "synthetic"
    names = split_names(dataset)
    recipe = record.recipe_for(dataset)
    config = RunConfig(
        model=record.name,
        options=options(arguments.option, record),
        dataset=dataset,
        data_dir=arguments.data_dir and _absolute(arguments.data_dir),
        recipe=recipe.override(**_given_recipe(arguments, recipe)),
        fit_mode=arguments.fit or record.fit_mode,
        protocol=arguments.protocol,
        dataset_options=pairs_to_dict("--dataset_option", arguments.dataset_option or []),
        mix=arguments.mix,
        seed=arguments.seed or 0,
        limit_train=arguments.limit_train,
        limit_val=arguments.limit_val,
        mixed_precision=bool(arguments.mixed_precision),
        init_from=arguments.init_from and _absolute(arguments.init_from),
    )
    if config.mix is not None and len(config.mix) != len(names):
        raise InputError(f"--mix needs a number for each of the {len(names)} datasets.")
    record.check_options(config.options)
    check_recipe(config.model, config.recipe)
    record.check_size(*config.recipe.input_size)
    record.check_fit(config.fit_mode)
    return config, arguments.run_dir or _free_run_dir(f"{record.name}-{dataset}")


def _given_recipe(arguments, recipe):
    """Return the flags that change a recipe, files so that a run can go on from anywhere."""
    given = {name: getattr(arguments, name) for name in RECIPE_FLAGS}
    for what in ("optimizer", "loss"):
        pairs = getattr(arguments, f"{what}_option")
        # Options of the recipe's own optimizer or loss mean nothing to another.
        if pairs is None and getattr(arguments, what) not in (None, getattr(recipe, what)):
            pairs = []
        if pairs is not None:
            given[f"{what}_options"] = pairs_to_dict(f"--{what}_option", pairs)
    if given["backbone_weights"] not in (None, "none", "imagenet"):
        given["backbone_weights"] = _absolute(given["backbone_weights"])
    return given


def _absolute(path):
    return os.path.abspath(os.path.expanduser(path))


def _free_run_dir(stem):
    number = 1
    while os.path.exists(os.path.join("runs", f"{stem}-{number:03d}")):
        number += 1
    return os.path.join("runs", f"{stem}-{number:03d}")


def _resumed(arguments):
    """Read the config of a run; refuse flags that contradict it, but for more epochs."""
    from dataclasses import replace

    from salzoo.models import model_record
    from salzoo.runs import Run

    if not arguments.run_dir:
        raise InputError("--resume needs --run_dir: the folder of the run to go on with.")
    config = Run(arguments.run_dir).config
    values = {**vars(config), **vars(config.recipe), "fit": config.fit_mode}
    for name in RUN_FLAGS:
        _check_same(name, getattr(arguments, name), values[name])
    _check_same(
        "init_from", arguments.init_from and _absolute(arguments.init_from), config.init_from
    )
    if arguments.dataset_option is not None:
        given = pairs_to_dict("--dataset_option", arguments.dataset_option)
        _check_same("dataset_option", given, config.dataset_options)
    for name, given in _given_recipe(arguments, config.recipe).items():
        if name != "epochs":
            _check_same(name.replace("_options", "_option"), given, values[name])
    if arguments.option:
        given = options(arguments.option, model_record(config.model))
        _check_same("option", given, config.options)
    if arguments.data_dir:
        config = replace(config, data_dir=_absolute(arguments.data_dir))
    return replace(
        config, recipe=config.recipe.override(epochs=arguments.epochs)
    ), arguments.run_dir


def _check_same(name, given, stored):
    if given is not None and given != stored:
        raise InputError(
            f"--{name} {given}: this run was begun with {stored}; leave the flag out to go on, "
            "or start a new run."
        )


def _print_config(config):
    shown = {
        "model": config.model,
        **config.options,
        "dataset": config.dataset,
        "protocol": config.protocol or "the dataset's first",
        **config.dataset_options,
        **vars(config.recipe),
        "fit": config.fit_mode,
        "seed": config.seed,
    }
    shown["sigma"] = config.recipe.sigma or "the dataset's own"
    shown["input_size"] = "x".join(map(str, config.recipe.input_size))
    lines = [f"{name:<17} {value}" for name, value in shown.items() if value not in (None, {})]
    print("\n".join(lines), flush=True)
