"""Validators of parameter values.

Each returns the value in its usual type, or raises InputError with the parameter's name.
"""

import math
import numbers
import os
import sys
from collections.abc import Sequence
from typing import Any

from salzoo.utils.errors import InputError, shorten

LARGEST = sys.float_info.max
FIT_MODES = ("pad", "stretch", "native", "within")
# Of these the network's canvas differs from image to image.
VARYING_FIT_MODES = ("native", "within")


def check_number(
    name: str,
    value: Any,
    lowest: float,
    highest: float = math.inf,
    *,
    whole: bool = False,
    open_below: bool = False,
) -> Any:
    """Return a finite number from `lowest` to `highest`, as an int if `whole`, else as a float.

    Args:
        name: the parameter, for the message.
        value: what is checked; a NumPy number is one, a bool and a text are none.
        lowest: smallest value.
        highest: largest value; infinity itself is never accepted.
        whole: whether only integers are accepted; 2.0 is one.
        open_below: whether `lowest` itself is refused.

    Returns:
        The value as int (`whole`) or float.

    Raises:
        InputError: the value is no such number.
    """
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    # A long integer can be compared with floats, but has none that is near to it.
    in_range = is_number and max(lowest, -LARGEST) <= value <= min(highest, LARGEST)
    if not in_range or (open_below and value == lowest) or (whole and value != int(value)):
        kind = "a whole number" if whole else "a number"
        limits = f"above {lowest}" if open_below else f"of {lowest}"
        if highest < math.inf:
            limits += f" to {highest}" if not open_below else f" and at most {highest}"
        elif not open_below:
            limits += " or more"
        raise InputError(f"`{name}` {shorten(value)}: give {kind} {limits}.")
    return int(value) if whole else float(value)


def check_aspect(text: str) -> float:
    """Return the aspect ratio that a text gives, width over height.

    Args:
        text: width first: 16:9, 16x9 or 16/9.

    Raises:
        InputError: it is no such ratio, or one outside 0.001 to 1000.
    """
    for separator in ":x/":
        parts = text.lower().split(separator)
        if len(parts) == 2:
            try:
                width, height = map(float, parts if "_" not in text else [])
            except ValueError:
                break
            if 1e-3 <= width / (height or 1e9) <= 1e3 and width > 0:
                return width / height
    raise InputError(f"'{shorten(text)}' is no shape like 16:9, 1:1 or 4x5, width first.")


def check_size(name: str, value: Any) -> tuple[int, int]:
    """Return (rows, columns) as a tuple of ints of 1 or more.

    Raises:
        InputError: the value is no pair of positive integers.
    """
    try:
        if not isinstance(value, tuple | list) or len(value) != 2:
            raise InputError("")
        rows, columns = (check_number(name, side, 1, whole=True) for side in value)
    except InputError:
        raise InputError(
            f"`{name}` {shorten(value)}: give (rows, columns), like (240, 320)."
        ) from None
    return rows, columns


def check_bool(name: str, value: Any) -> bool:
    """Return a bool.

    Raises:
        InputError: the value is neither True nor False.
    """
    import numpy as np  # here, since `salzoo --help` does not need it

    if not isinstance(value, bool | np.bool_):
        raise InputError(f"`{name}` {shorten(value)}: give True or False.")
    return bool(value)


def check_text(name: str, value: Any) -> str:
    """Return a text, or the text of a path.

    Raises:
        InputError: the value is neither.
    """
    if not isinstance(value, str | os.PathLike):
        raise InputError(f"`{name}` {shorten(value)}: give a text.")
    return os.fspath(value)


def check_choice(name: str, value: Any, choices: Sequence[str]) -> str:
    """Return a text that is one of `choices`.

    Raises:
        InputError: it is none of them.
    """
    if value not in choices:
        raise InputError(f"`{name}` {shorten(value)}: give one of {', '.join(choices)}.")
    return value


def check_dict(name: str, value: Any) -> dict[str, Any]:
    """Return a dict of options by name.

    Raises:
        InputError: the value is no dict.
    """
    if not isinstance(value, dict):
        raise InputError(f"`{name}` {shorten(value)}: give a dict like {{'name': value}}.")
    return value


def check_sigma(name: str, value: Any) -> float:
    """Return the sigma of a Gaussian, 0.1 to 1000 pixels; raise InputError otherwise."""
    return check_number(name, value, 0.1, 1000)


def check_seed(name: str, value: Any) -> int:
    """Return a seed of NumPy and Keras, 0 to 2**32 - 1; raise InputError otherwise."""
    return check_number(name, value, 0, 2**32 - 1, whole=True)


def check_weights(name: str, value: Any) -> tuple[float, ...]:
    """Return numbers above 0 as a tuple of floats.

    Raises:
        InputError: the value is no list of positive numbers.
    """
    if not isinstance(value, tuple | list) or not value:
        raise InputError(f"`{name}` {shorten(value)}: give a list of numbers above 0, like (2, 1).")
    return tuple(check_number(name, weight, 0, open_below=True) for weight in value)


def check_fit_mode(name: str, value: Any) -> str:
    """Return "pad", "stretch", "native" or "within"; raise InputError otherwise."""
    return check_choice(name, value, FIT_MODES)
