"""SALICON, both releases: unpackings, options, damage; the publishers' examples where they are."""

import json
import os
import shutil

import h5py
import numpy as np
import pytest
import scipy.io

from salzoo.data.dataset import load_dataset
from salzoo.data.datasets import dataset_record, read_dataset
from salzoo.data.datasets._formats.checks import ProblemCollector
from salzoo.utils.errors import InputError
from tests.data.datasets.layouts import salicon, salicon2015
from tests.data.datasets.layouts.making import map_picture, picture
from tests.data.datasets.test_datasets import refused
from tests.real_data import require_data

FIRST = "COCO_train2014_000000000001"


@pytest.fixture
def mats(tmp_path):
    """The release of 2017, .mat files."""
    salicon.make(str(tmp_path))
    return tmp_path


@pytest.fixture
def annotations(tmp_path):
    """The release of 2015, JSON files."""
    salicon2015.make(str(tmp_path))
    return tmp_path


def first(samples):
    return next(sample for sample in samples if FIRST in sample.image_path)


def test_raw_mouse_samples_may_lie_outside(mats):
    checks = ProblemCollector("salicon")
    sample = first(read_dataset("salicon", mats, checks, points="location"))
    np.testing.assert_array_equal(sample.fixations, [(0, 0), (1, 1), (2, 3), (4.5, 5)])
    np.testing.assert_array_equal(sample.observers, [0, 0, 1, 2])
    assert checks.dropped == 5 and checks.problems == []  # one of each full trial


def test_options(mats):
    assert first(load_dataset("salicon", mats, maps=False)).density_path is None
    assert first(load_dataset("salicon2015", mats)).density_path is None
    with pytest.raises(InputError, match="no option of salicon2015 'maps'"):
        load_dataset("salicon2015", mats, maps=True)  # of the release of 2017
    with pytest.raises(InputError, match="no kind of points 'fixation'; did you mean 'fixations'"):
        load_dataset("salicon", mats, points="fixation")


def test_pans_protocols_take_only_training_images(mats):
    for name, counts in (("pan", (9000, 1000)), ("pan_shallow", (8000, 2000))):
        protocol = dataset_record("salicon").protocols[name]
        assert tuple(protocol.counts.values()) == counts
        members = sum(protocol.divide(load_dataset("salicon", mats)).values(), [])
        assert {sample.split for sample in members} == {"train"}
    with pytest.raises(InputError, match="would give other splits"):
        load_dataset("salicon", mats, "train", "pan")


def beside_images(root):
    for split in ("train", "val"):
        shutil.move(root / "fixations" / split, root / split)
    os.rmdir(root / "fixations")


def as_msinet(root):
    os.rename(root / "images", root / "stimuli")
    os.rename(root / "maps", root / "saliency")
    shutil.rmtree(root / "stimuli" / "test")


def flat(root):
    for split in ("train", "val", "test"):
        for path in (root / "images" / split).glob("COCO_*"):
            shutil.move(path, root / "images")
        shutil.rmtree(root / "images" / split)


def doubled(root):
    for name in ("images", "fixations", "maps"):
        os.rename(root / name, root / "inner")
        (root / name).mkdir()
        os.rename(root / "inner", root / name / name)


@pytest.mark.parametrize("unpack", [beside_images, as_msinet, flat, doubled])
def test_other_unpackings(mats, unpack):
    expected = {
        os.path.basename(sample.image_path): sample for sample in load_dataset("salicon", mats)
    }
    unpack(mats)
    found = load_dataset("salicon", mats)
    assert len(found) == (7 if unpack is as_msinet else 9)
    for sample in found:
        twin = expected[os.path.basename(sample.image_path)]
        np.testing.assert_array_equal(sample.fixations, twin.fixations)
        assert sample.split == twin.split
        assert (sample.density_path is None) == (twin.density_path is None)


def test_json_beside_images_without_a_folder_of_images(annotations):
    expected = load_dataset("salicon2015", annotations, "train")
    for split in ("train", "val", "test"):
        shutil.move(annotations / "images" / split, annotations / split)
    for path in (annotations / "annotations").iterdir():
        shutil.move(path, annotations)
    found = load_dataset("salicon2015", annotations, "train")
    np.testing.assert_array_equal(first(found).fixations, first(expected).fixations)


def write_hdf5(path):
    with h5py.File(path, "w", userblock_size=512) as file:
        file["gaze"] = np.zeros(3)


def trials(points):
    return [(np.empty((0, 2)), np.asarray(points, "float64"))]


# Twelve points right of column 48: exchanged they are below the image of 48 rows.
RIGHT = [(50 + n % 10, 20) for n in range(12)]
WITHIN = [(5 + n, 20) for n in range(16)]
MAT_DAMAGE = {
    "missing": (os.remove, f"{FIRST}.jpg has no list of fixations in .*fixations"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:200]), "not a readable MATLAB 5"),
    "text": (lambda path: path.write_text("x y\n1 2\n"), "not a readable MATLAB 5"),
    "hdf5": (write_hdf5, "is a MATLAB 7.3 .HDF5. file"),
    "variable": (
        lambda path: salicon.write_mat(str(path), salicon.TRIALS, variable="I"),
        "no variable 'gaze' but .*'I'",
    ),
    "field": (
        lambda path: salicon.write_mat(str(path), salicon.TRIALS, field="fixation"),
        "'gaze' that is no struct array with 'fixations'",
    ),
    "no struct": (
        lambda path: scipy.io.savemat(path, {"gaze": np.zeros((3, 2))}),
        "no struct array",
    ),
    "3 columns": (
        lambda path: salicon.write_mat(str(path), trials(np.ones((4, 3)))),
        "not n x 2 .points of shape",
    ),
    "text inside": (
        lambda path: salicon.write_mat(str(path), [(np.ones((1, 2)), np.array([["ab", "c"]]))]),
        "not n x 2",
    ),
    "not a number": (
        lambda path: salicon.write_mat(str(path), trials([(np.nan, 3)])),
        "fixations of .* that are not numbers",
    ),
    "empty": (
        lambda path: salicon.write_mat(str(path), trials(np.empty((0, 2)))),
        f"{FIRST}.mat has no fixation for {FIRST}.jpg",
    ),
    "all outside": (
        lambda path: salicon.write_mat(str(path), trials([(65, 3), (0, 3)])),
        f"{FIRST}.mat has no fixation inside {FIRST}.jpg",
    ),
    "all exchanged": (
        lambda path: salicon.write_mat(str(path), trials([(y, x) for x, y in RIGHT])),
        "are x and y exchanged",
    ),
    "some exchanged": (
        lambda path: salicon.write_mat(str(path), trials([(y, x) for x, y in RIGHT + WITHIN])),
        "has 12 of 28 .*are x and y exchanged",
    ),
}


