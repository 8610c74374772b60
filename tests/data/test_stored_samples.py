"""What was read of a large dataset is recalled as long as nothing has changed."""

import logging
import os

import numpy as np
import pytest

from salzoo.data import dataset_source, stored_samples
from salzoo.data.dataset import open_dataset
from salzoo.data.sample import Sample
from salzoo.data.stored_samples import FIELDS, read_or_recall
from tests.data.datasets.layouts import make_small

LOG = logging.getLogger("salzoo")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Keep datasets of any size, in an empty place."""
    monkeypatch.setenv("SALZOO_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(stored_samples, "MANY_FILES", 1)
    return tmp_path / "home" / "cache" / "samples"


def assert_same(first, second):
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        for name in FIELDS:
            mine, theirs = getattr(one, name), getattr(other, name)
            if isinstance(mine, np.ndarray):
                assert mine.dtype == theirs.dtype
                np.testing.assert_array_equal(mine, theirs)
            else:
                assert mine == theirs and type(mine) is type(theirs)


@pytest.mark.parametrize("name", ["salicon", "osie", "ecssd"])
def test_a_dataset_is_read_once(name, tmp_path, monkeypatch):
    (tmp_path / name).mkdir()
    make_small(name, tmp_path / name, monkeypatch)
    reads, read = [], dataset_source.read_dataset

    def counted(*arguments, **options):
        reads.append(arguments)
        return read(*arguments, **options)

    monkeypatch.setattr(dataset_source, "read_dataset", counted)
    first = open_dataset(name, tmp_path / name).samples("all")
    assert_same(open_dataset(name, tmp_path / name).samples("all"), first)
    assert len(reads) == 1
    os.utime(first[0].image_path, ns=(1, 1))  # another file of the same size
    assert_same(open_dataset(name, tmp_path / name).samples("all"), first)
    assert len(reads) == 2


def samples_of(folder):
    """Samples that have everything, and nothing."""
    path = str(folder / "a.jpg")
    everything = Sample(
        path,
        (4, 5),
        np.array([[0.5, 1.5], [2.5, 3.5]]),
        np.array([0, 7], "int32"),
        np.array([100.0, 250.0]),
        19.0,
        str(folder / "maps" / "ä.png"),
        str(folder / "mask.png"),
        "indoor",
        "train",
        "first five",
        True,
    )
    return [Sample(path, (1, 2)), everything, Sample(path, (2, 1), np.empty((0, 2)), sigma=1.0)]


def test_all_fields_numbers_and_warnings_are_kept(tmp_path, caplog):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.jpg").write_bytes(b"image")
    made = samples_of(tmp_path / "data")

    def read():
        LOG.warning("two images are left out")
        return made, 12

    folder = str(tmp_path / "data")
    assert read_or_recall(folder, "folder", {}, read)[0] is made
    caplog.clear()
    samples, dropped = read_or_recall(folder, "folder", {}, pytest.fail)
    assert_same(samples, made)
    assert dropped == 12
    assert [record.getMessage() for record in caplog.records] == ["two images are left out"]
    assert read_or_recall(folder, "folder", {"maps": False}, lambda: ([], 0)) == ([], 0)
    assert read_or_recall(None, "synthetic", {}, lambda: ([], 1)) == ([], 1)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 no archive"])
def test_a_damaged_file_is_made_anew(tmp_path, home, caplog, damage):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.jpg").touch()
    made, folder = samples_of(tmp_path / "data"), str(tmp_path / "data")
    read_or_recall(folder, "folder", {}, lambda: (made, 0))
    (path,) = home.iterdir()
    path.write_bytes(damage)
    assert read_or_recall(folder, "folder", {}, lambda: (made, 0))[0] is made
    assert "is damaged" in caplog.text
    assert_same(read_or_recall(folder, "folder", {}, pytest.fail)[0], made)


def test_small_datasets_and_those_with_linked_folders_are_read(tmp_path, home, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.jpg").touch()
    os.symlink(tmp_path, tmp_path / "data" / "above")
    read_or_recall(str(tmp_path / "data"), "folder", {}, lambda: ([], 0))
    os.remove(tmp_path / "data" / "above")
    monkeypatch.setattr(stored_samples, "MANY_FILES", 2)
    read_or_recall(str(tmp_path / "data"), "folder", {}, lambda: ([], 0))
    assert not home.exists()
