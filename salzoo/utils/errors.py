"""The one exception that is meant for the person in front of the screen."""

import difflib


class InputError(ValueError):
    """Something given from outside is unusable.

    The message is one sentence that names the file, the flag or the value and
    says what to do. Commands print it and exit with status 2.
    """


class EmptySplit(InputError):
    """A split whose images are absent as a whole."""


def unknown_name(kind: str, name: str, known) -> InputError:
    """Build the error for a mistyped name, with the nearest known one."""
    known = sorted(known)
    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known)}."
    return InputError(f"There is no {kind} '{name}'; {hint}")
