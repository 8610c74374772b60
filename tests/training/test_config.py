"""Configs of runs from parameters and from files; no training needed."""

import dataclasses

import numpy as np
import pytest

from salzoo import models
from salzoo.data.sampling import Augmentation
from salzoo.models.record import Recipe
from salzoo.training import config as configs
from salzoo.training.parameters import OPTIONS, PARAMETERS, RECIPE, check_parameters
from salzoo.training.run import Run
from salzoo.utils.errors import InputError
from salzoo.utils.json_files import read_json, write_json
from tests.edited_json import check_edits


def config(**given):
    return configs.new_config(check_parameters(given))


def test_every_field_of_the_recipe_can_be_changed():
    fields = {field.name for field in dataclasses.fields(Recipe)}
    assert fields == {*RECIPE, *OPTIONS} - {"model_options", "dataset_options"}


def test_python_and_the_command_line_say_the_same():
    """Every keyword is a flag that parses to the value that Python gives."""
    from salzoo import cli

    flags = "--dataset osie --mix 1 --learning_rate 0.01 --input_size 240x320 --flip --seed 3 "
    flags += (
        "--no-mixed_precision --limit_train 5 --zoom 0.25 --fit_mode native --data_dir x --sigma 20"
    )
    parsed = vars(cli._parse(["salzoo", "train", "msinet", *flags.split()]))
    python = check_parameters(
        {
            **{"model": "msinet", "dataset": "osie", "mix": (1,), "learning_rate": 0.01},
            **{"input_size": [240, 320], "flip": True, "seed": 3, "mixed_precision": False},
            **{"limit_train": 5, "zoom": 0.25, "fit_mode": "native", "data_dir": "x", "sigma": 20},
        }
    )
    assert python == {name: parsed[name] for name in python}
    assert {*PARAMETERS, "run_dir", "resume", "export"} <= set(parsed)


def test_msinet_is_the_usual_model():
    usual = config()
    assert (usual.model, usual.dataset, usual.init_from) == ("msinet", "synthetic", None)
    assert usual.recipe == models.model_record("msinet").recipe_for("synthetic")
    assert config(dataset="osie").model == "msinet"


def test_own_images_are_learned_from_the_shipped_weights():
    record = models.model_record("msinet_lite")
    own = config(dataset="folder")
    assert (own.model, own.init_from) == ("msinet_lite", "msinet_lite")
    assert own.recipe == record.recipe_for("folder")
    assert own.recipe.learning_rate < record.recipe.learning_rate
    assert config(dataset="folder", model="msinet_lite") == own
    assert config(dataset="folder", epochs=3).recipe.epochs == 3
    lines = configs.describe_config(own)
    assert "init_from         msinet_lite: the pretrained weights that come with salzoo" in lines
    assert not any(line.startswith("backbone_weights") for line in lines)


def test_options_of_a_recipe_are_shown_as_they_are_given():
    lines = configs.describe_config(config(model="msinet_lite"))
    weights = models.model_record("msinet_lite").recipe.loss_options
    shown = next(line for line in lines if line.startswith("loss_options")).split()
    assert dict(pair.split("=") for pair in shown[1:]) == {k: str(v) for k, v in weights.items()}
    assert not any("{" in line or line.endswith("None") for line in lines)


def test_own_images_from_elsewhere():
    record = models.model_record("msinet_lite")
    for given in ({"init_from": "none"}, {"backbone_weights": "imagenet"}):
        fresh = config(dataset="folder", **given)
        assert (fresh.model, fresh.init_from, fresh.recipe) == ("msinet_lite", None, record.recipe)
        assert "backbone_weights  imagenet" in configs.describe_config(fresh)
    other = config(dataset="folder", model="msinet")
    assert (other.model, other.init_from) == ("msinet", None)


