"""Two versions side by side: files that differ are found, with trees that stand in for salzoo."""

import json

import h5py
import numpy as np
import pytest
from PIL import Image

from experiments import compare_versions
from experiments.compare_versions import Item, compare_files, compare_folders

# Writes its flags and a number into the folder out.
PROGRAM = """
import os
import sys

FLAGS = "{flags}"
if "--help" in sys.argv:
    print("usage: salzoo [{flags}]")
    sys.exit()
unknown = [word for word in sys.argv[2:] if word.startswith("--") and word not in FLAGS.split()]
if unknown:
    sys.exit("there is no flag " + unknown[0])
os.makedirs("out")
with open("out/scores.csv", "w") as file:
    file.write("image,NSS\\n1.jpg,{value}\\n")
"""


def write_npy(path, value):
    np.save(path, np.full((2, 3), value, "float32"))


def write_png(path, value):
    Image.fromarray(np.full((2, 3), value, "uint8")).save(path)


def write_csv(path, value):
    path.write_text(f"image,NSS\n1.jpg,{value}\n2.jpg,1.5\n")


def write_h5(path, value):
    with h5py.File(path, "w") as file:
        file["layers/conv/0"] = np.full((2, 3), value, "float32")


def write_json(path, value):
    means = {"mit": {"model": {"NSS": value, "IG": None}}}
    path.write_text(json.dumps({"command": path.parent.name, "means": means}))


KINDS = {
    "map.npy": (write_npy, "the array"),
    "map.png": (write_png, "the pixels"),
    "scores.csv": (write_csv, "row 1, NSS"),
    "best.weights.h5": (write_h5, "layers/conv/0"),
    "evaluation.json": (write_json, "the mean of mit model NSS"),
}


@pytest.fixture
def sides(tmp_path):
    """Two folders."""
    folders = tmp_path / "before", tmp_path / "after"
    for folder in folders:
        folder.mkdir()
    return folders


@pytest.mark.parametrize("name", KINDS)
def test_files_are_equal_or_the_difference_is_measured(sides, name):
    write, where = KINDS[name]
    before, after = (folder / name for folder in sides)
    write(before, 3)
    write(after, 3)
    assert compare_files(before, after) is None
    write(after, 5)
    assert compare_files(before, after) == f"largest difference 2 in {where}"


def test_the_same_values_in_other_bytes_are_a_difference(sides):
    before, after = (folder / "scores.csv" for folder in sides)
    write_csv(before, "1.0")
    write_csv(after, "1.00")
    assert compare_files(before, after) == "the same values in other bytes"


def test_a_difference_in_the_last_bit_is_found(sides):
    before, after = (folder / "map.npy" for folder in sides)
    np.save(before, np.array([1.0, 0.1]))
    np.save(after, np.array([1.0, np.nextafter(0.1, 1)]))
    assert compare_files(before, after) == "largest difference 1.39e-17 in the array"


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (np.zeros((2, 3), "float64"), "the array is float32 (2, 3) before, float64 (2, 3) after"),
        (np.zeros((3, 2), "float32"), "the array is float32 (2, 3) before, float32 (3, 2) after"),
        (np.full((2, 3), np.nan, "float32"), "the array is not finite in one or both"),
    ],
)
def test_other_kinds_of_arrays(sides, values, problem):
    before, after = (folder / "map.npy" for folder in sides)
    write_npy(before, 0)
    np.save(after, values)
    assert compare_files(before, after) == problem


def test_other_entries_and_texts_are_named(sides):
    before, after = (folder / "scores.csv" for folder in sides)
    write_csv(before, 1)
    after.write_text("image,CC\n1.jpg,1\n2.jpg,1.5\n")
    expected = "other entries: row 1, CC, row 1, NSS, row 2, CC"
    assert compare_files(before, after) == expected
    after.write_text("image,NSS\n3.jpg,1\n2.jpg,1.5\n")
    assert compare_files(before, after) == "row 1, image is 1.jpg before, 3.jpg after"


