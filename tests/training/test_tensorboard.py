"""What TensorBoard shows of models that have more to show than a map."""

from types import SimpleNamespace

import keras
import pytest

from salzoo.data.dataset import load_dataset
from salzoo.models import build_model, model_record
from salzoo.training.config import RunConfig
from salzoo.training.run import Run
from salzoo.training.tensorboard import Board


@pytest.fixture
def tags(tmp_path):
    """Write what a model shows of one image, and read the names back."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    def write(name, size, **options):
        record, run = model_record(name), Run(tmp_path)
        recipe = record.recipe_for("synthetic").override(input_size=size)
        config = RunConfig(name, options, "synthetic", None, recipe, record.fit_mode)
        model = build_model(name, **options)
        model.compile(keras.optimizers.SGD(0.5))
        board = Board(run, config, load_dataset("synthetic", split="val")[:1])
        row = {"epoch": 1, "step": 1, "loss": 1.0, "val_loss": 2.0}
        board.write(model, SimpleNamespace(history=[row]), 0.5)
        board.close()
        events = EventAccumulator(run.path("tensorboard/val"), {"tensors": 0})
        events.Reload()
        return set(events.Tags()["tensors"])

    return write


@pytest.mark.slow
def test_sam_shows_steps_attention_and_priors(tags):
    expected = {"loss", "image_truth_prediction/0", "steps/0", "attention/0", "prior1", "prior2"}
    assert tags("sam_vgg", (16, 24)) == expected


def test_the_shallow_network_shows_its_first_filters(tags):
    expected = {"loss", "image_truth_prediction/0", "first_filters"}
    assert tags("shallow_convnet", (96, 96), conv3_filters=1) == expected


def test_asnet_shows_every_level(tags):
    maps = ["fixation", *(f"object_{level}" for level in range(1, 6))]
    expected = {"loss", *(f"image_truth_prediction/0/{name}" for name in maps)}
    assert tags("asnet", (32, 32)) == expected
