"""What last.weights.h5 holds beside the weights: the progress of the run, as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import h5py
import keras
import numpy as np

from salzoo.utils.errors import InputError
from salzoo.utils.hdf5_files import open_hdf5
from salzoo.utils.json_files import make_record, parse_json

# Name of the dataset in the file.
DATASET = "progress"


@dataclass(frozen=True)
class StoredProgress:
    """The progress of a run.

    Attributes:
        history: a row for each validation; that of initial weights has None for the training.
        results: loss and metrics of the steps since then.
        metrics: values of the metrics' variables behind these results.
        random: random states of the model.
        images: number and hash of the names of the training images.
    """

    history: list[dict[str, int | float | None]]
    results: dict[str, float | None]
    metrics: list[Any]
    random: list[Any]
    images: list[Any]


def write_progress(progress: StoredProgress, path: str) -> None:
    """Add the progress to a weights file.

    Args:
        progress: of the run.
        path: of the file.
    """
    with h5py.File(path, "r+") as file:
        # HDF5 follows the addresses of a text without end where they are damaged; bytes have none.
        file[DATASET] = np.frombuffer(json.dumps(asdict(progress)).encode(), "uint8")


def read_progress(path: str, folder: str) -> StoredProgress:
    """Read the progress from a weights file.

    Args:
        path: of the file.
        folder: of the run, for messages.

    Raises:
        InputError: it has none, a damaged one, or one of another version.
    """
    with open_hdf5(path) as file:
        stored = file.get(DATASET)
        if stored is None:
            raise InputError(f"{path} was not written by a training; it cannot be resumed.")
        is_bytes = isinstance(stored, h5py.Dataset) and stored.ndim == 1 and stored.dtype == "uint8"
        text = bytes(stored[()]).decode() if is_bytes else "null"
    values = parse_json(text, path, allow_nan=True)
    names = {field.name for field in fields(StoredProgress)}
    if not isinstance(values, dict) or values.keys() != names:
        raise InputError(
            f"{path} was written by another version of salzoo; start a new run with `init_from` "
            f"{folder}."
        )
    progress = make_record(StoredProgress, values, path)
    if not all({"epoch", "step", "val_loss"} <= row.keys() for row in progress.history):
        raise InputError(f"{path} is damaged: a row of its history lacks the validation loss.")
    return progress


def assign_all(
    path: str, what: str, values: Sequence[Any], variables: Sequence[keras.Variable]
) -> None:
    """Assign stored values to variables.

    Args:
        path: of the file with the values, for the message.
        what: they are, for the message.
        values: numbers or lists of numbers, one for each variable.
        variables: in the same order.

    Raises:
        InputError: they do not fit.
    """
    try:
        arrays = [np.asarray(value) for value in values]
    except ValueError:  # lists of different lengths
        arrays = []
    if any(array.dtype.kind not in "iuf" for array in arrays):
        arrays = []
    if [array.shape for array in arrays] != [tuple(variable.shape) for variable in variables]:
        raise InputError(f"{path} is damaged: its {what} do not fit the model.")
    for array, variable in zip(arrays, variables, strict=True):
        variable.assign(array.astype(variable.dtype))
