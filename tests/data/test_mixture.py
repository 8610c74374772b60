import os
import shutil

import pytest

from salzoo.data.datasets import load_dataset
from salzoo.data.mixture import available_splits, chain, load_mixture
from salzoo.utils.errors import InputError
from tests.data.datasets.layouts import make_small


@pytest.fixture
def two(tmp_path, monkeypatch):
    """OSIE (train, val) and ECSSD (test alone), each in its sub-folder."""
    for name in ("osie", "ecssd"):
        (tmp_path / name).mkdir()
        make_small(name, tmp_path / name, monkeypatch)
    return tmp_path


def test_one_dataset(two):
    (samples,) = load_mixture("osie", two, "train")
    assert len(samples) == 3


def test_two_datasets(two):
    osie, ecssd = load_mixture("osie+ecssd", two)
    assert "osie" in osie[0].image_path and "ecssd" in ecssd[0].image_path
    assert chain([osie, ecssd]) == [*osie, *ecssd]


def test_datasets_without_the_split_are_left_out(two, caplog):
    (samples,) = load_mixture("osie+ecssd", two, "val")
    assert len(samples) == 2 and "ecssd has no 'val' split" in caplog.text
    assert available_splits("osie+ecssd") == {"train", "val", "test"}


def test_a_dataset_all_of_whose_images_are_for_training(two, caplog):
    """Its record allows the split, its own table leaves it empty."""
    (two / "folder" / "images").mkdir(parents=True)
    source = load_dataset("ecssd", two / "ecssd")[0].image_path
    shutil.copy(source, two / "folder" / "images" / "one.jpg")
    (two / "folder" / "fixations.csv").write_text("image,x,y\none,1,1\n")
    (two / "folder" / "splits.csv").write_text("image,split\none,train\n")
    assert [len(part) for part in load_mixture("osie+folder", two, "train")] == [3, 1]
    (samples,) = load_mixture("osie+folder", two, "val")
    assert len(samples) == 2 and "folder: the split 'val' is empty" in caplog.text
    with pytest.raises(InputError, match="'val' is empty"):
        load_mixture("folder", two / "folder", "val")


def test_a_dataset_without_training_images_cannot_be_trained_on(two):
    with pytest.raises(InputError, match="ecssd has no 'train' split; leave it out of --dataset"):
        load_mixture("osie+ecssd", two, "train")


def test_synthetic_needs_no_sub_folder(two):
    osie, drawn = load_mixture("osie+synthetic", two)
    assert len(osie) == 5 and len(drawn) == 360


def test_each_takes_its_own_options(two):
    options = {"drop_first": False}
    osie, _ = load_mixture("osie+ecssd", two, options=options, protocol="msinet")
    assert len(osie[0].fixations) == 3
    with pytest.raises(InputError, match="no fixation for 1002.jpg"):
        load_mixture("osie+ecssd", two, options={"drop_first": True})


def test_bad_input(two):
    for arguments, match in (
        ({"datasets": "osie+osi"}, "no dataset 'osi'; did you mean 'osie'"),
        ({"datasets": "osie+osie"}, "twice"),
        ({"datasets": "ecssd", "split": "train"}, "no 'train' split"),
        ({"datasets": "osie+ecssd", "options": {"drop": 1}}, "known: drop_first"),
        ({"datasets": "osie+ecssd", "protocol": "msi"}, "did you mean 'msinet'"),
    ):
        with pytest.raises(InputError, match=match):
            load_mixture(data_dir=os.fspath(two), **arguments)
