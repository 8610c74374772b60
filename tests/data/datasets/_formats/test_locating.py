"""Datasets are found one level above and below what was given, or the message says where not."""

import os

import pytest

from salzoo import load_dataset, open_dataset
from salzoo.data.datasets import DATASETS, dataset_folder, dataset_record
from salzoo.utils.errors import InputError
from tests.data.datasets.layouts import fixatons, make_small
from tests.data.datasets.layouts.making import picture, write

FROM_DISK = sorted(set(DATASETS) - {"synthetic"})
# Their readers search all folders below what is given.
DEEP = {"fiwi"}


def make_fixatons(root):
    """FixaTons as it unpacks: a folder for each of its sets."""
    fixatons.make(f"{root}/MIT1003")
    os.makedirs(root / "SIENA12" / "STIMULI")


@pytest.fixture(params=[*FROM_DISK, "fixatons"])
def small(request, tmp_path, monkeypatch):
    """Name of a dataset and its folder, whose name says nothing."""
    folder = tmp_path / "data" / "unpacked"
    folder.mkdir(parents=True)
    if request.param == "fixatons":
        make_fixatons(folder)
        return "mit1003", folder
    make_small(request.param, folder, monkeypatch)
    return request.param, folder


def paths(name, folder):
    return [sample.image_path for sample in load_dataset(name, folder)]


def test_one_level_above(small):
    """The folder around the dataset's folder was given, with clutter beside it."""
    name, folder = small
    (folder.parent / ".hidden").mkdir()
    (folder.parent / "notes").mkdir()
    assert paths(name, folder.parent) == paths(name, folder)
    dataset = open_dataset(name, folder.parent)
    for sample in dataset.samples("all"):
        assert sample.image_path.startswith(f"{dataset.folder}/")


def test_one_level_below(small):
    """A folder of the dataset was given in place of the dataset's."""
    name, folder = small
    layout = dataset_record(name).layout
    inner = [entry for entry in os.scandir(folder) if f"{entry.name}/" in layout]
    assert inner or (folder / "MIT1003").exists() or name in DEEP
    for entry in inner:
        assert paths(name, entry.path) == paths(name, folder)


def test_an_inner_folder_of_fixatons(tmp_path):
    make_fixatons(tmp_path)
    expected = paths("mit1003", tmp_path)
    assert len(expected) == len(fixatons.SCANPATHS)
    for given in ("MIT1003", "MIT1003/STIMULI", "MIT1003/SCANPATHS"):
        assert paths("mit1003", tmp_path / given) == expected


def test_two_folders_are_not_chosen_between(small):
    name, folder = small
    folder.rename(folder.parent / "first")
    record = dataset_record(name)
    (folder.parent / "second" / record.markers[0]).mkdir(parents=True)
    if name in DEEP:
        (folder.parent / "first" / record.markers[0]).mkdir()
    with pytest.raises(InputError) as caught:
        load_dataset(name, folder.parent)
    text = f"holds 2 folders of {name}: {folder.parent}/first, {folder.parent}/second; give one"
    assert text in str(caught.value)


def test_the_message_says_what_was_looked_for_and_where(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        load_dataset("mit1003", tmp_path)
    assert str(caught.value) == (
        f"mit1003: {tmp_path}/ALLSTIMULI is missing, and neither {tmp_path} nor a folder in it or "
        "above it has ALLSTIMULI, STIMULI or MIT1003/STIMULI; see `salzoo datasets mit1003`."
    )
    # Where the dataset is, but not all of it, this would mislead.
    (tmp_path / "ALLSTIMULI").mkdir()
    with pytest.raises(InputError, match="ALLFIXATIONMAPS is missing; see `salzoo datasets"):
        load_dataset("mit1003", tmp_path)


def test_folders_of_other_datasets_are_not_taken(tmp_path, monkeypatch):
    """All datasets lie in one folder, and several have the same inner folders."""
    make_small("osie", tmp_path / "osie", monkeypatch)
    make_small("eyecrowd", tmp_path / "eyecrowd", monkeypatch)
    record = dataset_record("nus_scene")
    assert dataset_folder(record, tmp_path) == str(tmp_path)
    assert dataset_folder(dataset_record("osie"), tmp_path) == f"{tmp_path}/osie"
    make_small("nus_scene", tmp_path / "NUS", monkeypatch)
    assert dataset_folder(record, tmp_path) == f"{tmp_path}/NUS"


def test_a_folder_above_is_taken_only_for_its_own_folders(tmp_path, monkeypatch):
    make_small("ecssd", tmp_path, monkeypatch)
    (tmp_path / "mine").mkdir()
    assert dataset_folder(dataset_record("ecssd"), tmp_path / "mine") == f"{tmp_path}/mine"
    monkeypatch.chdir(tmp_path / "images")
    assert dataset_folder(dataset_record("ecssd"), ".") == str(tmp_path)


def test_own_images_without_ground_truth_are_not_left_for_a_folder_in_them(tmp_path):
    """A table in a wrong place is not taken for another dataset."""
    picture(f"{tmp_path}/images/a.jpg", (30, 40))
    write(f"{tmp_path}/raw/fixations.csv", "image,x,y\na,1,2\n")
    with pytest.raises(InputError, match="holds images but no ground truth; add fixations.csv"):
        load_dataset("folder", tmp_path)
