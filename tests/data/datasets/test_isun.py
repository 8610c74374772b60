"""iSUN: another form of `gaze`, and damage."""

import os

import h5py
import numpy as np
import pytest
import scipy.io

from salzoo.data.dataset import load_dataset
from salzoo.data.datasets import read_dataset
from salzoo.data.datasets._formats.checks import ProblemCollector
from tests.data.datasets.layouts import isun
from tests.data.datasets.layouts.making import cell, picture, struct, struct_array
from tests.data.datasets.test_datasets import refused


@pytest.fixture
def folder(tmp_path):
    isun.make(str(tmp_path))
    return tmp_path


def training(folder, points):
    """Write training.mat with these points for sun_a."""
    isun.write_mat(str(folder), "training", {**isun.TRIALS, "sun_a": points})


def write_entries(folder, **gaze):
    entries = [{"image": name, "gaze": value} for name, value in gaze.items()]
    scipy.io.savemat(folder / "training.mat", {"training": struct_array(entries)})


def test_points_outside_are_counted(folder):
    checks = ProblemCollector("isun")
    read_dataset("isun", folder, checks)
    assert checks.dropped == 1


def test_gaze_may_be_one_struct_with_a_cell(folder):
    expected = load_dataset("isun", folder, "train")
    gaze = {name: struct(fixation=cell(isun.TRIALS[name])) for name in isun.FILES["training"]}
    write_entries(folder, **gaze)
    for sample, twin in zip(load_dataset("isun", folder, "train"), expected, strict=True):
        np.testing.assert_array_equal(sample.fixations, twin.fixations)
        np.testing.assert_array_equal(sample.observers, twin.observers)


def write_hdf5(folder):
    with h5py.File(folder / "training.mat", "w", userblock_size=512) as file:
        file["training"] = np.zeros(3)


DAMAGE = {
    "missing": (lambda folder: os.remove(folder / "training.mat"), "training.mat is missing; see"),
    "cut": (
        lambda folder: (folder / "training.mat").write_bytes(
            (folder / "training.mat").read_bytes()[:300]
        ),
        "not a readable MATLAB 5",
    ),
    "hdf5": (write_hdf5, "is a MATLAB 7.3 .HDF5. file"),
    "variable": (
        lambda folder: isun.write_mat(str(folder), "training", isun.TRIALS, "validation"),
        "no variable 'training' but .'validation'",
    ),
    "no struct": (
        lambda folder: scipy.io.savemat(folder / "training.mat", {"training": np.ones(3)}),
        "'training' that is no struct array with gaze and image",
    ),
    "no fixation": (
        lambda folder: write_entries(folder, sun_a=struct(location=1), sun_e=struct(location=1)),
        "a 'gaze' of 'sun_a' that is no struct array of n x 2 fixations",
    ),
    "columns": (lambda folder: training(folder, [np.ones((2, 3))]), "sun_a.*points of shape"),
    "not a number": (
        lambda folder: training(folder, [np.array([[1, np.inf]])]),
        "fixations of sun_a.jpg that are not numbers",
    ),
    "empty": (
        lambda folder: training(folder, [np.empty((0, 2))]),
        "training.mat has no fixation for sun_a.jpg",
    ),
    "exchanged": (
        lambda folder: training(folder, [np.array([(20, 31 + n) for n in range(12)])]),
        "has 12 of 12 fixations outside .* of sun_a.jpg .are x and y exchanged",
    ),
    "twice": (
        lambda folder: write_entries(folder, sun_c=struct(fixation=np.ones((1, 2)))),
        "names 'sun_c' twice",
    ),
    "extra image": (
        lambda folder: picture(f"{folder}/images/sun_z.jpg", (30, 40)),
        "sun_z.jpg has no entry in the .mat files",
    ),
    "missing image": (
        lambda folder: os.remove(folder / "images" / "sun_d.jpg"),
        "testing.mat has an entry for 'sun_d', but there is no such image",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_named(folder, damage):
    spoil, match = DAMAGE[damage]
    spoil(folder)
    samples, _ = refused("isun", folder, match)
    assert len(samples) >= 2
