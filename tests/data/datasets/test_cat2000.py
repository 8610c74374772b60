"""CAT2000: parts that may be missing, model maps that stay out, and files that are refused."""

import os
import shutil

import h5py
import numpy as np
import pytest
import scipy.io

from salzoo.data.dataset import load_dataset
from salzoo.data.datasets import cat2000 as reader
from salzoo.utils.errors import InputError
from tests.data.datasets.layouts import cat2000, make_small
from tests.data.datasets.test_datasets import refused

LOCATIONS = "trainSet/FIXATIONLOCS/Action/003.mat"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    root = tmp_path / "outputs"  # only names within the set tell model maps
    root.mkdir()
    return make_small("cat2000", root, monkeypatch)


def test_either_part_alone(folder):
    shutil.move(folder / "testSet", folder.parent / "kept")
    assert len(load_dataset("cat2000", folder, "train")) == 4
    assert len(load_dataset("cat2000", folder)) == 6
    assert len(load_dataset("cat2000", folder / "trainSet", "val")) == 2
    with pytest.raises(InputError, match="split 'test' is empty"):
        load_dataset("cat2000", folder, "test")
    shutil.rmtree(folder / "trainSet")
    shutil.move(folder.parent / "kept", folder / "testSet")
    assert len(load_dataset("cat2000", folder, "test")) == 6


def test_model_maps_stay_out(folder):
    samples = load_dataset("cat2000", folder)
    paths = [os.path.relpath(sample.image_path, folder) for sample in samples]
    assert len(paths) == 12 and not [path for path in paths if "output" in path.lower()]


def test_an_incomplete_training_part_is_not_shuffled(folder):
    for part in ("Stimuli", "FIXATIONLOCS", "FIXATIONMAPS"):
        shutil.rmtree(folder / "trainSet" / part / "Action")
    assert len(load_dataset("cat2000", folder)) == 9
    with pytest.raises(InputError, match="this folder gives train 2, val 1, test 6; its shuffle"):
        load_dataset("cat2000", folder, "train")


def test_the_split_is_msinets():
    order = np.arange(100)
    np.random.RandomState(42).shuffle(order)
    samples = [
        reader.Sample(f"{category}/{number:03d}.jpg", (1, 1), category=category, split="train")
        for category in "ABCDEFGHIJKLMNOPQRST"
        for number in range(100)
    ]
    train = reader.RECORD.protocols["msinet"].divide(samples)["train"]
    assert len(train) == 1600
    expected = [f"B/{number:03d}.jpg" for number in sorted(order[:80])]
    assert [sample.image_path for sample in train if sample.category == "B"] == expected


def missing(folder):
    os.remove(folder / LOCATIONS)


def extra(folder):
    shutil.copy(folder / LOCATIONS, folder / LOCATIONS.replace("003", "099"))


def missing_folder(folder):
    shutil.rmtree(folder / "trainSet/FIXATIONMAPS")


def wrong_variable(folder):
    cat2000.write_locations(folder, "Action/003", [(1, 1)], "fixations")


def transposed(folder):
    cat2000.write_locations(folder, "Action/003", [(1, 1)], size=cat2000.SIZE[::-1])


def empty(folder):
    values = np.zeros(cat2000.SIZE, "uint8")
    scipy.io.savemat(folder / LOCATIONS, {"fixLocs": values})


def not_finite(folder):
    values = np.zeros(cat2000.SIZE)
    values[2, 2] = np.nan
    scipy.io.savemat(folder / LOCATIONS, {"fixLocs": values})


def text(folder):
    scipy.io.savemat(folder / LOCATIONS, {"fixLocs": "nothing"})


def unreadable(folder):
    (folder / LOCATIONS).write_bytes((folder / LOCATIONS).read_bytes()[:150])


def hdf5(folder):
    with h5py.File(folder / LOCATIONS, "w") as file:
        file["fixLocs"] = np.ones(cat2000.SIZE)


@pytest.mark.parametrize(
    ("corrupt", "match"),
    [
        (missing, "003.jpg has no file of fixations"),
        (extra, "099.mat has a file of fixations for 'Action/099', but there is no such image"),
        (missing_folder, "FIXATIONMAPS is missing"),
        (wrong_variable, "003.mat has no variable 'fixLocs' but .*'fixations'"),
        (
            transposed,
            "003.mat has 'fixLocs' of .* shape .48, 27., but its image .*003.jpg has 27 rows",
        ),
        (empty, "003.mat has no fixation for 003.jpg"),
        (not_finite, "003.mat has 'fixLocs' with values that are not numbers"),
        (text, "003.mat has 'fixLocs' of type <U7"),
        (unreadable, "003.mat is not a readable MATLAB 5 file"),
        (hdf5, "003.mat is a MATLAB 7.3 .HDF5. file"),
    ],
)
def test_corruptions_are_named(folder, corrupt, match):
    corrupt(folder)
    refused("cat2000", folder, match)
