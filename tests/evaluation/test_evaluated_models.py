"""Defaults that an evaluation takes from its sources."""

import keras
import pytest

from salzoo.evaluation.evaluated_models import open_sources, usual_task
from salzoo.evaluation.measured_data import usual_data
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task


def test_the_task_of_the_first_network():
    network = keras.Sequential([keras.Input((8, 8, 3))], name="asnet")
    assert usual_task([network]) is Task.OBJECTS
    assert usual_task([network], "fixation") is Task.FIXATIONS
    assert usual_task([lambda image: image]) is None
    assert usual_task([lambda image: image, "msinet_lite"]) is Task.FIXATIONS


def test_the_dataset_of_the_training(small_run):
    usual = {"dataset": "synthetic", "data_dir": None, "protocol": None, "dataset_options": {}}
    assert usual_data([small_run.folder]) == usual
    other = usual_data([small_run.folder], "osie", "here")
    assert other == {**usual, "dataset": "osie", "data_dir": "here", "dataset_options": None}
    with pytest.raises(InputError, match="msinet_lite can be measured on any data: say on which"):
        usual_data(["msinet_lite"])


def test_released_weights_bring_their_dataset_and_protocol_along():
    usual = {"data_dir": None, "dataset_options": None}
    assert usual_data(["msinet:osie"]) == {**usual, "dataset": "osie", "protocol": "msinet"}
    assert usual_task(["msinet:osie"]) is Task.FIXATIONS


def test_released_weights_have_their_own_name_in_the_table():
    def network(image):
        return image[..., 0]

    network.card = {
        "model": "msinet",
        "task": "fixations",
        "released": {"source": "msinet:osie"},
    }
    assert list(open_sources([network], [], [], [], Task.FIXATIONS)) == ["msinet:osie"]