def test_other_data_may_start_from_the_shipped_weights():
    """A recipe for a model that is trained already, whatever the data."""
    tuned = config(dataset="osie", init_from="msinet_lite")
    assert (tuned.model, tuned.init_from) == ("msinet_lite", "msinet_lite")
    assert tuned.recipe == models.model_record("msinet_lite").recipe_for("folder")
    fresh = config(dataset="osie", model="msinet_lite")
    assert fresh.init_from is None and fresh.recipe.learning_rate > tuned.recipe.learning_rate


def test_a_run_brings_its_model_along(small_run):
    from_run = config(dataset="folder", init_from=small_run.folder)
    assert (from_run.model, from_run.init_from) == ("msinet", small_run.folder)


def test_options_belong_to_the_optimizer_they_were_said_for():
    """The recipe's own options stay with its optimizer, and with no other."""

    def options(**given):
        return config(
            model="deep_convnet", dataset="salicon", data_dir="data", **given
        ).recipe.optimizer_options

    assert options() == options(optimizer="sgd") == {"momentum": 0.9}
    assert options(optimizer="adam") == {}
    assert options(optimizer_options={"momentum": 0.5}) == {"momentum": 0.5}
    given = {"optimizer": "adam", "optimizer_options": {"beta_1": 0.5}}
    assert options(**given) == {"beta_1": 0.5}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"learning_rat": 0.1}, "no keyword of salzoo.train 'learning_rat'; did you mean 'learn"),
        ({"options": {}}, "no keyword of salzoo.train 'options'"),
        ({"epochs": 0}, "`epochs` 0: give a whole number of 1 to 1000000."),
        ({"epochs": 10**400}, "`epochs` 1000"),
        ({"learning_rate": 10**400}, "give a number above 0."),
        ({"batch_size": 10**9}, "`batch_size` 1000000000: give a whole number of 1 to 10000."),
        ({"batch_size": 10_000, "input_size": (2400, 3200)}, "needs more than 18311 GB of memory"),
        ({"input_size": (10**6, 10**6)}, "`input_size` 1000000x1000000: give at most 16384 rows"),
        ({"optimizer_options": {"clipnorm": -1}}, "`optimizer_options` clipnorm=-1: give a number"),
        ({"optimizer_options": {"beta_1": -0.5}}, "beta_1=-0.5: give a number of 0 or more"),
        ({"optimizer_options": {"clipnorm": 0}}, "clipnorm=0: give a number above 0"),
        ({"optimizer_options": {"clipnorm": 10**400}}, "clipnorm=1000"),
        ({"optimizer_options": {"beta_1": [1]}}, "beta_1=[1]: give a number"),
        ({"schedule": "x0.1 every " + "9" * 5000 + " epochs"}, "`schedule` x0.1 every 999"),
        ({"epochs": 2.5}, "`epochs` 2.5: give a whole number"),
        ({"input_size": 240}, "`input_size` 240: give (rows, columns), like (240, 320)."),
        ({"input_size": (241, 320)}, "multiples of 8; the nearest is 240x320"),
        ({"flip": "no"}, "`flip` no: give True or False."),
        ({"fit_mode": "crop"}, "`fit_mode` crop: give one of pad, stretch, native, within."),
        ({"model_options": "aspp=false"}, "`model_options` aspp=false: give a dict"),
        ({"model_options": {"asp": False}}, "no option of msinet 'asp'; did you mean 'aspp'?"),
        ({"model": "msi-net"}, "no model 'msi-net'; did you mean 'msinet"),
        ({"model": "msinet", "init_from": "msinet"}, "msinet comes without trained weights"),
        ({"model": "msinet", "init_from": "msinet_lite"}, "do not fit msinet; leave it out"),
        ({"dataset": "osi"}, "no dataset 'osi'; did you mean 'osie'?"),
    ],
)
def test_bad_values_are_one_sentence(given, message):
    with pytest.raises(InputError, match="^[^\n]*$") as error:
        config(**given)
    assert message in str(error.value)


