"""Exceptions for bad input, whose messages are meant for users."""

import difflib
from collections.abc import Iterable

from salzoo.utils.printable import printable


class InputError(ValueError):
    """A file, a parameter or a value given by the user cannot be used.

    The message is one sentence that names the file, the parameter or the value and says
    what to do. Python parameters stand in backticks:

        raise InputError("`mix` 1,2: give a number above 0 for each dataset.")

    The command line prints the message with the flag in place of a parameter that the
    running command has ("--mix 1,2: ...") and exits with status 2. Messages never name
    flags themselves; a command to run is named as plain text ("salzoo check NAME").
    Control characters, which names in files may hold, are escaped.

    Args:
        message: the sentence.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


class IncompleteSplit(InputError):
    """A folder lacks images of a split that a protocol would shuffle."""


class EmptySplit(InputError):
    """None of the images of a split is present."""


class ImageTooLarge(InputError):
    """An image has more pixels than are accepted."""


def unknown_name(kind: str, name: object, known: Iterable[str]) -> InputError:
    """Make the error for a name that does not exist.

    Args:
        kind: what is named, such as "model".
        name: the name that was given.
        known: names that exist; the message suggests the closest one, or lists all.

    Returns:
        The exception to raise.
    """
    known = sorted(known)
    near = difflib.get_close_matches(shorten(name), known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known)}."
    return InputError(f"There is no {kind} '{shorten(name)}'; {hint}")


def shorten(value: object, length: int = 60) -> str:
    """Return a value as text for a message, in one printable line of limited length.

    Args:
        value: any value, such as a number of a thousand digits.
        length: largest number of characters.
    """
    try:
        text = str(value)
    except ValueError:  # Python prints no number of more than 4300 digits
        return "that number"
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[: length + 1])
    return text if len(text) <= length else f"{text[: length - 3]}..."
