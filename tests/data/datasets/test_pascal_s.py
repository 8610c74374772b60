"""PASCAL-S: order as text, one kind of ground truth alone, and files that are refused."""

import os
import shutil

import h5py
import numpy as np
import pytest
import scipy.io

from salzoo.data.dataset import load_dataset
from salzoo.data.datasets import read_dataset
from salzoo.data.datasets._formats.checks import ProblemCollector
from tests.data.datasets.layouts import pascal_s
from tests.data.datasets.layouts.making import map_picture
from tests.data.datasets.test_datasets import names_of, refused

FIXATIONS = "datasets/fixations/pascalFix.mat"


@pytest.fixture
def folder(tmp_path):
    pascal_s.make(str(tmp_path))
    return tmp_path


def test_names_are_sorted_as_text(folder):
    names = names_of(load_dataset("pascal_s", folder))
    assert names == ["1.jpg", "10.jpg", "11.jpg", *[f"{number}.jpg" for number in range(2, 10)]]


@pytest.mark.parametrize(
    ("absent", "lacking"),
    [
        ("datasets/masks", {"mask"}),
        ("datasets/fixations", {"fixations"}),
        ("algmaps", {"density_path"}),
    ],
)
def test_without_one_kind_of_ground_truth(folder, absent, lacking):
    shutil.rmtree(folder / absent)
    samples = load_dataset("pascal_s", folder)
    assert len(samples) == pascal_s.IMAGES
    for sample in samples:
        kinds = ("mask", "fixations", "density_path")
        assert {kind for kind in kinds if getattr(sample, kind) is None} == lacking
        assert sample.density.shape == sample.size


def test_without_any_ground_truth(folder):
    shutil.rmtree(folder / "datasets/masks")
    shutil.rmtree(folder / "datasets/fixations")
    refused("pascal_s", folder, "masks/pascal is missing")


def test_grey_levels_of_masks_are_kept(folder):
    levels = {sample.mask.max() for sample in load_dataset("pascal_s", folder)}
    assert levels == {np.float32(level / 255) for level in (85, 170, 255)}


def test_one_bad_entry_leaves_the_others(folder):
    with_cell(np.empty((0, 0)))(folder)
    checks = ProblemCollector("pascal_s")
    assert len(read_dataset("pascal_s", folder, checks)) == pascal_s.IMAGES - 1
    assert len(checks.problems) == 1


def with_cell(cell, variable="fixCell"):
    """Return a corruption: the second image gets this cell."""

    def corrupt(folder):
        cells = [pascal_s.CELLS[0], np.asarray(cell), *pascal_s.CELLS[2:]]
        pascal_s.write_fixations(folder, cells, variable)

    return corrupt


def with_sizes(sizes, variable="sizeData"):
    return lambda folder: pascal_s.write_sizes(folder, sizes, variable)


def too_few(folder):
    pascal_s.write_fixations(folder, pascal_s.CELLS[:-1])
    pascal_s.write_sizes(folder, pascal_s.SIZES[:-1])


def extra(folder):
    shutil.copy(folder / "datasets/masks/pascal/1.png", folder / "datasets/masks/pascal/12.png")


def small_map(folder):
    map_picture(str(folder / "algmaps/pascal/humanFix/2.png"), np.ones((10, 15)))


def matlab5(folder):
    scipy.io.savemat(folder / FIXATIONS, {"fixCell": np.ones((3, 3))})


def unreadable(folder):
    (folder / FIXATIONS).write_bytes((folder / FIXATIONS).read_bytes()[:700])


def missing(folder):
    os.remove(folder / FIXATIONS)


def struct_in_place_of_the_cell(folder):
    with pascal_s.mat73(folder / FIXATIONS) as file:
        file.create_group("fixCell")


def structs_in_the_cell(folder):
    with pascal_s.mat73(folder / FIXATIONS) as file:
        references = file.create_dataset("fixCell", (1, 1), h5py.ref_dtype)
        references[0, 0] = file.create_group("#refs#/a").ref


EXCHANGED = [[3, 25, 1]] * 10


@pytest.mark.parametrize(
    ("corrupt", "match"),
    [
        (too_few, "11.jpg has no entry in .*pascalFix.mat"),
        (extra, "12.png has a mask for '12', but there is no such image"),
        (small_map, "2.png is 15x10, but its image 2.jpg is 30x20"),
        (matlab5, "pascalFix.mat cannot be read as HDF5"),
        (unreadable, "pascalFix.mat cannot be read as HDF5"),
        (missing, "pascalFix.mat is missing"),
        (struct_in_place_of_the_cell, "pascalFix.mat is .*'fixCell' holds structs, not arrays"),
        (structs_in_the_cell, "pascalFix.mat is .*'fixCell' holds structs, not arrays"),
        (
            with_cell([[3, 3, 1]], "fixations"),
            "pascal_s: [^ ]*pascalFix.mat has no variable 'fixCell'",
        ),
        (with_cell(np.empty((0, 0))), "pascalFix.mat has an entry 2 that has no fixation"),
        (with_cell([[3, 3]]), "entry 2 that is not n x 3 .y, x, observer."),
        (with_cell([[3, np.inf, 1]]), "entry 2 that has fixations that are not numbers"),
        (with_cell([[y, x, 1] for x, y, _ in EXCHANGED]), "2.jpg .*x and y exchanged"),
        (with_sizes(pascal_s.SIZES[:-1]), "pascalSize.mat has 'sizeData' of shape .2, 10."),
        (
            with_sizes([size[::-1] for size in pascal_s.SIZES]),
            "is 30x20, pascalSize.mat says 20x30",
        ),
        (with_sizes(pascal_s.SIZES, "sizes"), "pascalSize.mat has no variable 'sizeData'"),
    ],
)
def test_corruptions_are_named(folder, corrupt, match):
    corrupt(folder)
    refused("pascal_s", folder, match)
