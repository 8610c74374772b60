"""Arguments that several commands share."""

import argparse
from collections.abc import Iterable

from salzoo.cli.parsers import parse_sigma
from salzoo.prediction.options import ENGINES, InferenceOptions
from salzoo.utils.errors import InputError
from salzoo.utils.json_files import parse_json
from salzoo.utils.validators import FIT_MODES


def add_data(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the flags that select a dataset.

    Args:
        parser: of the command.
        default: which dataset is used without --dataset, for the help.
    """
    parser.add_argument(
        "--dataset",
        help=f"name, see `salzoo datasets`; several as a+b (default: {default})",
    )
    add_data_dir(parser)
    parser.add_argument(
        "--protocol",
        help="published division into training, validation and test images, see "
        "`salzoo datasets NAME`; several datasets take the first that they have of a+b",
    )
    add_dataset_options(parser)
    parser.add_argument(
        "--sigma",
        type=parse_sigma,
        help="standard deviation of the Gaussian that turns fixations into a density, in pixels "
        "of the original image (default: the dataset's)",
    )


def add_data_dir(parser: argparse.ArgumentParser) -> None:
    """Add the flags for the folder of a dataset, and for its download if it is not there."""
    parser.add_argument(
        "--data_dir",
        help="folder of the dataset, or a folder with one subfolder per dataset (default: "
        "$SALZOO_HOME/datasets)",
    )
    add_consent(parser)


def add_consent(parser: argparse.ArgumentParser) -> None:
    """Add the flag that answers the question before a download."""
    parser.add_argument(
        "--yes",
        action="store_true",
        help="fetch what is missing without a question, as SALZOO_YES=1 does",
    )


def add_dataset_options(parser: argparse.ArgumentParser) -> None:
    """Add the flag that sets the options of a dataset's reader."""
    parser.add_argument(
        "--dataset_options",
        action="append",
        metavar="NAME=VALUE",
        help="option of the dataset, see `salzoo datasets NAME`; may be repeated",
    )


def add_inference_options(parser: argparse.ArgumentParser) -> None:
    """Add the flags that control how a model is applied to images."""
    parser.add_argument(
        "--raw", action="store_true", help="skip the postprocessing (blur, scaling)"
    )
    parser.add_argument(
        "--fit_mode",
        choices=FIT_MODES,
        help="how images are fitted to the input size (default: as in training)",
    )
    parser.add_argument(
        "--output",
        metavar="NAME",
        help="output of a model with several, such as fixation or object_3 of asnet",
    )
    parser.add_argument(
        "--tta",
        action="store_true",
        help="test-time augmentation: the mean over scales and mirror images; four to seven "
        "times slower, slightly better",
    )
    parser.add_argument(
        "--trust",
        action="store_true",
        help="open a SavedModel whatever operations it has: it is a program and may read and "
        "write files, so only from someone whom you trust",
    )


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Add the flag that selects what computes the maps."""
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default=ENGINES[0],
        help="what computes the maps: litert starts at once and needs a portable file of the "
        "model, which the pretrained ones have; auto takes it where it can (default: auto)",
    )


def inference_options(arguments: argparse.Namespace) -> InferenceOptions:
    """Return the `InferenceOptions` of parsed arguments."""
    names = ("raw", "fit_mode", "output", "tta", "trust", "engine")  # not all have an engine
    return InferenceOptions(**{n: getattr(arguments, n) for n in names if n in arguments})


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add the flag that sets the options of a model's builder."""
    parser.add_argument(
        "--model_options",
        action="append",
        metavar="NAME=VALUE",
        help="option of the model, see `salzoo models MODEL`, such as aspp=false; may be repeated",
    )


def pairs_to_dict(flag: str, pairs: Iterable[str] | None) -> dict[str, object]:
    """Parse NAME=VALUE arguments.

    Args:
        flag: that they were given with, for the error message.
        pairs: the arguments; None: none were given.

    Returns:
        {name: value}; a value that is valid JSON is decoded, any other is kept as text.

    Raises:
        InputError: an argument without an equals sign.
    """
    parsed = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InputError(f"{flag} {pair}: write NAME=VALUE.")
        try:
            parsed[name] = parse_json(value, pair)
        except InputError:
            parsed[name] = value
    return parsed


def keyword_arguments(arguments: argparse.Namespace) -> dict[str, object]:
    """Return the values of a command's own arguments by name.

    Without those that the command line adds to every command.
    """
    added = ("command", "command_line", "parser", "run", "yes")
    return {name: value for name, value in vars(arguments).items() if name not in added}
