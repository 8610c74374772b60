"""A model of several maps on its way from training to report, prediction and export."""

import os

import numpy as np
import pytest

from salzoo.api import report_training
from salzoo.data.dataset import load_dataset
from salzoo.data.images import read_image
from salzoo.evaluation.evaluated_models import open_sources, usual_task
from salzoo.export import export_model
from salzoo.models import model_record
from salzoo.prediction.options import InferenceOptions
from salzoo.prediction.predictor import Predictor, load_model
from salzoo.training.config import RunConfig
from salzoo.training.loop import train
from salzoo.utils.errors import InputError
from salzoo.utils.json_files import read_json
from salzoo.utils.task import Task


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    recipe = model_record("asnet").recipe_for("synthetic")
    recipe = recipe.override(input_size=(32, 48), epochs=1, batch_size=2)
    options = {"output_level": 4}
    config = RunConfig(
        "asnet", options, "synthetic", None, recipe, "stretch", limit_train=2, limit_val=2
    )
    return train(config, tmp_path_factory.mktemp("asnet") / "run", verbose=0)


@pytest.fixture(scope="module")
def run(result):
    return result.run


@pytest.fixture(scope="module")
def image():
    return read_image(load_dataset("synthetic", split="val")[0].image_path)


def test_the_finest_object_is_its_main_map(run, image):
    """A probability, brought to the image's size and nothing else."""
    predictor = Predictor(run.folder)
    assert (predictor.card["output"], predictor.card["task"]) == ("object_4", "objects")
    geometry = run.config.geometry
    maps = run.load_model()(geometry.fit_image(image[None].astype("float32")))["object_4"]
    expected = geometry.unfit_map(maps, image.shape[:2])[0, ..., 0]
    np.testing.assert_allclose(predictor(image), expected, atol=1e-5)
    with pytest.raises(InputError, match="no output of asnet 'object_1'"):
        load_model(run.folder, output="object_1")


def test_another_map_is_asked_for_by_its_name(run, image):
    predictor = load_model(run.folder, output="fixation")
    assert predictor.card["task"] == "fixations"
    assert predictor(image).max() == pytest.approx(1)


def test_a_model_of_one_map_has_no_choice(small_run):
    with pytest.raises(InputError, match="fixation: msinet makes one map only"):
        load_model(small_run.folder, output="fixation")


def test_an_export_has_the_map_it_was_made_of(run, image, tmp_path):
    export = export_model(run.folder, str(tmp_path), InferenceOptions(output="fixation"))
    expected = load_model(run.folder, output="fixation")(image)
    np.testing.assert_allclose(Predictor(export)(image), expected, atol=1e-5)
    with pytest.raises(InputError, match="`output` cannot change the exported model"):
        load_model(export, output="object_4")
    with pytest.raises(InputError, match="predicts fixations, not objects"):
        open_sources([export], [], [], [], Task.OBJECTS)
    assert usual_task([export]) is Task.FIXATIONS
    assert usual_task([run.folder]) is Task.OBJECTS
    assert usual_task([run.folder], "fixation") is Task.FIXATIONS


def test_both_tasks_are_reported(result, run):
    objects, fixations = report_training(result)
    assert "MAE" in objects.table() and "NSS" in fixations.table()
    for name in ("metrics.json", "fixations_metrics.json"):
        assert "asnet" in read_json(run.path(name))["means"]
    assert os.path.exists(run.path("fixations_predictions.png"))
