"""DUT-OMRON: one kind of ground truth alone, withdrawn images, and files that are refused."""

import os
import shutil

import h5py
import numpy as np
import pytest

from salzoo.data.dataset import load_dataset
from tests.data.datasets.layouts import dut_omron
from tests.data.datasets.layouts.making import mask_picture
from tests.data.datasets.test_datasets import refused

FIXATIONS = "DUT-OMRON-eye-fixations/mat/sun_aaaa.mat"


@pytest.fixture
def folder(tmp_path):
    dut_omron.make(str(tmp_path))
    return tmp_path


def test_masks_alone(folder):
    shutil.rmtree(folder / "DUT-OMRON-eye-fixations")
    samples = load_dataset("dut_omron", folder)
    assert len(samples) == 4
    assert all(sample.fixations is None and sample.mask_path for sample in samples)


def test_fixations_alone(folder):
    shutil.rmtree(folder / "pixelwiseGT-new-PNG")
    samples = load_dataset("dut_omron", folder)
    assert len(samples) == 4
    assert all(sample.mask_path is None and len(sample.fixations) for sample in samples)
    shutil.rmtree(folder / "DUT-OMRON-eye-fixations")
    refused("dut_omron", folder, "pixelwiseGT-new-PNG is missing")


def test_withdrawn_images_stay_out(folder):
    paths = [sample.image_path for sample in load_dataset("dut_omron", folder)]
    assert os.path.exists(folder / f"DUT-OMRON-image/{dut_omron.WITHDRAWN}.jpg")
    assert not [path for path in paths if dut_omron.WITHDRAWN in path]


def with_rows(rows, variable="s"):
    """Return a corruption: the third image gets these fixations."""
    return lambda folder: dut_omron.write_fixations(folder, "sun_aaaa", np.array(rows), variable)


def missing(folder):
    os.remove(folder / FIXATIONS)


def extra(folder):
    shutil.copy(folder / FIXATIONS, folder / FIXATIONS.replace("aaaa", "cccc"))


def small_mask(folder):
    mask_picture(str(folder / "pixelwiseGT-new-PNG/sun_aaaa.png"), (40, 30))


def unreadable(folder):
    (folder / FIXATIONS).write_bytes(b"MATLAB 5.0 MAT-file")


def hdf5(folder):
    with h5py.File(folder / FIXATIONS, "w") as file:
        file["s"] = np.ones((2, 3))


@pytest.mark.parametrize(
    ("corrupt", "match"),
    [
        (missing, "sun_aaaa.jpg has no file of fixations"),
        (extra, "sun_cccc.mat has a file of fixations for 'sun_cccc'"),
        (small_mask, "sun_aaaa.png is 30x40, but its image sun_aaaa.jpg is 40x30"),
        (unreadable, "sun_aaaa.mat is not a readable MATLAB 5 file"),
        (hdf5, "sun_aaaa.mat is a MATLAB 7.3 .HDF5. file"),
        (with_rows([[40, 30, 0], [1, 1, 1]], "t"), "sun_aaaa.mat has no variable 's'"),
        (with_rows([[40, 30], [1, 1]]), "sun_aaaa.mat has 's' of .* not rows of x, y, observer"),
        (with_rows([[40, 30, 0]]), "sun_aaaa.mat has no fixation"),
        (with_rows([[1, 1, 1]]), "sun_aaaa.mat says .. in its row of observer 0"),
        (with_rows([[30, 40, 0], [1, 1, 1]]), "says ..30.0, 40.0.. in .* its image is 40x30"),
        (with_rows([[40, 30, 0], [np.nan, 1, 1]]), "sun_aaaa.mat has fixations that are not num"),
        (with_rows([[40, 30, 0], [1, 1, np.nan]]), "sun_aaaa.mat has fixations that are not num"),
        (with_rows([[40, 30, 0], *[[9, 39, 1]] * 10]), "sun_aaaa.jpg .*x and y exchanged"),
    ],
)
def test_corruptions_are_named(folder, corrupt, match):
    corrupt(folder)
    refused("dut_omron", folder, match)
