"""Which config follows from what a person says; no training needed."""

import dataclasses

import pytest

from salzoo import models
from salzoo.models.record import Recipe
from salzoo.training import config as configuring
from salzoo.training.run import Run
from salzoo.utils.errors import InputError


def config(**given):
    return configuring.new_config(configuring.checked(given))


def test_every_field_of_the_recipe_can_be_changed():
    fields = {field.name for field in dataclasses.fields(Recipe)}
    options = {f"{what}_options" for what in configuring.WITH_OPTIONS}
    assert fields == {*configuring.RECIPE, *options}


def test_python_and_the_command_line_say_the_same():
    """Every keyword is a flag that parses to the value that Python gives."""
    from salzoo import cli

    flags = "--dataset osie --mix 1 --learning_rate 0.01 --input_size 240x320 --flip --seed 3 "
    flags += (
        "--no-mixed_precision --limit_train 5 --zoom 0.25 --fit_mode native --data_dir x --sigma 20"
    )
    parsed = vars(cli._parse(["salzoo", "train", "msinet", *flags.split()]))
    python = configuring.checked(
        {
            **{"model": "msinet", "dataset": "osie", "mix": (1,), "learning_rate": 0.01},
            **{"input_size": [240, 320], "flip": True, "seed": 3, "mixed_precision": False},
            **{"limit_train": 5, "zoom": 0.25, "fit_mode": "native", "data_dir": "x", "sigma": 20},
        }
    )
    assert python == {name: parsed[name] for name in python}
    every = {*configuring.RUN, *configuring.RECIPE, *configuring.PATHS, *configuring.DICTS}
    assert every | {"run_dir", "resume", "export"} <= set(parsed)


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
    lines = configuring.in_words(own)
    assert "init_from         msinet_lite: the trained weights that come with salzoo" in lines
    assert not any(line.startswith("backbone_weights") for line in lines)


def test_own_images_from_elsewhere():
    record = models.model_record("msinet_lite")
    for given in ({"init_from": "none"}, {"backbone_weights": "imagenet"}):
        fresh = config(dataset="folder", **given)
        assert (fresh.model, fresh.init_from, fresh.recipe) == ("msinet_lite", None, record.recipe)
        assert "backbone_weights  imagenet" in configuring.in_words(fresh)
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
        ({"epochs": 0}, "epochs: '0' is not a whole number of 1 or more"),
        ({"epochs": 2.5}, "epochs: '2.5' is not a whole number"),
        ({"input_size": 240}, "input_size: '240' is not ROWSxCOLUMNS"),
        ({"input_size": (241, 320)}, "multiples of 8; the nearest is 240x320"),
        ({"flip": "no"}, "flip: 'no' is neither True nor False"),
        ({"fit_mode": "crop"}, "fit_mode: 'crop' is none of pad, stretch, native"),
        ({"model_options": "aspp=false"}, "model_options: 'aspp=false' is not a dict"),
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
        return configuring.resumed_config(small_run.folder, configuring.checked(given))

    begun = Run(small_run.folder).config
    assert resumed(init_from="none", model="msinet") == begun
    more = begun.recipe.override(epochs=9)
    assert resumed(epochs=9) == dataclasses.replace(begun, recipe=more)
    with pytest.raises(InputError, match="this run was begun with none"):
        resumed(init_from="elsewhere")
    with pytest.raises(InputError, match="--seed 7: this run was begun with 0"):
        resumed(seed=7)
