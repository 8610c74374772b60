"""DUTS: one half of it alone."""

import shutil

import pytest

from salzoo import InputError, load_dataset
from tests.data.datasets.layouts import duts


def test_one_half_is_enough_for_its_split(tmp_path):
    duts.make(str(tmp_path), ["TE"])
    assert len(load_dataset("duts", tmp_path, "test")) == len(load_dataset("duts", tmp_path)) == 2
    with pytest.raises(InputError, match="'train' is empty"):
        load_dataset("duts", tmp_path, "train")


def test_the_folder_of_one_half_may_be_given(tmp_path):
    duts.make(str(tmp_path), ["TR"])
    assert len(load_dataset("duts", tmp_path / "DUTS-TR", "train")) == 4


def test_a_half_without_its_masks_is_refused(tmp_path):
    duts.make(str(tmp_path))
    shutil.rmtree(tmp_path / "DUTS-TE" / "DUTS-TE-Mask")
    with pytest.raises(InputError, match="DUTS-TE-Mask is missing"):
        load_dataset("duts", tmp_path)
