"""What a source is, judged by what is there."""

import keras
import pytest

from salzoo.evaluation.evaluated_sources import about, kind_of, usual_task
from salzoo.evaluation.measured_data import usual_data
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task


def test_kinds(small_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("msinet", "msinet_lite", "maps"):
        (tmp_path / name).mkdir()
    (tmp_path / "model.keras").touch()
    assert kind_of(small_run.folder) == "run"
    assert kind_of("maps") == kind_of("msinet") == kind_of("./msinet_lite") == "maps"
    # Models that come with salzoo go before folders; others come with nothing.
    assert kind_of("msinet_lite") == kind_of("sam_vgg") == kind_of("model.keras") == "model"
    assert kind_of(lambda image: image) == "model"
    with pytest.raises(InputError, match="a folder of maps, or msinet_lite"):
        kind_of("msinet-lite")


def test_what_is_known_of_a_source():
    assert about("msinet_lite") == {"model": "msinet_lite", "task": Task.FIXATIONS}
    network = keras.Sequential([keras.Input((8, 8, 3))], name="asnet")
    assert (
        usual_task([network]) is Task.OBJECTS
        and usual_task([network], "fixation") is Task.FIXATIONS
    )
    assert about(lambda image: image) == {} and usual_task([lambda image: image]) is None


def test_measured_on_what_it_was_trained_on(small_run):
    usual = {"dataset": "synthetic", "data_dir": None, "protocol": None, "dataset_options": {}}
    assert usual_data([small_run.folder]) == usual
    other = usual_data([small_run.folder], "osie", "here")
    assert other == {**usual, "dataset": "osie", "data_dir": "here", "dataset_options": None}
    with pytest.raises(InputError, match="msinet_lite can be measured on any data: say on which"):
        usual_data(["msinet_lite"])
