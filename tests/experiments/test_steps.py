"""Folders of results that are begun and gone on with."""

import pytest

from experiments import steps
from salzoo.utils.errors import InputError


def test_a_folder_belongs_to_its_settings(tmp_path):
    folder = str(tmp_path / "out")
    steps.begin(folder, "note.json", {"seed": 0})
    # Nothing was written yet: the settings may still change.
    steps.begin(folder, "note.json", {"seed": 1})
    (tmp_path / "out" / "result").touch()
    steps.begin(folder, "note.json", {"seed": 1})
    with pytest.raises(InputError, match="holds results of other arguments; choose another"):
        steps.begin(folder, "note.json", {"seed": 2})
    with pytest.raises(InputError, match="is not empty; choose another folder"):
        steps.begin(folder, "other.json", {"seed": 1})


def test_a_training_is_started_resumed_and_left_alone(tmp_path):
    run = tmp_path / "run"
    flags = ["msinet", "--epochs", "3"]
    command = ["-m", "salzoo", "train", *flags, "--run_dir", str(run)]
    assert list(steps.unfinished(str(run), flags)) == [command]
    run.mkdir()
    (run / "config.json").touch()
    resumed = ["-m", "salzoo", "train", "--resume", "--run_dir", str(run)]
    assert list(steps.unfinished(str(run), flags)) == [resumed]
    (run / "metrics.json").touch()
    assert list(steps.unfinished(str(run), flags)) == []


def test_commands_are_printed(capfd):
    assert steps.call(["-c", "import sys; sys.exit(3)"]) == 3
    assert capfd.readouterr().out == "\npython -c 'import sys; sys.exit(3)'\n"
