"""Record of the files opened and the modules imported by a Python program.

Python imports a module of this name at the start of every process whose `PYTHONPATH` holds
this folder, worker processes included. It reads three environment variables:

    PROBE_BELOW    files whose absolute path starts with this text are recorded
    PROBE_OPENED   file that gets one line for every time such a file is opened
    PROBE_MODULES  file that gets the names of the imported salzoo modules at the end
"""

import atexit
import os
import sys


def record_opened(path: str, below: str) -> None:
    """Append a line to a file for every opened file whose path starts with `below`."""
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def record(event: str, arguments: tuple) -> None:
        if event != "open" or not isinstance(arguments[0], str | bytes | os.PathLike):
            return
        opened = os.path.abspath(os.fsdecode(arguments[0]))
        if opened.startswith(below):
            os.write(log, os.fsencode(opened) + b"\n")

    sys.addaudithook(record)


def write_modules(path: str) -> None:
    """Write the names of the imported salzoo modules, one a line."""
    names = sorted(name for name in sys.modules if name.split(".")[0] == "salzoo")
    with open(path, "w") as file:
        file.write("\n".join(names))


if "PROBE_OPENED" in os.environ:
    record_opened(os.environ["PROBE_OPENED"], os.environ["PROBE_BELOW"])
    # Worker processes inherit the environment; only the program itself writes its modules.
    atexit.register(write_modules, os.environ.pop("PROBE_MODULES", os.devnull))
