"""EyeCrowd: what the file of fixations may not be."""

import h5py
import numpy as np
import pytest

from salzoo.data.dataset import load_dataset
from tests.data.datasets.layouts import eyecrowd, make_small
from tests.data.datasets.layouts.osie import entry, write_fixations
from tests.data.datasets.test_datasets import refused

NOTHING = (np.empty((1, 0)), np.empty((1, 0)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    return make_small("eyecrowd", tmp_path, monkeypatch)


def test_first_fixations_can_be_dropped(folder):
    samples = load_dataset("eyecrowd", folder, drop_first=True)
    assert [sample.fixations.tolist() for sample in samples[:2]] == [[[63, 47]], [[2, 1]] * 3]


def with_trials(trials, variable="fixations"):
    """Return a corruption: the second image gets these trials."""

    def corrupt(folder):
        entries = [entry(*pair) for pair in zip(eyecrowd.NAMES, eyecrowd.TRIALS, strict=True)]
        entries[1] = entry(eyecrowd.NAMES[1], trials)
        write_fixations(folder, entries, variable)

    return corrupt


def one(x, y):
    return [(np.array([x], "float64"), np.array([y], "float64"))]


def too_few(folder):
    write_fixations(folder, [entry(eyecrowd.NAMES[0], eyecrowd.TRIALS[0])])


def unreadable(folder):
    path = folder / "data/eye/fixations.mat"
    path.write_bytes(path.read_bytes()[:200])


def hdf5(folder):
    with h5py.File(folder / "data/eye/fixations.mat", "w") as file:
        file["fixations"] = np.ones(3)


@pytest.mark.parametrize(
    ("corrupt", "match"),
    [
        (with_trials([NOTHING] * 3), "fixations.mat has no fixation for 1002.jpg"),
        (with_trials(one([3, 4], [3])), "entry 2 that .*fix_duration differ in length"),
        (
            with_trials(one([3, np.nan], [3, 3])),
            "fixations of 1002.jpg that are not",
        ),
        (
            with_trials(one([5] * 10, [60] * 10)),
            "has 10 of 10 .* of 1002.jpg .are x and y",
        ),
        (with_trials(one([3], [3]), "fixation"), "no variable 'fixations'"),
        (too_few, "not a cell of 4 images"),
        (unreadable, "fixations.mat is not a readable MATLAB 5 file"),
        (hdf5, "fixations.mat is a MATLAB 7.3 .HDF5. file"),
    ],
)
def test_corruptions_are_named(folder, corrupt, match):
    corrupt(folder)
    refused("eyecrowd", folder, match)
