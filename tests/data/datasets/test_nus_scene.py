"""NUS Scene: files of fixations that do not fit, and the real set where it is."""

import os

import numpy as np
import pytest
import scipy.io

from salzoo import load_dataset
from salzoo.data.datasets import read_dataset
from salzoo.data.datasets._formats.checks import ProblemCollector
from tests.data.datasets.layouts import nus_scene
from tests.data.datasets.layouts.making import picture, struct
from tests.data.datasets.test_datasets import refused
from tests.real_data import require_data


@pytest.fixture
def folder(tmp_path):
    nus_scene.make(str(tmp_path))
    return tmp_path


def test_first_fixations_can_be_dropped(folder):
    write(folder, [np.array([[9.0, 8, 0.3, 0.1], [7, 6, 0.5, 0.25]])] * 2, every=True)
    sample = load_dataset("nus_scene", folder, drop_first=True)[1]
    assert sample.fixations.tolist() == [[6, 7]] * 2 and sample.observers.tolist() == [0, 1]
    np.testing.assert_allclose(sample.durations, [250, 250])


def write(folder, trials, variable="fixations", every=False):
    """Write fixations.mat with these two trials of the second image, or of every one."""
    path = folder / "data/tidy/fixations.mat"
    cells = scipy.io.loadmat(path)["fixations"]
    for row in range(len(cells)) if every else [1]:
        cells[row, 0], cells[row, 1] = trials
    scipy.io.savemat(path, {variable: cells})


def with_trials(*trials, variable="fixations"):
    return lambda folder: write(folder, [np.asarray(each, float) for each in trials], variable)


def with_sizes(sizes):
    info = struct(size=np.array(sizes, "uint16"))
    return lambda folder: scipy.io.savemat(folder / "data/tidy/imgInfo.mat", {"imgInfo": info})


def without_sizes(folder):
    scipy.io.savemat(folder / "data/tidy/imgInfo.mat", {"imgInfo": struct(name="002")})


def extra_image(folder):
    picture(f"{folder}/data/stimuli/501.jpg", (30, 40))


def missing_image(folder):
    os.remove(folder / "data/stimuli/002.jpg")


def missing_file(folder):
    os.remove(folder / "data/tidy/fixations.mat")


NONE = np.empty((0, 4))
BELOW = [[50, 8, 0.3, 0.1]] * 10


@pytest.mark.parametrize(
    ("corrupt", "match"),
    [
        (with_trials(NONE, NONE), "fixations.mat has no fixation for 002.jpg"),
        (with_trials(np.ones((4, 3)), NONE), "entry 002 that is not of n x 4 .*shape .4, 3."),
        (with_trials([[1, np.nan, 0, 0]], NONE), "fixations of 002.jpg that are not numbers"),
        (with_trials(BELOW, NONE), "has 10 of 10 .* of 002.jpg .are x and y exchanged"),
        (with_trials(NONE, NONE, variable="fixation"), "no variable 'fixations' but"),
        (with_sizes(nus_scene.SIZES[:3]), "but imgInfo.mat has 3 sizes"),
        (
            with_sizes([size[::-1] for size in nus_scene.SIZES]),
            "002.jpg is 60x30, imgInfo.mat says 30x60",
        ),
        (without_sizes, "imgInfo.mat has no list of image sizes .*no field 'size'"),
        (extra_image, "501.jpg has no entry in .*fixations.mat"),
        (missing_image, "fixations.mat has an entry for '002', but there is no such image"),
        (missing_file, "fixations.mat is missing; see `salzoo datasets nus_scene`"),
    ],
)
def test_corruptions_are_named(folder, corrupt, match):
    corrupt(folder)
    refused("nus_scene", folder, match)


def test_the_real_scenes():
    folder = require_data("data/nus_scene")
    checks = ProblemCollector("nus_scene")
    samples = read_dataset("nus_scene", folder, checks)
    assert checks.problems == [] and checks.dropped == 0
    assert len(samples) == 500
    assert sum(len(sample.fixations) for sample in samples) == 43_894
    durations = np.concatenate([sample.durations for sample in samples])
    assert 50 < np.median(durations) < 500  # milliseconds, not seconds
    trials = sum(len(set(sample.observers)) for sample in samples)
    assert 500 * 12 - trials == 52  # nobody's
    assert sum(sample.size == (256, 256) for sample in samples) == 311
    validation = load_dataset("nus_scene", folder, "val")
    assert len(validation) == 100
    parts = [load_dataset("nus_scene", folder, part, "set_aside") for part in ("train", "val")]
    assert [len(part) for part in parts] == [360, 40]
    aside = load_dataset("nus_scene", folder, "test", "set_aside")
    assert paths_of(aside) == paths_of(validation)
    # Three parts that have nothing in common.
    assert len(set().union(*map(paths_of, (*parts, aside)))) == 500


def test_densities_are_as_wide_on_the_screen_whatever_the_size(folder):
    for sample in load_dataset("nus_scene", folder):
        assert sample.sigma == pytest.approx(24 * max(sample.size) / 800)


def paths_of(samples):
    return {sample.image_path for sample in samples}
