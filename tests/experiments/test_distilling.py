"""The commands that make the weights that come with salzoo: complete, in order, done once."""

import argparse
import os

import pytest

from experiments import distilling, teacher_views
from salzoo import commands


@pytest.fixture
def called(monkeypatch):
    """The commands, as if each had done its work."""
    done = []

    def call(command):
        done.append(command)
        if command[0] == "salzoo":
            folder, last = command[-1], "metrics.json"
        else:
            folder, last = command[-1], "splits.csv"
        os.makedirs(folder, exist_ok=True)
        open(os.path.join(folder, last), "w").close()
        return 0

    monkeypatch.setattr(distilling, "call", call)
    return done


def test_every_command_is_one_that_salzoo_takes(called, tmp_path):
    out = str(tmp_path / "out")
    arguments = ["--data_dir", str(tmp_path), "--out", out, "--backbone_weights", "file.h5"]
    assert distilling.main(arguments) == 0
    assert [command[0] for command in called] == [
        *["salzoo"] * 3,
        "experiments.teacher_views",
        "salzoo",
    ]
    trainings = [commands._parse(command) for command in called if command[0] == "salzoo"]
    assert all(isinstance(each, argparse.Namespace) for each in trainings)
    assert {each.backbone_weights for each in trainings} == {"file.h5"}
    assert [each.dataset for each in trainings] == [
        *["osie+nus_scene"] * 3,
        "osie+nus_scene+folder",
    ]
    views = teacher_views._parser().parse_args(called[3][1:])
    assert views.runs == [each.run_dir for each in trainings[:3]]
    assert views.out == os.path.join(trainings[3].data_dir, "folder")
    assert os.readlink(os.path.join(out, "data", "osie")) == str(tmp_path / "osie")
    # A second time there is nothing left to do.
    called.clear()
    assert distilling.main(arguments) == 0 and not called


def test_an_interrupted_training_goes_on(called, tmp_path):
    begun = tmp_path / "teacher2"
    begun.mkdir()
    (begun / "config.json").touch()
    assert distilling.main(["--data_dir", "data", "--out", str(tmp_path)]) == 0
    assert called[1] == ["salzoo", "train", "--resume", "--run_dir", str(begun)]


def test_a_failure_ends_it(monkeypatch, tmp_path):
    monkeypatch.setattr(distilling, "call", lambda command: 2)
    assert distilling.main(["--data_dir", "data", "--out", str(tmp_path)]) == 2
    assert os.listdir(tmp_path) == ["data"]
