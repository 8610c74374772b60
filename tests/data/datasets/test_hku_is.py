"""HKU-IS: its lists, and the repack that has none."""

import numpy as np
import pytest

from salzoo import InputError, load_dataset
from salzoo.data.datasets import read_dataset
from salzoo.data.datasets._formats.checks import ProblemCollector
from tests.data.datasets.layouts import hku_is


@pytest.fixture
def folder(tmp_path):
    hku_is.make(str(tmp_path))
    return tmp_path


def problems(folder):
    checks = ProblemCollector("hku_is")
    read_dataset("hku_is", folder, checks)
    return [f"{path} {sentence}" for path, sentence in checks.problems]


def test_the_repack_has_no_splits_but_is_read(tmp_path):
    hku_is.make_repack(str(tmp_path))
    assert problems(tmp_path) == []
    samples = load_dataset("hku_is", tmp_path)
    assert len(samples) == 6 and samples[0].mask_path.endswith("Imgs/0004.png")
    assert len(load_dataset("hku_is", tmp_path, "test", "benchmark")) == 6
    with pytest.raises(InputError, match="none of the authors' lists trainImgSet.mat.*'all'"):
        load_dataset("hku_is", tmp_path, "train")


def test_lists_as_characters_of_any_variable(folder):
    hku_is.write_list(folder, "test", ["0005.png", "9999.png  "], "names", as_characters=True)
    names = [sample.image_path[-8:] for sample in load_dataset("hku_is", folder, "test")]
    assert names == ["0005.png", "9999.png"]


@pytest.mark.parametrize(
    "names, found",
    [
        (["0004.png", "0010.png"], "0031.png is in none of the lists"),
        (["0004.png", "0010.png", "0031.png", "0077.png"], "names '0077', but there is no such"),
        (["0004.png", "0010.png", "0031.png", "0012.png"], "names '0012', which was in a list"),
        ([np.arange(3.0)], "holds no list of image names"),
    ],
)
def test_lists_that_do_not_fit(folder, names, found):
    hku_is.write_list(folder, "train", names)
    assert any(found in problem for problem in problems(folder))


def test_a_missing_list_is_named(folder):
    (folder / "valImgSet.mat").unlink()
    assert any("valImgSet.mat is missing" in problem for problem in problems(folder))
