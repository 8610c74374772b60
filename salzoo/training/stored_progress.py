"""What last.weights.h5 holds beside the weights: the progress of the run, as JSON."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, BinaryIO

import h5py
import keras
import numpy as np

from salzoo.utils.errors import InputError
from salzoo.utils.hdf5_files import open_hdf5_stream
from salzoo.utils.json_files import make_record, parse_json
from salzoo.utils.regular_files import open_regular

# Name of the dataset in the file.
DATASET = "progress"


@dataclass(frozen=True)
class StoredProgress:
    """The progress of a run.

    Attributes:
        history: a row for each validation.
        results: loss and metrics of the steps since then.
        metrics: values of the metrics' variables behind these results.
        random: random states of the model.
        images: number and hash of the names of the training images.
    """

    history: list[dict[str, int | float]]
    results: dict[str, float]
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
        file[DATASET] = json.dumps(asdict(progress))


def read_progress(path: str, folder: str) -> StoredProgress:
    """Read the progress from a weights file.

    Args:
        path: of the file.
        folder: of the run, for messages.

    Raises:
        InputError: it has none, a damaged one, or one of another version.
    """
    with open_regular(path) as stream, open_hdf5_stream(stream, path) as file:
        stored = file.get(DATASET)
        is_text = isinstance(stored, h5py.Dataset) and h5py.check_string_dtype(stored.dtype)
        text = _text(stored, stream) if is_text else None
    if not isinstance(text, str):
        raise InputError(f"{path} was not written by a training; it cannot be resumed.")
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


def _text(stored: h5py.Dataset, stream: BinaryIO) -> object:
    """Return a text of a HDF5 file, or raise one of the many errors of h5py."""
    offset = stored.id.get_offset()
    if offset is not None and h5py.check_string_dtype(stored.dtype).length is None:
        # Its length stands there. HDF5 would fill as much memory before it finds it to be wrong.
        stream.seek(offset)
        length = int.from_bytes(stream.read(4), "little")
        if length > os.fstat(stream.fileno()).st_size:
            raise OSError(f"a text of {length} bytes")
    return stored.asstr()[()]


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