def test_a_run_goes_on_with_what_it_was_begun_with(small_run):
    def resumed(**given):
        return configs.resumed_config(small_run.folder, check_parameters(given))

    begun = Run(small_run.folder).config
    assert resumed(init_from="none", model="msinet") == begun
    more = begun.recipe.override(epochs=9)
    assert resumed(epochs=9) == dataclasses.replace(begun, recipe=more)
    with pytest.raises(InputError, match="this run was started with none"):
        resumed(init_from="elsewhere")
    with pytest.raises(InputError, match="`seed` 7: this run was started with 0"):
        resumed(seed=7)


@pytest.fixture
def stored(tmp_path):
    """A folder with the config of a run."""
    run = Run(tmp_path / "run")
    run.write_config(config(input_size=(240, 320), model_options={"aspp": False}, mix=(1,)))
    return tmp_path / "run"


def test_a_stored_config_comes_back(stored):
    expected = config(input_size=(240, 320), model_options={"aspp": False}, mix=(1,))
    assert configs.read_config(stored) == expected


def test_an_edited_config_works_or_is_refused(stored):
    def read():
        found = configs.read_config(stored)
        assert found.geometry and found.augmentation and found.task
        assert configs.describe_config(found)

    assert check_edits(read, stored / "config.json", 200) > 120


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"model": "../../evil"}, "config.json: There is no model '../../evil'"),
        ({"seed": -1}, "config.json: seed -1: give a whole number of 0 to"),
        ({"fit_mode": "crop"}, "config.json: fit_mode crop: give one of"),
        ({"model_options": {"aspp": 3}}, "config.json: msinet: aspp=3: give true or false"),
        ({"data_dir": 3}, "config.json is damaged: data_dir 3 is not a text"),
        ({"dataset": "nothing"}, "config.json: There is no dataset 'nothing'"),
        ({"mix": [1, 2]}, "config.json: mix needs a number for each of the 1 datasets"),
    ],
)
def test_a_stored_config_is_checked_like_a_new_one(stored, fields, message):
    write_json(stored / "config.json", {**read_json(stored / "config.json"), **fields})
    with pytest.raises(InputError, match="^[^\n`]*$") as error:
        configs.read_config(stored)
    assert message in str(error.value)


def test_a_run_of_version_0_1_0_is_refused(stored, tmp_path):
    fields = read_json(stored / "config.json")
    fields["options"] = fields.pop("model_options")
    write_json(tmp_path / "config.json", fields)
    with pytest.raises(InputError, match="^.*config.json was written by salzoo 0.1.0: train .*$"):
        configs.read_config(str(tmp_path))


@pytest.mark.parametrize("text", ["[]", "{}"])
def test_what_is_no_config_is_refused(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(InputError, match="config.json is not the config of a run"):
        configs.read_config(str(tmp_path))


def test_augmentation_follows_the_recipe():
    changed = config(flip=True, rotate=5, zoom=0.1, colour=0.2)
    assert changed.augmentation == Augmentation(True, 5.0, 0.1, 0.2)


def test_a_training_starts_from_released_weights(narrow_msinet, frozen_msinet):
    from salzoo.models.imported import import_released, released_model
    from salzoo.models.released import released
    from salzoo.training.compiling import compiled_model
    from salzoo.training.run import start_weights

    import_released(released("msinet:osie"), frozen_msinet)
    made = config(init_from="msinet:osie", dataset="synthetic")
    assert (made.model, made.init_from) == ("msinet", "msinet:osie")
    assert made.recipe == models.model_record("msinet").recipe_for("synthetic")
    described = [line for line in configs.describe_config(made) if line.startswith("init_from")]
    assert described == [
        "init_from         msinet:osie: MSI-Net trained on salicon, then osie; frozen graph of "
        "TensorFlow 1 (MIT)"
    ]
    start = start_weights(made.init_from)
    expected, _ = released_model(released("msinet:osie"))
    for mine, theirs in zip(
        compiled_model(made, 1, start, False).weights, expected.weights, strict=True
    ):
        np.testing.assert_array_equal(mine.numpy(), theirs.numpy())
    with pytest.raises(InputError, match="`init_from` msinet:osie: its weights do not fit sam_vgg"):
        config(init_from="msinet:osie", model="sam_vgg")
