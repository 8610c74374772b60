"""Train a model, evaluate it on the validation images and write a run folder.

Every field of the recipe is a flag. The default of a flag is the value of the model's
recipe for the dataset.
"""

import argparse
from typing import Any

from salzoo.cli.arguments import add_data, add_model_options, keyword_arguments, pairs_to_dict
from salzoo.cli.parsers import (
    number,
    parse_devices,
    parse_positive,
    parse_seed,
    parse_size,
    parse_weights,
    whole_number,
)
from salzoo.training.processes import find_place
from salzoo.training.stored_backend import stored_backend
from salzoo.utils.backend import BACKENDS, choose_backend
from salzoo.utils.errors import InputError
from salzoo.utils.tensorflow import load_tensorflow
from salzoo.utils.validators import FIT_MODES

HELP = "train a model"
# Flags of NAME=VALUE pairs.
PLACE = ("coordinator", "processes", "process")
PAIRS = ("model_options", "dataset_options", "loss_options", "optimizer_options")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model",
        nargs="?",
        help="name, see `salzoo models` (default: msinet; with --dataset folder, your own images, "
        "the pretrained msinet_lite)",
    )
    add_data(parser, "synthetic")
    parser.add_argument(
        "--mix",
        type=parse_weights,
        metavar="N,N",
        help="sampling weights of several datasets, one for each",
    )
    parser.add_argument(
        "--init_from",
        metavar="RUN",
        help="initial weights: the best checkpoint of a run, the pretrained msinet_lite, released "
        "weights such as msinet:salicon, or none (a backbone trained on ImageNet)",
    )
    parser.add_argument("--run_dir", help="folder to write (default: runs/MODEL-DATASET-NNN)")
    parser.add_argument("--resume", action="store_true", help="continue the run in --run_dir")
    parser.add_argument(
        "--devices",
        type=parse_devices,
        metavar="N",
        help="number of GPUs that share each batch, or all (default: one device)",
    )
    together = parser.add_argument_group("several processes and machines (backend jax)")
    together.add_argument(
        "--distributed",
        action="store_true",
        help="train together with the same command of other processes; on SLURM the flags below "
        "are found",
    )
    together.add_argument(
        "--coordinator", metavar="HOST:PORT", help="address of process 0; the next port is used too"
    )
    together.add_argument(
        "--processes", type=whole_number(1), metavar="N", help="number of processes"
    )
    together.add_argument(
        "--process", type=whole_number(0), metavar="K", help="number of this process, from 0"
    )
    parser.add_argument(
        "--backend",
        choices=BACKENDS,
        help="what computes the training (default: $KERAS_BACKEND, else tensorflow)",
    )
    parser.add_argument("--export", metavar="DIR", help="also export the trained model to DIR")
    _add_recipe(parser)
    add_model_options(parser)
    parser.add_argument(
        "--fit_mode",
        choices=FIT_MODES,
        help="how images are fitted to the input size (default: the model's)",
    )
    parser.add_argument(
        "--limit_train", type=whole_number(1), metavar="N", help="train on N images only"
    )
    parser.add_argument(
        "--limit_val", type=whole_number(1), metavar="N", help="validate on N images only"
    )
    parser.add_argument("--seed", type=parse_seed, help="seed of all random numbers (default: 0)")
    parser.add_argument(
        "--mixed_precision",
        action=argparse.BooleanOptionalAction,
        help="compute in bfloat16 (default: models of which that was measured to change little, on "
        "processors that have it)",
    )


def _add_recipe(parser: argparse.ArgumentParser) -> None:
    """Add a flag for each field of a recipe."""
    recipe = parser.add_argument_group("recipe (default: the model's recipe for the dataset)")
    recipe.add_argument("--loss", help="name of the loss")
    recipe.add_argument("--optimizer", help="name of a Keras optimizer")
    recipe.add_argument("--learning_rate", type=parse_positive, help="initial learning rate")
    recipe.add_argument("--batch_size", type=whole_number(1), help="images per step")
    recipe.add_argument("--epochs", type=whole_number(1), help="number of epochs")
    recipe.add_argument(
        "--input_size", type=parse_size, metavar="ROWSxCOLUMNS", help="input size of the model"
    )
    recipe.add_argument(
        "--flip", action=argparse.BooleanOptionalAction, help="mirror half of the images"
    )
    recipe.add_argument(
        "--rotate", type=number(0, 180), help="rotate images by up to ROTATE degrees"
    )
    recipe.add_argument(
        "--zoom", type=number(0, 1), help="enlarge or shrink images by up to this fraction"
    )
    recipe.add_argument(
        "--colour",
        type=number(0, 1),
        help="change brightness, contrast and saturation by up to this fraction",
    )
    recipe.add_argument(
        "--schedule",
        help="learning rate schedule: constant, 'x0.1 every 2 epochs', 'linear to 0.0001', ...",
    )
    recipe.add_argument(
        "--patience",
        type=whole_number(1),
        help="early stopping: number of validations without a lower loss",
    )
    recipe.add_argument(
        "--validate_every", type=whole_number(1), metavar="STEPS", help="steps between validations"
    )
    recipe.add_argument(
        "--optimizer_options",
        action="append",
        metavar="NAME=VALUE",
        help="option of the optimizer; may be repeated",
    )
    recipe.add_argument(
        "--loss_options",
        action="append",
        metavar="NAME=VALUE",
        help="option of the loss; may be repeated",
    )
    recipe.add_argument(
        "--backbone_weights",
        help="weights of the backbone: 'imagenet', 'vgg16_hybrid' (msinet's: ImageNet and "
        "Places2, as in the paper), 'none' or a file",
    )


def run(arguments: argparse.Namespace) -> None:
    stored = stored_backend(arguments.run_dir) if arguments.resume else None
    load_tensorflow(choose_backend(arguments.backend, stored))
    from salzoo.api import train

    keywords: dict[str, Any] = keyword_arguments(arguments)
    place = [keywords.pop(name) for name in PLACE]
    if keywords["distributed"]:
        keywords["distributed"] = find_place(*place)
    elif any(value is not None for value in place):
        raise InputError(f"`{'`, `'.join(PLACE)}` are of `distributed`: add it.")
    else:
        del keywords["distributed"]
    for name in PAIRS:
        if keywords[name] is not None:
            keywords[name] = pairs_to_dict(f"--{name}", keywords[name])
    summary = train(**keywords)
    if summary.evaluations:  # of the first process
        print(f"\n{summary}")
