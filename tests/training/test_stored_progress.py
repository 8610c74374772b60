"""The progress in last.weights.h5: what was written comes back, everything else is refused."""

import json

import h5py
import keras
import numpy as np
import pytest

from salzoo.training.stored_progress import (
    StoredProgress,
    assign_all,
    read_progress,
    write_progress,
)
from salzoo.utils.errors import InputError
from tests.edited_json import edits

PROGRESS = StoredProgress(
    history=[{"epoch": 1, "step": 5, "loss": 0.5, "val_loss": float("nan")}],
    results={"loss": 0.25},
    metrics=[1.5, [1.0, 2.0]],
    random=[[1, 2]],
    images=[3, "abc"],
)


@pytest.fixture
def path(tmp_path):
    """A weights file with the progress."""
    path = str(tmp_path / "last.weights.h5")
    h5py.File(path, "w").close()
    write_progress(PROGRESS, path)
    return path


def replace(path, value):
    with h5py.File(path, "r+") as file:
        del file["progress"]
        if isinstance(value, bytes):
            value = np.frombuffer(value, "uint8")
        if value is not None:
            file["progress"] = value


def test_the_progress_comes_back(path):
    again = read_progress(path, "run")
    assert repr(again) == repr(PROGRESS)  # whole numbers stay whole: history.csv is the same


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "was not written by a training"),
        (np.zeros(3), "another version of salzoo"),
        (["a", "b"], "another version of salzoo"),
        ("{}", "another version of salzoo"),
        (b"", "is not JSON that salzoo wrote"),
        (b"{", "is not JSON that salzoo wrote"),
        (b"\xff", "is damaged"),
        (b"[]", "another version of salzoo; start a new run with `init_from` run"),
        (b"{}", "another version of salzoo"),
    ],
)
def test_what_is_no_progress(path, value, message):
    replace(path, value)
    with pytest.raises(InputError, match=message):
        read_progress(path, "run")


def test_an_edited_progress_works_or_is_refused(path):
    variables = [keras.Variable(0.0), keras.Variable([0.0, 0.0])]
    with h5py.File(path) as file:
        value = json.loads(bytes(file["progress"][()]))
    read = 0
    for edited in edits(value, 150):
        replace(path, json.dumps(edited).encode())
        try:
            progress = read_progress(path, "run")
            assert all(row["val_loss"] is not None for row in progress.history)
            assign_all(path, "metrics", progress.metrics, variables)
            read += 1
        except InputError as error:
            assert "\n" not in str(error)
    assert 0 < read < 75


def test_values_of_another_shape_are_refused():
    variables = [keras.Variable(0.0)]
    for values in ([[1.0]], [1.0, 2.0], [], ["x"], [None], [{"x": 1}]):
        with pytest.raises(InputError, match="file is damaged: its metrics do not fit the model"):
            assign_all("file", "metrics", values, variables)


def test_every_byte_may_be_wrong(path):
    with open(path, "rb") as file:
        content = file.read()
    damaged = [content[:length] for length in range(0, len(content), 499)]
    for at in range(0, len(content), 37):
        damaged += [content[:at] + wrong + content[at + 4 :] for wrong in (b"\xff" * 4, bytes(4))]
    refused = 0
    for broken in damaged:
        with open(path, "wb") as file:
            file.write(broken)
        try:
            read_progress(path, "run")
        except InputError as error:
            refused += 1
            assert "\n" not in str(error)
    assert refused > 20
