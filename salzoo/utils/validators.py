"""Kinds of values that a person gives: a text on the command line, an object in Python.

A kind is a function of a text to a value; it raises argparse.ArgumentTypeError with
a sentence. `checked` asks the same of what Python gives.
"""

import argparse

from salzoo.utils.errors import InputError, unknown_name

FITS = ("pad", "stretch", "native")


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


sigma = at_least(0.1, float, 1000)
seed = at_least(0, highest=2**32 - 1)


def weights(text):
    """Parse numbers above 0, separated by commas."""
    return tuple(above_zero(part) for part in text.split(","))


def comma_list(text):
    """Parse names separated by commas."""
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"'{text}' is not a list like a,b.")
    return names


def yes_or_no(text):
    """Parse what Python writes for a bool."""
    if text not in ("True", "False"):
        raise argparse.ArgumentTypeError(f"'{text}' is neither True nor False.")
    return text == "True"


def fit_mode(text):
    """Parse a way of fitting images."""
    if text not in FITS:
        raise argparse.ArgumentTypeError(f"'{text}' is none of {', '.join(FITS)}.")
    return text


def text(given):
    """Take a text as it is."""
    return given


def checked(function, kinds, given):
    """Return values given in Python as the command line would have parsed them.

    Args:
        function: its name, for the sentence. kinds: {name: kind}. given: {name: value};
            None stays None, a tuple or a list stands for its parts with x (sizes) or
            commas between.

    Raises:
        InputError: a name that there is not, or an unusable value.
    """
    values = {}
    for name, value in given.items():
        if name not in kinds:
            raise unknown_name(f"keyword of {function}", name, kinds)
        try:
            values[name] = None if value is None else kinds[name](_as_text(value, kinds[name]))
        except argparse.ArgumentTypeError as error:
            raise InputError(f"{name}: {error}") from None
    return values


def _as_text(value, kind):
    if isinstance(value, tuple | list):
        return ("x" if kind is size else ",").join(map(str, value))
    return str(value)
