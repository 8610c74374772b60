"""Error messages of the library in the words of the command line."""

import argparse
import re

_BACKTICKED = re.compile(r"`([A-Za-z_]\w*)`")


def render_message(message: str, parser: argparse.ArgumentParser) -> str:
    """Replace Python parameters in a message by the arguments of a command.

    The library names parameters in backticks. A parameter that the command has as an option
    becomes the flag, `mix` becomes --mix; one that it has as a positional argument loses the
    backticks. All other names stay as they are.

    Args:
        message: of an `InputError`.
        parser: of the command that is running.

    Returns:
        The message to print.
    """
    names = {}
    for action in parser._actions:
        if action.dest == argparse.SUPPRESS:
            continue
        long_flags = [flag for flag in action.option_strings if flag.startswith("--")]
        names[action.dest] = long_flags[0] if long_flags else action.dest
    return _BACKTICKED.sub(lambda match: names.get(match[1], match[0]), message)
