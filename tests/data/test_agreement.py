"""Density maps of the same fixations as the points, and of others."""

import os

import numpy as np
import pytest

from salzoo import cli
from salzoo.data.agreement import describe_disagreement
from salzoo.data.dataset import load_dataset
from salzoo.data.fixations import density_map
from salzoo.data.sample import Sample
from salzoo.evaluation import measure
from tests.data.datasets.layouts import fixatons
from tests.data.datasets.layouts.making import map_picture, picture, write

SIZE = (60, 80)
IMAGES = 6


def write_folder(root, kept=None, sigma=2.5, images=IMAGES):
    """Write a folder with the points of four observers and maps of the first `kept` of each."""
    random = np.random.default_rng(0)
    lines = ["image,observer,x,y"]
    for number in range(images):
        picture(f"{root}/images/{number}.png", SIZE, seed=number)
        points = random.uniform(0, 1, (4, 9, 2)) * SIZE[::-1]
        for observer, own in enumerate(points):
            lines += [f"{number}.png,{observer},{x:.3f},{y:.3f}" for x, y in own]
        values = density_map(points[:, :kept].reshape(-1, 2), SIZE, sigma)
        map_picture(f"{root}/densities/{number}.png", np.rint(255 * values / values.max()))
    write(f"{root}/fixations.csv", "\n".join([*lines, ""]))


@pytest.mark.parametrize("sigma", [1.5, 2.5, 5.0])
def test_maps_of_the_same_fixations_agree_whatever_their_width(tmp_path, sigma):
    write_folder(tmp_path, sigma=sigma)
    assert describe_disagreement(load_dataset("folder", tmp_path)) is None


@pytest.mark.parametrize("kept", [2, 5])
def test_maps_of_a_part_of_the_fixations_do_not(tmp_path, kept):
    write_folder(tmp_path, kept)
    samples = load_dataset("folder", tmp_path)
    expected = np.median(
        [
            np.corrcoef(sample.density.ravel(), density_map(sample.fixations, SIZE, 2.5).ravel())[
                0, 1
            ]
            for sample in samples
        ]
    )
    text = describe_disagreement(samples)
    assert f"by only {expected:.2f} (median of 6 images)" in text and "Give `sigma`" in text
    assert describe_disagreement(load_dataset("folder", tmp_path, sigma=3)) is None


def test_the_maps_of_another_image_do_not(tmp_path):
    write_folder(tmp_path)
    paths = [str(tmp_path / f"densities/{number}.png") for number in range(IMAGES)]
    contents = [open(path, "rb").read() for path in paths]  # noqa: SIM115
    for path, content in zip(paths, contents[1:] + contents[:1], strict=True):
        write(path, content)
    assert describe_disagreement(load_dataset("folder", tmp_path))


def test_what_says_nothing(tmp_path):
    write_folder(tmp_path, images=2)
    map_picture(str(tmp_path / "densities/0.png"), np.full(SIZE, 7))
    samples = load_dataset("folder", tmp_path)
    assert describe_disagreement(samples) is None  # the constant one says nothing
    assert describe_disagreement([Sample("a.png", SIZE), Sample("b.png", SIZE)]) is None
    assert describe_disagreement([]) is None


def test_check_warns_and_finds_no_problem(tmp_path, capsys):
    for folder, kept, warned in (("whole", None, False), ("part", 2, True)):
        write_folder(tmp_path / folder, kept)
        arguments = ["salzoo", "check", "folder", "--data_dir", str(tmp_path / folder)]
        assert cli._run(cli._parse(arguments)) == 0
        out = capsys.readouterr().out
        assert " 0 problems" in out and ("  warning: The density maps" in out) is warned


def test_the_report_warns(tmp_path):
    for folder, kept, warned in (("whole", None, False), ("part", 2, True)):
        write_folder(tmp_path / folder, kept)
        samples = load_dataset("folder", tmp_path / folder)
        arguments = {"task": "fixations", "metrics": ["NSS", "CC"], "baselines": "none", "jobs": 1}
        found = measure({"flat": lambda sample: np.eye(*sample.size)}, samples, **arguments)
        assert any("The density maps" in note for note in found.notes) is warned


def test_maps_of_fixatons_are_not_compared_where_all_fixations_are_taken(tmp_path):
    fixatons.make(str(tmp_path))
    samples = load_dataset("mit1003", tmp_path, fixations="all")
    assert not any(sample.density_path for sample in samples)
    assert describe_disagreement(samples) is None
    assert os.path.isdir(tmp_path / "SALIENCY_MAPS")
