"""MIT1003: points found again behind JPEG, and files that are refused."""

import os
import shutil

import numpy as np
import pytest

from salzoo.data.datasets import load_dataset
from tests.data.layouts import mit1003
from tests.data.layouts.making import map_picture
from tests.data.test_datasets import refused

MARKS = "ALLFIXATIONMAPS/i1_fixPts.jpg"


@pytest.fixture
def folder(tmp_path):
    mit1003.make(str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(("quality", "share"), [(30, 0.9), (50, 1), (75, 1), (95, 1)])
def test_points_behind_jpeg(folder, quality, share):
    random = np.random.default_rng(quality)
    marked = random.uniform(size=mit1003.SIZE) < 0.01
    map_picture(str(folder / MARKS), 255 * marked, quality=quality)
    found = load_dataset("mit1003", folder)[1].fixations.astype(int)
    recovered = np.zeros(mit1003.SIZE, bool)
    recovered[found[:, 1], found[:, 0]] = True
    assert not (recovered & ~marked).any()
    assert (recovered & marked).sum() >= share * marked.sum()


def test_nested_unpacking(folder):
    expected = [sample.fixations.tolist() for sample in load_dataset("mit1003", folder)]
    for name in ("ALLSTIMULI", "ALLFIXATIONMAPS"):
        os.rename(folder / name, folder / "moved")
        os.makedirs(folder / name)
        os.rename(folder / "moved", folder / name / name)
    assert [sample.fixations.tolist() for sample in load_dataset("mit1003", folder)] == expected


def missing(folder):
    os.remove(folder / MARKS)


def extra(folder):
    shutil.copy(folder / MARKS, folder / "ALLFIXATIONMAPS/i99_fixPts.jpg")


def transposed(folder):
    map_picture(str(folder / MARKS), np.zeros(mit1003.SIZE[::-1]))


def empty(folder):
    map_picture(str(folder / MARKS), np.zeros(mit1003.SIZE))


def cut(folder):
    content = (folder / MARKS).read_bytes()
    (folder / MARKS).write_bytes(content[: len(content) // 2])


def damaged(folder):
    # Its quantisation table turns into a comment.
    (folder / MARKS).write_bytes((folder / MARKS).read_bytes().replace(b"\xff\xdb", b"\xff\xfe"))


@pytest.mark.parametrize(
    ("corrupt", "match"),
    [
        (missing, "i1.jpeg has no point map"),
        (extra, "i99_fixPts.jpg has a point map for 'i99', but there is no such image"),
        (transposed, "i1_fixPts.jpg is 64x96, but its image i1.jpeg is 96x64"),
        (empty, "i1_fixPts.jpg has no fixation for i1.jpeg"),
        (cut, "i1_fixPts.jpg is cut short"),
        (damaged, "i1_fixPts.jpg is damaged"),
    ],
)
def test_corruptions_are_named(folder, corrupt, match):
    corrupt(folder)
    refused("mit1003", folder, match)
