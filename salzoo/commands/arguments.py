"""Kinds of values and flags that several commands share."""

import argparse
import json

from salzoo.errors import InputError, unknown_name


def size(text):
    """Parse ROWSxCOLUMNS."""
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isdigit() and int(part) > 0 for part in parts):
        raise argparse.ArgumentTypeError(f"'{text}' is not ROWSxCOLUMNS, like 240x320.")
    return int(parts[0]), int(parts[1])


def at_least(lowest, kind=int, highest=float("inf")):
    """Return a parser of numbers from `lowest` to `highest`, infinity excluded."""

    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not lowest <= value <= highest or value == float("inf"):
            what = "a whole number" if kind is int else "a number"
            limit = "or more" if highest == float("inf") else f"to {highest}"
            raise argparse.ArgumentTypeError(f"'{text}' is not {what} of {lowest} {limit}.")
        return value

    return parse


def above_zero(text):
    """Parse a number above 0."""
    value = at_least(0, float)(text)
    if value == 0:
        raise argparse.ArgumentTypeError("give a number above 0.")
    return value


def _sigma(text):
    return at_least(0.1, float, 1000)(text)


def add_data(parser, default):
    """Add the flags that name a dataset; `default` says in words what none means."""
    parser.add_argument(
        "--dataset", help=f"see `salzoo datasets`; several as a+b (default: {default})"
    )
    parser.add_argument("--data_dir", help="the dataset's folder, or one with a folder for each")
    parser.add_argument("--protocol", help="whose splits, see `salzoo datasets NAME`")
    add_dataset_option(parser)
    parser.add_argument(
        "--sigma", type=_sigma, help="of the density's Gaussian, pixels of the original image"
    )


def add_dataset_option(parser):
    """Add the flag that sets the options of a dataset's reader."""
    parser.add_argument(
        "--dataset_option",
        action="append",
        metavar="NAME=VALUE",
        help="of the dataset, see `salzoo datasets NAME`; may be repeated",
    )


def add_wrapping(parser):
    """Add the flags that say what happens around a network."""
    parser.add_argument(
        "--raw", action="store_true", help="leave out the post-processing (blur, scaling)"
    )
    parser.add_argument(
        "--fit",
        choices=("pad", "stretch", "native"),
        help="how images reach the network, if not as in training",
    )
    parser.add_argument(
        "--output",
        metavar="NAME",
        help="which map of a model that makes several, like asnet's fixation or object_3",
    )


def add_options(parser):
    """Add the flag that sets a builder's options."""
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="of the model's builder, like aspp=false; may be repeated",
    )


def options(pairs, record):
    """Turn NAME=VALUE texts into options of a model."""
    parsed = pairs_to_dict("--option", pairs)
    for name in parsed:
        if name not in record.options:
            raise unknown_name(f"option of {record.name}", name, record.options)
    return parsed


def pairs_to_dict(flag, pairs):
    """Turn NAME=VALUE texts into a dict, values as in json, else as text."""
    parsed = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InputError(f"{flag} {pair}: write NAME=VALUE.")
        try:
            parsed[name] = json.loads(value)
        except json.JSONDecodeError:
            parsed[name] = value
    return parsed


def weights(text):
    """Parse numbers above 0, separated by commas."""
    return tuple(above_zero(part) for part in text.split(","))


def comma_list(text):
    """Parse names separated by commas."""
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"'{text}' is not a list like a,b.")
    return names
