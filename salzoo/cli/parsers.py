"""Parsers of the values on the command line, for the `type` of an argparse argument.

A parser takes the text of one argument, returns its value and raises
`argparse.ArgumentTypeError` if the text is unusable.
"""

import argparse
import math
import re
from collections.abc import Callable

from salzoo.utils.errors import InputError, shorten
from salzoo.utils.validators import check_aspect


def parse_size(text: str) -> tuple[int, int]:
    """Parse ROWSxCOLUMNS, such as 240x320."""
    match = re.fullmatch("([0-9]{1,9})x([0-9]{1,9})", text.lower())
    rows, columns = (int(match[1]), int(match[2])) if match else (0, 0)
    if not rows or not columns:
        raise argparse.ArgumentTypeError(f"'{shorten(text)}' is not ROWSxCOLUMNS, like 240x320.")
    return rows, columns


def parse_map_size(text: str) -> tuple[int, int] | int:
    """Parse ROWSxCOLUMNS, such as 240x320, or the length of the longer side."""
    return parse_size(text) if "x" in text.lower() else whole_number(1, 30_000)(text)


def whole_number(lowest: int, highest: int | None = None) -> Callable[[str], int]:
    """Return a parser of whole numbers.

    Args:
        lowest: the smallest number that is accepted.
        highest: the largest number that is accepted; None: no limit.
    """

    def parse(text: str) -> int:
        try:
            value = int(text) if "_" not in text else None  # Python reads 1_0 as 10
        except ValueError:
            value = None
        if value is None or value < lowest or (highest is not None and value > highest):
            raise _out_of_range(text, "a whole number", lowest, highest)
        return value

    return parse


def parse_devices(text: str) -> int | str:
    """Parse a number of devices, 1 or more, or "all"."""
    return text if text == "all" else whole_number(1)(text)


def number(lowest: float, highest: float | None = None) -> Callable[[str], float]:
    """Return a parser of finite numbers.

    Args:
        lowest: the smallest number that is accepted.
        highest: the largest number that is accepted; None: no limit.
    """

    def parse(text: str) -> float:
        try:
            value = float(text) if "_" not in text else math.nan
        except ValueError:
            value = math.nan
        accepted = math.isfinite(value) and value >= lowest
        if not accepted or (highest is not None and value > highest):
            raise _out_of_range(text, "a number", lowest, highest)
        return value

    return parse


def _out_of_range(
    text: str, kind: str, lowest: float, highest: float | None
) -> argparse.ArgumentTypeError:
    limit = "or more" if highest is None else f"to {highest}"
    return argparse.ArgumentTypeError(f"'{shorten(text)}' is not {kind} of {lowest} {limit}.")


def parse_positive(text: str) -> float:
    """Parse a finite number above 0."""
    value = number(0)(text)
    if value == 0:
        raise argparse.ArgumentTypeError("give a number above 0.")
    return value


def parse_weights(text: str) -> tuple[float, ...]:
    """Parse numbers above 0, separated by commas."""
    return tuple(parse_positive(part) for part in text.split(","))


def parse_names(text: str) -> list[str]:
    """Parse names, separated by commas."""
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"'{text}' is not a list like a,b.")
    return names


def parse_aspect(text: str) -> float:
    """Parse an aspect ratio, width first: 16:9, 16x9 or 16/9."""
    try:
        return check_aspect(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


parse_sigma = number(0.1, 1000)
parse_seed = whole_number(0, 2**32 - 1)
