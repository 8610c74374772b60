"""Toronto: other unpackings, and a damaged origfixdata.mat."""

import os
import shutil

import h5py
import numpy as np
import pytest

from salzoo.data.dataset import load_dataset
from tests.data.datasets.layouts import make_small
from tests.data.datasets.layouts import toronto as layout
from tests.data.datasets.layouts.making import picture
from tests.data.datasets.test_datasets import refused


@pytest.fixture
def folder(tmp_path, monkeypatch):
    return make_small("toronto", tmp_path, monkeypatch)


@pytest.mark.parametrize("inner", ["eyetrackingdata", layout.FIXDENS])
def test_a_folder_further_in_may_be_given(folder, inner):
    assert len(load_dataset("toronto", folder / inner)) == layout.IMAGES


def test_the_mat_may_lie_above(folder):
    shutil.move(folder / layout.FIXDENS / "origfixdata.mat", folder)
    assert len(load_dataset("toronto", folder)) == layout.IMAGES


def with_map(values):
    return lambda folder: layout.write_maps(
        str(folder), [*layout.point_maps()[:4], values, *layout.point_maps()[5:]]
    )


def write_hdf5(folder):
    with h5py.File(folder / layout.FIXDENS / "origfixdata.mat", "w") as file:
        file["white"] = np.zeros(3)


def cut(folder):
    path = folder / layout.FIXDENS / "origfixdata.mat"
    path.write_bytes(path.read_bytes()[:300])


DAMAGE = {
    "missing": (
        lambda folder: os.remove(folder / layout.FIXDENS / "origfixdata.mat"),
        "origfixdata.mat is missing",
    ),
    "cut": (cut, "not a readable MATLAB 5"),
    "hdf5": (write_hdf5, "is a MATLAB 7.3 .HDF5. file"),
    "variable": (
        lambda folder: layout.write_maps(str(folder), layout.point_maps(), "black"),
        "no variable 'white' but .'black'",
    ),
    "number": (
        lambda folder: layout.write_maps(str(folder), layout.point_maps()[:9]),
        "shape .1, 9., not a cell of 11 maps",
    ),
    "transposed": (with_map(np.eye(68, 51)), "a map 5 of .* shape .68, 51., but its image 5.jpg"),
    "words": (with_map("none"), "a map 5 of type"),
    "not a number": (with_map(np.full(layout.SIZE, np.nan)), "a map 5 with values that are not"),
    "empty": (with_map(np.zeros(layout.SIZE)), "origfixdata.mat has no fixation for 5.jpg"),
    "missing image": (
        lambda folder: os.remove(folder / layout.FIXDENS / "Original Image Set" / "5.jpg"),
        "origfixdata.mat has a map for '5', but there is no such image",
    ),
    "extra image": (
        lambda folder: picture(f"{folder}/{layout.FIXDENS}/Original Image Set/12.jpg", layout.SIZE),
        "12.jpg has no map in .*origfixdata.mat",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_named(folder, damage):
    spoil, match = DAMAGE[damage]
    spoil(folder)
    samples, problems = refused("toronto", folder, match)
    assert len(problems) == 1 and len(samples) in (0, 10, 11)
