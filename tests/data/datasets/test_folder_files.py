"""Sub-folders of the user's own folder: every image keeps its path."""

import logging

import numpy as np
import pytest

from salzoo import load_dataset, open_dataset
from salzoo.data.datasets import read_dataset
from salzoo.data.datasets._formats.checks import ProblemCollector
from salzoo.evaluation.map_folder import MapFolder
from salzoo.evaluation.measured_data import load_data
from salzoo.utils.errors import InputError
from tests.data.datasets.layouts.making import map_picture, mask_picture, picture, write

SIZE = (30, 40)
NAMES = ("indoor/000.jpg", "indoor/001.jpg", "outdoor/000.jpg", "pic.png")
# Of each image other points, so that no two can be exchanged.
POINTS = {name: [[number, 2 * number]] for number, name in enumerate(NAMES, start=1)}


@pytest.fixture
def root(tmp_path):
    """Images in two sub-folders and one beside them, with a point each."""
    for seed, name in enumerate(NAMES):
        picture(f"{tmp_path}/images/{name}", SIZE, seed=seed)
    write_points(tmp_path, POINTS)
    return tmp_path


def write_points(root, points):
    lines = [f"{name},{x},{y}" for name, [[x, y]] in points.items()]
    write(f"{root}/fixations.csv", "\n".join(["image,x,y", *lines]))


def read(root):
    """Return {path below images/: sample}, and all problems."""
    checks = ProblemCollector("folder")
    samples = read_dataset("folder", root, checks)
    start = f"{root}/images/"
    return {s.image_path.removeprefix(start): s for s in samples}, checks.problems


def points_of(samples):
    return {name: sample.fixations.tolist() for name, sample in samples.items()}


@pytest.mark.parametrize("before", ["", "images/", "D:\\study\\images\\", "study/"])
def test_every_image_gets_its_own_points(root, before):
    write_points(root, {before + name: points for name, points in POINTS.items()})
    samples, problems = read(root)
    assert points_of(samples) == POINTS and not problems


def test_a_bare_name_will_do_where_it_is_the_only_one(root):
    write_points(root, {name.removeprefix("indoor/"): POINTS[name] for name in NAMES[1:]})
    samples, problems = read(root)
    # 000.jpg is in two folders; of outdoor/000.jpg the whole path is given.
    assert points_of(samples) == {name: POINTS[name] for name in NAMES[1:]} and not problems
    write_points(root, {"000.jpg": [[1, 2]]})
    samples, problems = read(root)
    assert samples == {} and [text for _, text in problems] == [
        "names '000.jpg', which may be indoor/000.jpg and outdoor/000.jpg; write the whole path."
    ]


def test_without_a_readable_table_no_image_is_usable(root):
    (root / "fixations.csv").write_text("image,x\n" + NAMES[0] + ",3\n")
    samples, problems = read(root)
    assert samples == {} and "has no column 'y'" in problems[0][1]


def test_two_paths_for_one_image_are_a_problem(tmp_path):
    """The pictures of two folders were put into one."""
    picture(f"{tmp_path}/images/000.jpg", SIZE)
    write_points(tmp_path, {"indoor/000.jpg": [[1, 2]], "outdoor/000.jpg": [[3, 4]]})
    samples, problems = read(tmp_path)
    assert samples == {} and len(problems) == 1
    with pytest.raises(InputError, match="two paths, indoor/000.jpg and outdoor/000.jpg, for one"):
        load_dataset("folder", tmp_path)
    assert len(read(tmp_path)[1]) == 1


def test_maps_and_masks_in_the_same_sub_folders(root):
    for level, name in enumerate(NAMES, start=1):
        stem = name.rpartition(".")[0]
        values = np.zeros(SIZE)
        values[level, level] = 255
        map_picture(f"{root}/densities/{stem}.png", values)
        mask_picture(f"{root}/masks/{stem}.png", SIZE, (level, level, level + 5, level + 5))
    samples, problems = read(root)
    assert len(samples) == 4 and not problems
    for level, name in enumerate(NAMES, start=1):
        assert np.argwhere(samples[name].density)[0].tolist() == [level, level]
        assert np.argwhere(samples[name].mask)[0].tolist() == [level, level]
    (root / "masks/outdoor/000.png").unlink()
    (_, problem) = read(root)[1][0]
    assert problem.startswith("has no mask in ")


