"""`salzoo check`: every problem at once, by file."""

import os

import pytest

from salzoo.data.datasets import ecssd
from salzoo.data.datasets.record import Archive
from salzoo.data.inspection import inspect_dataset
from tests.data.layouts import ecssd as layout
from tests.data.layouts.making import mask_picture, picture


@pytest.fixture
def folder(tmp_path, monkeypatch):
    from dataclasses import replace

    monkeypatch.setattr(ecssd, "RECORD", replace(ecssd.RECORD, images=layout.IMAGES))
    layout.make(str(tmp_path))
    return tmp_path


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
    from dataclasses import replace

    archive = Archive("http://127.0.0.1:9/images.zip", "images.zip", "md5:" + "0" * 32)
    monkeypatch.setattr(ecssd, "RECORD", replace(ecssd.RECORD, archives=(archive,)))
    (folder / "images.zip").write_bytes(b"something else")
    assert "has md5" in problems(folder)["images.zip"]
    assert (folder / "images.zip").exists()


def test_command(folder, capsys):
    from salzoo import commands

    arguments = commands._parse(["salzoo", "check", "ecssd", "--data_dir", str(folder)])
    assert commands._run(arguments) == 0
    assert "4 usable images" in capsys.readouterr().out
    os.remove(folder / "ground_truth_mask" / "0002.png")
    assert commands._run(arguments) == 1
    assert "0002.jpg has no mask" in capsys.readouterr().out
