"""FIWI: MSI-Net's copies, and damaged point maps."""

import os

import numpy as np
import pytest
from PIL import Image

from salzoo.data.dataset import load_dataset
from tests.data.datasets.layouts import fiwi
from tests.data.datasets.layouts.making import map_picture, picture
from tests.data.datasets.test_datasets import refused


@pytest.fixture
def folder(tmp_path):
    fiwi.make(str(tmp_path))
    return tmp_path


def map_of(folder, name="mixed1"):
    return folder / "webpage_dataset" / "fixation" / "all5" / f"{name}.png"


def test_msinets_copies(folder):
    expected = load_dataset("fiwi", folder)
    inner = folder / "webpage_dataset"
    os.rename(inner / "fixation" / "all5", inner / "fixations")
    for path in (inner / "fixations").iterdir():
        Image.open(path).convert("RGBA").save(path)  # as matplotlib saves them
    for sample, twin in zip(load_dataset("fiwi", folder), expected, strict=True):
        np.testing.assert_array_equal(sample.fixations, twin.fixations)


DAMAGE = {
    "missing": (lambda path: os.remove(path), "mixed1.png has no point map in .*all5"),
    "text": (lambda path: path.write_text("no map"), "mixed1.png is not an image"),
    "transposed": (lambda path: map_picture(str(path), np.eye(68, 38)), "is 38x68, but its image"),
    "empty": (
        lambda path: map_picture(str(path), np.zeros((38, 68))),
        "mixed1.png has no fixation for mixed1.png",
    ),
    "damaged inside": (
        lambda path: path.write_bytes(path.read_bytes()[:50] + b"IEND\xae\x42\x60\x82"),
        "mixed1.png is damaged",
    ),
    "extra": (
        lambda path: map_picture(str(path.parent / "video1.png"), np.eye(38, 68)),
        "video1.png has a point map for 'video1', but there is no such image",
    ),
    "no maps": (
        lambda path: os.rename(path.parent, path.parent.with_name("all3")),
        "all5 is missing; see `salzoo datasets fiwi`",
    ),
    "extra image": (
        lambda path: picture(f"{path.parents[2]}/stimuli/video1.png", (38, 68)),
        "video1.png has no point map",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_named(folder, damage):
    spoil, match = DAMAGE[damage]
    spoil(map_of(folder))
    samples, problems = refused("fiwi", folder, match)
    assert len(problems) == 1
    assert len(samples) == (0 if damage == "no maps" else 4 if "extra" in damage else 3)
