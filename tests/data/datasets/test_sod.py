"""SOD: the forms it goes around in."""

import os

import pytest

from salzoo import InputError, load_dataset
from tests.data.datasets.layouts import sod
from tests.data.datasets.layouts.making import write


@pytest.mark.parametrize("folders", [("Imgs", "Imgs"), ("SOD/Images", "SOD/Masks")])
def test_other_layouts(tmp_path, folders):
    sod.make(str(tmp_path), *folders)
    names = [os.path.basename(sample.image_path) for sample in load_dataset("sod", tmp_path)]
    assert names == ["2018.jpg", "372019.jpg", "8143.jpg"]


@pytest.mark.parametrize("inner", ["", "SOD/"])
def test_the_original_form_is_refused(tmp_path, inner):
    write(f"{tmp_path}/{inner}sal8143.mat", "a struct")
    with pytest.raises(InputError, match=r"sal8143.mat is of SOD's original form.*PNG masks"):
        load_dataset("sod", tmp_path)