@pytest.mark.parametrize("damage", MAT_DAMAGE)
def test_damaged_mat_files_are_named(mats, damage):
    path = mats / "fixations" / "train" / f"{FIRST}.mat"
    spoil, match = MAT_DAMAGE[damage]
    spoil(path)
    _, problems = refused("salicon", mats, match)
    assert all(FIRST in place for place, _ in problems)


def test_other_files_that_do_not_fit(mats):
    extra = mats / "fixations" / "val" / "COCO_val2014_000000000009.mat"
    shutil.copy(mats / "fixations" / "train" / f"{FIRST}.mat", extra)
    refused("salicon", mats, "000000000009.mat has a list of fixations for .* no such image")
    extra.unlink()
    map_path = mats / "maps" / "train" / f"{FIRST}.png"
    map_picture(str(map_path), np.zeros((64, 48)))
    refused("salicon", mats, f"{FIRST}.png is 48x64, but its image {FIRST}.jpg is 64x48")
    map_path.unlink()
    refused("salicon", mats, f"{FIRST}.jpg has no density map in .*maps.train")
    shutil.rmtree(mats / "maps")
    assert first(load_dataset("salicon", mats)).density.sum() == pytest.approx(3, rel=1e-3)
    picture(str(mats / "images" / "train" / f"{FIRST}.jpg"), (12, 16))
    assert first(load_dataset("salicon", mats)).fixations.shape == (1, 2)  # of three
    shutil.rmtree(mats / "fixations" / "val")
    refused("salicon", mats, "fixations.val is missing; see `salzoo datasets salicon`")
    shutil.rmtree(mats / "images" / "train")
    refused("salicon", mats, "images.train holds no train image, but there is .*fixations.train")


def test_releases_are_not_mixed(annotations):
    refused(
        "salicon",
        annotations,
        "json is of the release of 2015; read it as .*'salicon2015'",
    )
    refused("salicon2015", annotations, "has no raw mouse samples", points="location")


def spoilt(**changes):
    values = salicon2015.content("train")
    values["annotations"][0].update(changes)
    return json.dumps(values)


def without_the_first():
    values = salicon2015.content("train")
    values["annotations"] = [each for each in values["annotations"] if each["image_id"] != 1]
    return json.dumps(values)


JSON_DAMAGE = {
    "cut": (json.dumps(salicon2015.content("train"))[:-40], "not a readable JSON file"),
    "bytes": (b"\xff\xfe\x00", "not a readable JSON file"),
    "deep": ("[" * 200_000, "not a readable JSON file"),
    "results": ("[]", "not a list of images and their fixations"),
    "no images": ('{"annotations": []}', "fixations .no 'images'"),
    "unknown image": (spoilt(image_id=99), "fixations .no 99"),
    "no worker": (spoilt(worker_id=None), "not a list of images and their fixations"),
    "ragged": (spoilt(fixations=[[1, 2], [3]]), "not .row, column. pairs"),
    "words": (spoilt(fixations=[["a", "b"]]), "not .row, column. pairs"),
    "not a number": (spoilt(fixations=[[float("nan"), 2]]), "fixations of .* that are not numbers"),
    "empty": (without_the_first(), f"has no fixation for {FIRST}.jpg"),
    "exchanged": (spoilt(fixations=RIGHT), "exchanged"),
}


@pytest.mark.parametrize("damage", JSON_DAMAGE)
def test_damaged_json_is_named(annotations, damage):
    content, match = JSON_DAMAGE[damage]
    path = annotations / "annotations" / "fixations_train2014.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    _, problems = refused("salicon2015", annotations, match)
    assert len(problems) == 1


def test_json_and_images_belong_together(annotations):
    os.remove(annotations / "images" / "val" / "COCO_val2014_000000000002.jpg")
    refused(
        "salicon2015",
        annotations,
        "val2014.json has a list of fixations for 'COCO_val2014_000000000002'",
    )


def test_the_publishers_examples():
    folder = require_data("data/salicon_examples")
    samples = load_dataset("salicon2015", folder, split="train")
    assert len(samples) == 10 and {sample.size for sample in samples} == {(480, 640)}
    assert sum(len(sample.fixations) for sample in samples) == 73_630
    assert sum(len(set(sample.observers)) for sample in samples) == 610
    first = next(sample for sample in samples if sample.image_path.endswith("123855.jpg"))
    of_worker = first.fixations[first.observers == 128]
    np.testing.assert_array_equal(of_worker[:3], [(313, 241), (314, 241), (317, 241)])
    everything = np.concatenate([sample.fixations for sample in samples])
    assert everything.min() == 0 and tuple(everything.max(axis=0)) == (639, 479)
