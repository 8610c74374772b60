"""Long experiments in steps: trainings and folders that an interrupted run goes on with."""

import os
import shlex
import subprocess
import sys

from salzoo.utils.errors import InputError
from salzoo.utils.files import check_folder
from salzoo.utils.json_files import read_json, write_json


def begin(folder, note, settings):
    """Begin or go on with a folder of results; its settings are kept in a file.

    Args:
        folder: to write to.
        note: name of the file.
        settings: plain values for JSON, everything that the results depend on.

    Raises:
        InputError: the folder has other files, or results of other settings.
    """
    check_folder("out", folder)
    path = os.path.join(folder, note)
    others = set(os.listdir(folder)) - {note} if os.path.isdir(folder) else set()
    if others and not os.path.exists(path):
        raise InputError(f"--out {folder} is not empty; choose another folder.")
    if others and read_json(path) != settings:
        raise InputError(f"--out {folder} holds results of other arguments; choose another.")
    write_json(path, settings)


def unfinished(run, flags):
    """Yield the command that starts or resumes a training; nothing if it is complete.

    Args:
        run: folder.
        flags: of `salzoo train`, the model first.
    """
    if os.path.exists(os.path.join(run, "metrics.json")):  # a run's last file
        return
    started = os.path.exists(os.path.join(run, "config.json"))
    yield ["-m", "salzoo", "train", *(["--resume"] if started else flags), "--run_dir", run]


def call(command):
    """Print and run a `python` command; return its status."""
    print(f"\npython {shlex.join(command)}", flush=True)
    return subprocess.run([sys.executable, *command]).returncode