def test_splits_name_paths(root):
    lines = ["indoor/000.jpg,train", "indoor/001,train", "images/outdoor/000.jpg,val", "pic,val"]
    write(f"{root}/splits.csv", "\n".join(["image,split", *lines]))
    dataset = open_dataset("folder", root)
    for split, names in (("train", NAMES[:2]), ("val", NAMES[2:])):
        paths = [sample.image_path for sample in dataset.samples(split)]
        assert paths == [f"{root}/images/{name}" for name in names]
    write(f"{root}/splits.csv", "\n".join(["image,split", *lines[:2], lines[3]]))
    assert "no line for 1 of 4 images ('outdoor/000.jpg')" in read(root)[1][0][1]


def test_names_in_results_keep_their_folders(root):
    """So that maps are paired with the right images: see `salzoo.evaluation.map_folder`."""
    data = load_data(open_dataset("folder", root), "all")
    assert data.images == [f"images/{name}" for name in NAMES]
    for name in NAMES:
        map_picture(f"{root}/maps_of_mine/{name.rpartition('.')[0]}.png", np.ones(SIZE))
    maps = MapFolder(root / "maps_of_mine", data.samples, data.images)
    for sample, name in zip(data.samples, NAMES, strict=True):
        assert str(maps.places[sample.image_path]) == (
            f"{root}/maps_of_mine/{name.rpartition('.')[0]}.png"
        )


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_the_only_split_is_evaluated(root, split):
    write(f"{root}/splits.csv", "\n".join(["image,split", *(f"{name},{split}" for name in NAMES)]))
    assert open_dataset("folder", root).usual_split() == split


def test_of_several_splits_val_is_evaluated(root):
    splits = dict(zip(NAMES, ("train", "val", "test", "test"), strict=True))
    lines = [f"{name},{split}" for name, split in splits.items()]
    write(f"{root}/splits.csv", "\n".join(["image,split", *lines]))
    assert open_dataset("folder", root).usual_split() == "val"
    (root / "splits.csv").unlink()
    assert open_dataset("folder", root).usual_split() == "val"


def test_messages_are_told_once_a_process(root, caplog):
    write_points(root, {**POINTS, "pic.png": [[99, 99]]})
    with caplog.at_level(logging.WARNING, "salzoo"):
        for split in ("train", "val", "all"):
            load_dataset("folder", root, split)
    assert caplog.messages == [
        "folder: left out 1 of 4 images that nobody fixated ('pic.png')",
        "folder: dropped 1 fixation outside its image",
    ]


@pytest.mark.parametrize(
    ("table", "start"),
    [
        ("image,x,y\n{},1,2", "names images that are not there: 'xxx"),
        ("image,x,y\nindoor/000.jpg,{},2", "has x 'xxx"),
        ("image,x,{}\nindoor/000.jpg,1,2", "has no column 'y' but 'image', 'x', 'xxx"),
    ],
)
def test_long_texts_are_shortened_in_messages(root, table, start):
    write(f"{root}/fixations.csv", table.format("x" * 5000))
    _, problems = read(root)
    [text] = [text for _, text in problems if text.startswith(start)]
    assert len(text) < 500 and text.endswith(".")


def test_line_ends_in_cells_leave_messages_one_line(root):
    write(f"{root}/fixations.csv", 'image,x,y\n"a\nb.jpg",1,2')
    _, problems = read(root)
    assert any("'a\\nb.jpg'" in text for _, text in problems)
    write(f"{root}/fixations.csv", 'image,x,y\nindoor/000.jpg,"1\n2",2')
    assert any("has x '1\\n2' in line 3" in text for _, text in read(root)[1])
