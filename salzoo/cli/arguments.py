"""Flags that several commands share."""

import json

from salzoo.prediction.options import InferenceOptions
from salzoo.utils import validators
from salzoo.utils.errors import InputError


def add_data(parser, default):
    """Add the flags that name a dataset; `default` says in words what none means."""
    parser.add_argument(
        "--dataset", help=f"see `salzoo datasets`; several as a+b (default: {default})"
    )
    parser.add_argument("--data_dir", help="the dataset's folder, or one with a folder for each")
    parser.add_argument("--protocol", help="whose splits, see `salzoo datasets NAME`")
    add_dataset_option(parser)
    parser.add_argument(
        "--sigma",
        type=validators.sigma,
        help="of the density's Gaussian, pixels of the original image",
    )


def add_dataset_option(parser):
    """Add the flag that sets the options of a dataset's reader."""
    parser.add_argument(
        "--dataset_options",
        action="append",
        metavar="NAME=VALUE",
        help="of the dataset, see `salzoo datasets NAME`; may be repeated",
    )


def add_inference_options(parser):
    """Add the flags of `InferenceOptions`."""
    parser.add_argument(
        "--raw", action="store_true", help="leave out the post-processing (blur, scaling)"
    )
    parser.add_argument(
        "--fit_mode",
        choices=validators.FITS,
        help="how images reach the network, if not as in training",
    )
    parser.add_argument(
        "--output",
        metavar="NAME",
        help="which map of a model that makes several, like asnet's fixation or object_3",
    )
    parser.add_argument(
        "--tta",
        action="store_true",
        help="the mean over three sizes and the mirror image: four times as slow, a little better",
    )


def inference_options(arguments):
    """Return the `InferenceOptions` of parsed arguments."""
    return InferenceOptions(arguments.raw, arguments.fit_mode, arguments.output, arguments.tta)


def add_options(parser):
    """Add the flag that sets a builder's options."""
    parser.add_argument(
        "--model_options",
        action="append",
        metavar="NAME=VALUE",
        help="of the model's builder, like aspp=false; may be repeated",
    )


def pairs_to_dict(flag, pairs):
    """Turn NAME=VALUE texts, None for none, into a dict, values as in json, else as text."""
    parsed = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InputError(f"{flag} {pair}: write NAME=VALUE.")
        try:
            parsed[name] = json.loads(value)
        except json.JSONDecodeError:
            parsed[name] = value
    return parsed
