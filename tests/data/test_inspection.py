"""`salzoo check`: every problem at once, by file; official splits that are there or not."""

import os
import shutil
from dataclasses import replace

import pytest

from salzoo import commands
from salzoo.data.datasets import ecssd
from salzoo.data.datasets.record import Archive
from salzoo.data.inspection import inspect_dataset
from tests.data.layouts import folder as own_folder
from tests.data.layouts import make_small
from tests.data.layouts.making import mask_picture, picture


@pytest.fixture
def folder(tmp_path, monkeypatch):
    return make_small("ecssd", tmp_path, monkeypatch)


def problems(folder):
    _, border = inspect_dataset("ecssd", folder)
    return {os.path.relpath(path, folder): sentence for path, sentence in border.problems}


def test_a_whole_folder(folder):
    samples, border = inspect_dataset("ecssd", folder)
    assert len(samples) == 4 and border.problems == []


def test_all_problems_at_once(folder):
    image = folder / "images" / "0001.jpg"
    image.write_bytes(image.read_bytes()[:100])
    os.remove(folder / "ground_truth_mask" / "0002.png")
    mask_picture(str(folder / "ground_truth_mask" / "0003.png"), (99, 99))
    picture(str(folder / "images" / "0005.jpg"), (30, 40))
    damaged = bytearray((folder / "ground_truth_mask" / "0004.png").read_bytes())
    damaged[45:60] = b"\xff" * 15
    (folder / "ground_truth_mask" / "0004.png").write_bytes(damaged)
    found = problems(folder)
    assert "cut short" in found["images/0001.jpg"]
    assert "has no mask" in found["images/0002.jpg"]
    assert "is 99x99, but its image 0003.jpg is 40x30" in found["ground_truth_mask/0003.png"]
    assert "damaged" in found["ground_truth_mask/0004.png"]
    assert "has no mask" in found["images/0005.jpg"]
    assert found["."] == "gives 1 usable images of 4."


def test_archives_that_lie_there_are_verified(folder, monkeypatch):
    archive = Archive("http://127.0.0.1:9/images.zip", "images.zip", "md5:" + "0" * 32)
    monkeypatch.setattr(ecssd, "RECORD", replace(ecssd.RECORD, archives=(archive,)))
    (folder / "images.zip").write_bytes(b"something else")
    assert "has md5" in problems(folder)["images.zip"]
    assert (folder / "images.zip").exists()


def checked(name, folder, capsys):
    """Run `salzoo check` and return its exit status and what it prints."""
    arguments = commands._parse(["salzoo", "check", name, "--data_dir", str(folder)])
    return commands._run(arguments), capsys.readouterr().out


def test_command(folder, capsys):
    status, text = checked("ecssd", folder, capsys)
    assert status == 0 and "4 usable images" in text and "official" not in text
    os.remove(folder / "ground_truth_mask" / "0002.png")
    status, text = checked("ecssd", folder, capsys)
    assert status == 1 and "0002.jpg has no mask" in text


def test_one_half_of_duts(tmp_path, monkeypatch, capsys):
    make_small("duts", tmp_path, monkeypatch, halves=["TR"])
    status, text = checked("duts", tmp_path, capsys)
    assert status == 0 and "official splits: train 4 of 4, test 0 of 2" in text
    for kind, ending in (("Image", "jpg"), ("Mask", "png")):
        os.remove(tmp_path / f"DUTS-TR/DUTS-TR-{kind}/sun_b.{ending}")
    status, text = checked("duts", tmp_path, capsys)
    assert status == 1 and "gives 3 usable images of 4 of the split 'train'." in text
    assert "1 problems" in text


def test_cat2000_without_its_test_part(tmp_path, monkeypatch, capsys):
    make_small("cat2000", tmp_path, monkeypatch)
    shutil.rmtree(tmp_path / "testSet")
    status, text = checked("cat2000", tmp_path, capsys)
    assert status == 0 and "official splits: train 6 of 6, test 0 of 6" in text


def test_a_folder_of_ones_own_has_any_number_of_images(tmp_path, capsys):
    own_folder.make(str(tmp_path))
    status, text = checked("folder", tmp_path, capsys)
    assert status == 0 and "5 usable images, 7 fixations" in text


def test_a_black_density_is_a_problem(tmp_path):
    from tests.data.layouts.making import map_picture

    for number, level in ((1, 0), (2, 9)):
        picture(str(tmp_path / f"images/{number}.png"), (20, 30))
        map_picture(str(tmp_path / f"densities/{number}.png"), [[level] * 30] * 20)
    _, border = inspect_dataset("folder", tmp_path)
    assert [(os.path.basename(path), text[:8]) for path, text in border.problems] == [
        ("1.png", "is black")
    ]
