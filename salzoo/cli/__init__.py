"""The command line: `salzoo COMMAND ...`, one module a command.

A command's module has HELP (one line), add_arguments(parser) and run(arguments), and
imports TensorFlow and other heavy packages only when run is called.
"""

import argparse
import difflib
import importlib
import logging
import os
import shlex
import signal
import sys
import threading
from typing import Any, NoReturn

import absl.logging
from absl import app
from absl.flags import argparse_flags

from salzoo import __version__
from salzoo.cli.messages import render_message
from salzoo.utils.consent import VARIABLE as CONSENT
from salzoo.utils.errors import InputError
from salzoo.utils.printable import printable

COMMANDS = (
    "models",
    "import",
    "datasets",
    "download",
    "check",
    "summary",
    "benchmark",
    "train",
    "evaluate",
    "compare",
    "predict",
    "export",
    "serve",
    "demo",
)


class _Parser(argparse_flags.ArgumentParser):
    """Parser that reports an error in one line, without the usage of the command."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for action in self._actions:
            if "--helpfull" in action.option_strings:  # of absl, which adds nothing here
                action.help = argparse.SUPPRESS

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {printable(message)}\nTry: {self.prog} --help\n")
        sys.exit(2)


class _Formatter(logging.Formatter):
    """Formatter that escapes control characters, which names of files may hold."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record), keep="\n")


class _CommandParser(_Parser):
    """Parser of one command: without absl's flags and without abbreviations of flags."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, inherited_absl_flags=None, allow_abbrev=False)


def main() -> None:
    """Run the command of sys.argv and exit.

    The exit status is 0, 1 (some inputs failed), 2 (bad input) or 130 (interrupted).
    """
    _open_standard_streams()
    app.run(_run, flags_parser=_parse)


def _open_standard_streams() -> None:
    """Open the null device for standard streams that are closed, as by `salzoo ... 2>&-`.

    Otherwise the next file that is opened takes their place, and what is printed.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            null_device = os.open(os.devnull, os.O_RDWR)
            if null_device != number:
                os.dup2(null_device, number)
                os.close(null_device)
            setattr(sys, name, os.fdopen(number, "w" if number else "r"))


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="salzoo",
        description="Train, evaluate and apply models that predict where people look in images.",
        epilog="`salzoo COMMAND --help` describes the arguments of a command.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"salzoo {__version__}")
    subparsers = parser.add_subparsers(
        dest="command",
        metavar="COMMAND",
        required=True,
        parser_class=_CommandParser,
    )
    for name in COMMANDS:
        module = importlib.import_module(f"salzoo.cli.{name}")
        subparser = subparsers.add_parser(name, help=module.HELP, description=module.__doc__)
        module.add_arguments(subparser)
        subparser.set_defaults(run=module.run, parser=subparser)
    if len(argv) < 2:
        parser.print_help()
        sys.exit(0)
    arguments, unknown = parser.parse_known_args(argv[1:])
    if unknown:
        _report_unknown(arguments.parser, unknown[0])
    arguments.command_line = shlex.join(["salzoo", *argv[1:]])
    return arguments


def _report_unknown(parser: argparse.ArgumentParser, argument: str) -> NoReturn:
    """Exit with an error for an argument that the command does not have."""
    flag = argument.split("=")[0]
    known = [option for action in parser._actions for option in action.option_strings]
    near = difflib.get_close_matches(flag, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else "."
    kind = "flag" if flag.startswith("-") else "argument"
    parser.error(f"there is no {kind} '{flag}' here{hint}")


def _run(arguments: argparse.Namespace) -> int | None:
    """Run a parsed command; return its exit status, None for 0."""
    # Libraries log warnings and errors only, salzoo also what it has done.
    absl.logging.set_verbosity(absl.logging.WARNING)
    absl.logging.get_absl_handler().setFormatter(_Formatter("%(message)s"))
    logging.getLogger("salzoo").setLevel(logging.INFO)
    if getattr(arguments, "yes", False):
        os.environ[CONSENT] = "1"
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        return arguments.run(arguments)
    except InputError as error:
        message = render_message(str(error), arguments.parser)
        sys.stderr.write(f"salzoo {arguments.command}: {printable(message)}\n")
        return 2
    except BrokenPipeError:  # `salzoo models | head`
        sys.stderr.close()
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        message = printable(f"{where}{error.strerror or error}")
        sys.stderr.write(f"salzoo {arguments.command}: {message}\n")
        return 2
    except KeyboardInterrupt as error:
        sys.stderr.write(f"\nsalzoo {arguments.command}: interrupted.\n")
        return 128 + (error.args[0] if error.args else signal.SIGINT)


def _interrupt(number: int, _: object) -> NoReturn:
    """Save and stop as at Ctrl-C: schedulers of clusters send SIGTERM when the time is over."""
    raise KeyboardInterrupt(number)
