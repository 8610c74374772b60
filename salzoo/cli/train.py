"""Train a model with its recipe and write a run folder.

Every field of the recipe is a flag; a flag that is not given takes the
recipe's value.
"""

import argparse

from salzoo.cli.arguments import add_data, add_options, pairs_to_dict
from salzoo.training.config import DICTS, RECIPE, RUN
from salzoo.utils.tensorflow import load_tensorflow
from salzoo.utils.validators import FITS

HELP = "train a model"


def add_arguments(parser):
    parser.add_argument(
        "model",
        nargs="?",
        help="see `salzoo models` (default: msinet; on your own images, --dataset folder, "
        "msinet_lite with its trained weights)",
    )
    add_data(parser, "synthetic")
    parser.add_argument(
        "--mix", type=RUN["mix"], metavar="N,N", help="how often each of several datasets comes"
    )
    parser.add_argument(
        "--init_from",
        metavar="RUN",
        help="start from a run's best weights, from msinet_lite's trained ones, or, with none, "
        "from ImageNet's",
    )
    parser.add_argument("--run_dir", help="folder to write (default: runs/MODEL-DATASET-NNN)")
    parser.add_argument("--resume", action="store_true", help="go on with the run in --run_dir")
    parser.add_argument("--export", metavar="DIR", help="export the trained model there as well")
    recipe = parser.add_argument_group("recipe (defaults: the model's own for the dataset)")

    def add_number(name, help=None, metavar=None):
        recipe.add_argument(f"--{name}", type=RECIPE[name], help=help, metavar=metavar)

    recipe.add_argument("--loss", help="name of the loss")
    recipe.add_argument("--optimizer", help="name of a Keras optimizer")
    add_number("learning_rate")
    add_number("batch_size")
    add_number("epochs")
    add_number("input_size", metavar="ROWSxCOLUMNS")
    recipe.add_argument(
        "--flip", action=argparse.BooleanOptionalAction, help="mirror half of the images"
    )
    add_number("rotate", "turn images by up to so many degrees")
    add_number("zoom", "enlarge or shrink images by up to this share")
    add_number("colour", "change brightness, contrast and saturation by up to this share")
    recipe.add_argument(
        "--schedule", help="of the rate: constant, 'x0.1 every 2 epochs', 'linear to 0.0001', ..."
    )
    add_number("patience", "stop after so many validations without a lower loss")
    add_number("validate_every", "steps between validations")
    for what in ("optimizer", "loss"):
        recipe.add_argument(
            f"--{what}_options", action="append", metavar="NAME=VALUE", help=f"of the {what}"
        )
    recipe.add_argument("--backbone_weights", help="'imagenet', 'none' or a file")
    add_options(parser)
    parser.add_argument("--fit_mode", choices=FITS, help="how images reach the network")
    parser.add_argument(
        "--limit_train", type=RUN["limit_train"], help="train on so many images only"
    )
    parser.add_argument(
        "--limit_val", type=RUN["limit_val"], help="validate on so many images only"
    )
    parser.add_argument("--seed", type=RUN["seed"], help="of random start and order (default: 0)")
    parser.add_argument(
        "--mixed_precision",
        action=argparse.BooleanOptionalAction,
        help="bfloat16 arithmetic: faster where the processor has it",
    )


def run(arguments):
    load_tensorflow()
    from salzoo.api import train

    flags = {name: getattr(arguments, name) for name in (*RUN, *RECIPE, "data_dir", "init_from")}
    for name in DICTS:
        pairs = getattr(arguments, name)
        flags[name] = pairs and pairs_to_dict(f"--{name}", pairs)
    where = {name: getattr(arguments, name) for name in ("run_dir", "resume", "export")}
    print(f"\n{train(**flags, **where)}")
