import os
import shutil

import pytest

from salzoo.data.dataset import load_dataset, open_dataset
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
    (samples,) = open_dataset("osie", two).split("train")
    assert len(samples) == 3


def test_two_datasets(two):
    dataset = open_dataset("osie+ecssd", two)
    osie, ecssd = dataset.split("all")
    assert "osie" in osie[0].image_path and "ecssd" in ecssd[0].image_path
    assert dataset.samples("all") == [*osie, *ecssd]


def test_datasets_without_the_split_are_left_out(two, caplog):
    dataset = open_dataset("osie+ecssd", two)
    (samples,) = dataset.split("val")
    assert len(samples) == 2 and "ecssd has no 'val' split" in caplog.text
    assert [dataset.has_split(split) for split in ("train", "val", "test")] == [True, True, True]
    assert dataset.only_with("val").names == ["osie"]


def test_a_dataset_all_of_whose_images_are_for_training(two, caplog):
    """Its record allows the split, its own table leaves it empty."""
    (two / "folder" / "images").mkdir(parents=True)
    source = load_dataset("ecssd", two / "ecssd")[0].image_path
    shutil.copy(source, two / "folder" / "images" / "one.jpg")
    (two / "folder" / "fixations.csv").write_text("image,x,y\none,1,1\n")
    (two / "folder" / "splits.csv").write_text("image,split\none,train\n")
    assert [len(part) for part in open_dataset("osie+folder", two).split("train")] == [3, 1]
    (samples,) = open_dataset("osie+folder", two).split("val")
    assert len(samples) == 2 and "folder: the split 'val' is empty" in caplog.text
    with pytest.raises(InputError, match="'val' is empty"):
        open_dataset("folder", two / "folder").split("val")


def test_a_dataset_without_training_images_cannot_be_trained_on(two):
    with pytest.raises(InputError, match="ecssd has no 'train' split; leave it out of `dataset`"):
        open_dataset("osie+ecssd", two).split("train")


def test_synthetic_needs_no_sub_folder(two):
    osie, drawn = open_dataset("osie+synthetic", two).split("all")
    assert len(osie) == 5 and len(drawn) == 360


def test_each_takes_its_own_options(two):
    options = {"drop_first": False}
    dataset = open_dataset("osie+ecssd", two, dataset_options=options, protocol="msinet")
    osie, _ = dataset.split("all")
    assert len(osie[0].fixations) == 3
    with pytest.raises(InputError, match="no fixation for 1002.jpg"):
        open_dataset("osie+ecssd", two, dataset_options={"drop_first": True}).split("all")


@pytest.mark.parametrize(
    ("protocol", "osie", "ecssd"),
    [
        (None, None, None),
        ("salzoo", None, "salzoo"),
        ("set_aside+salzoo", "set_aside", "salzoo"),
        ("salzoo+set_aside+msinet", "set_aside", "salzoo"),
    ],
)
def test_each_takes_the_first_protocol_that_it_has(two, monkeypatch, protocol, osie, ecssd):
    opened = {}

    def source(name, folder, protocol, options):
        opened[name] = protocol

    monkeypatch.setattr("salzoo.data.dataset.DatasetSource", source)
    open_dataset("osie+ecssd", two, protocol=protocol)
    assert opened == {"osie": osie, "ecssd": ecssd}


def test_bad_input(two):
    for arguments, match in (
        ({"name": "osie+osi"}, "no dataset 'osi'; did you mean 'osie'"),
        ({"name": "osie+osie"}, "twice"),
        ({"name": "ecssd", "split": "train"}, "no 'train' split"),
        ({"name": "osie+ecssd", "dataset_options": {"drop": 1}}, "known: drop_first"),
        ({"name": "osie+ecssd", "protocol": "msi"}, "did you mean 'msinet'"),
        ({"name": "osie+ecssd", "protocol": "msinet+"}, "no protocol of osie.ecssd ''"),
    ):
        with pytest.raises(InputError, match=match):
            split = arguments.pop("split", "all")
            open_dataset(data_dir=os.fspath(two), **arguments).split(split)


def test_samples_of_a_split_are_the_same_objects_every_time(two):
    dataset = open_dataset("osie", two)
    everything = {id(sample) for sample in dataset.samples("all")}
    assert {id(sample) for sample in dataset.samples("train")} <= everything
    blurred = dataset.with_sigma(3.0)
    assert blurred.samples("val")[0] is blurred.samples("val")[0]
    assert blurred.samples("val")[0].sigma == 3 and dataset.samples("val")[0].sigma != 3


def test_the_warning_about_dropped_fixations_appears_once(tmp_path, monkeypatch, caplog):
    dataset = open_dataset("isun", make_small("isun", tmp_path, monkeypatch))
    for split in ("train", "val", "all"):
        dataset.split(split)
    dataset.with_sigma(3.0).split("train")
    assert caplog.text.count("isun: dropped 1 fixation outside its image") == 1