def test_a_file_that_cannot_be_read_is_a_difference(sides):
    before, after = (folder / "evaluation.json" for folder in sides)
    write_json(before, 1)
    after.write_text("{}")
    assert compare_files(before, after) == "other bytes, and one cannot be read (KeyError('means'))"


def test_missing_files_are_named(sides):
    write_npy(sides[0] / "map.npy", 1)
    assert list(compare_folders(*sides, ("*.npy",))) == [("map.npy", "missing after")]
    [(patterns, problem)] = compare_folders(*sides, ("*.png",))
    assert patterns == "*.png" and problem == "neither version wrote such a file"


@pytest.fixture
def trees(tmp_path):
    """Return a function that writes a tree whose program has these flags and writes a value."""

    def write(name, flags, value):
        folder = tmp_path / name / "salzoo"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").write_text("")
        (folder / "__main__.py").write_text(PROGRAM.format(flags=flags, value=value))
        return tmp_path / name

    return write


@pytest.fixture
def items(monkeypatch):
    """Two items in place of the real ones."""
    made = {
        "plain": Item((("salzoo", "predict", "1.jpg"),), ("out/*",)),
        "tta": Item((("salzoo", "predict", "--thorough", "1.jpg"),), ("out/*",)),
    }
    monkeypatch.setattr(compare_versions, "make_items", lambda data_dir, weights: made)


def run(before, after, *more):
    return compare_versions.main([str(before), str(after), "--data_dir", "data", *more])


def test_versions_that_are_equal(trees, items, capsys):
    """Flags are given by the names that a version has."""
    before, after = trees("old", "--thorough", 1.5), trees("new", "--tta", 1.5)
    assert run(before, before) == run(before, after) == run(after, before) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 9
    assert lines[0].split() == ["plain", "out/scores.csv", "equal"]
    assert lines[2] == "Everything is equal, bit for bit."


def test_versions_that_differ(trees, items, capsys):
    before, after = trees("old", "--thorough", 1.5), trees("new", "--tta", 1.75)
    assert run(before, after, "--items", "tta") == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.endswith("different: largest difference 0.25 in row 1, NSS")
    assert first.startswith("tta ") and last == "1 comparison differs."


def test_a_command_that_fails_is_a_difference(trees, items, capsys):
    before, after = trees("old", "--thorough", 1), trees("new", "--other", 1)
    assert run(before, after) == 1
    out = capsys.readouterr().out
    assert "the command after" in out
    assert "different: exit status 1, there is no flag --thorough" in out


def test_outputs_before_serve_again(trees, items, tmp_path):
    before, after = trees("old", "--thorough", 1), trees("new", "--tta", 1)
    work = ("--work", str(tmp_path / "work"), "--items", "plain")
    assert run(before, after, *work) == 0
    trees("old", "--thorough", 2)  # not run again
    assert run(before, after, *work) == 0
    trees("new", "--tta", 2)
    assert run(before, after, *work) == 1


def test_unusable_arguments_are_refused(trees, items, tmp_path, capsys):
    tree = trees("old", "--thorough", 1)
    with pytest.raises(SystemExit):
        run(tree, tree, "--items", "plain,other")
    assert "there is no item 'other'; the items are plain, tta." in capsys.readouterr().err
    with pytest.raises(SystemExit, match="holds no salzoo"):
        run(tree, tmp_path / "empty")


def test_the_items_are_those_of_the_documentation(tmp_path):
    images = tmp_path / "osie" / "data" / "stimuli"
    images.mkdir(parents=True)
    for number in range(5):
        (images / f"{number}.jpg").touch()
    made = compare_versions.make_items(tmp_path, "none")
    listed = compare_versions.__doc__.split("The items:")[1].split("With `--work")[0]
    assert list(made) == [line.split()[0] for line in listed.strip().splitlines()]
    assert made["predict"].commands[0][-3:] == tuple(str(images / f"{n}.jpg") for n in (0, 2, 4))
    with pytest.raises(SystemExit, match="holds no .jpg"):
        compare_versions.make_items(tmp_path / "other", "none")
