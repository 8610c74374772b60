"""Commands on hostile models and absurd numbers: a sentence, status 2, nothing done."""

import os

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image

from salzoo.training.config import new_config
from salzoo.training.run import Run
from salzoo.utils.json_files import read_json, write_json


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working directory with a photo, in which commands may write."""
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (16, 12), "red").save("photo.jpg")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--input_size 1000000x1000000", "--input_size 1000000x1000000: give at most 16384 rows"),
        ("--input_size ²x8", "is not ROWSxCOLUMNS"),
        ("--epochs " + "9" * 400, "--epochs 999"),
        ("--epochs " + "9" * 5000, "is not a whole number of 1 or more"),
        ("--batch_size 1_0", "'1_0' is not a whole number"),
        ("--batch_size 10000 --input_size 8192x8192", "GB of memory, this machine has"),
        ("--learning_rate 1e999", "is not a number of 0 or more"),
        ("--model_options priors=1000000000", "priors=1000000000: give a whole number of 0 to"),
        ("--model_options priors=" + "9" * 5000, "priors='999"),
        ("--model_options priors=" + "[" * 5000, "priors='[[["),
        ("--model_options dropout=NaN", "dropout='NaN': give a number of 0 to below 1"),
        ("--optimizer_options clipnorm=-1", "clipnorm=-1: give a number above 0"),
        ("--seed 99999999999999999999", "is not a whole number of 0 to"),
    ],
)
def test_absurd_numbers_are_refused_before_anything_is_built(inside, here, arguments, message):
    status, _, err = inside("train", "msinet_lite", "--run_dir", "run", *arguments.split())
    assert status == 2 and message in err and len(err) < 1000
    assert os.listdir(here) == ["photo.jpg"]


def foreign_run(here):
    Run(here / "model").write_config(new_config({"model": "msinet_lite"}))


def edited_run(**fields):
    def make(here):
        foreign_run(here)
        path = here / "model/config.json"
        write_json(path, {**read_json(path), **fields})

    return make


def nan_keras(here):
    image = keras.Input((None, None, 3))
    model = keras.Model(image, layers.Conv2D(1, 1)(image), name="msinet")
    model.layers[1].bias.assign([np.nan])
    model.save(here / "model.keras")


def folder_of_maps(here):
    os.makedirs(here / "model/7/assets")
    (here / "model/7/saved_model.pb").write_bytes(b"")
    np.save(here / "model/photo.npy", np.ones((12, 16)))


def empty_export(here):
    os.makedirs(here / "model")
    (here / "model/saved_model.pb").write_bytes(b"")


def pipe(here):
    os.mkdir(here / "model")
    os.mkfifo(here / "model/config.json")


def keras_pipe(here):
    os.mkfifo(here / "model.keras")


@pytest.mark.parametrize(
    ("make", "name", "message"),
    [
        (foreign_run, "model", "best.weights.h5 is missing"),
        (edited_run(model="../../evil"), "model", "There is no model '../../evil'"),
        (edited_run(seed=[1]), "model", "seed [1] is not a whole number"),
        (edited_run(recipe={}), "model", "config.json is damaged: it has no recipe.loss"),
        (nan_keras, "model.keras", "has weights that are not finite"),
        (folder_of_maps, "model", "other files beside the exported model model/7"),
        (empty_export, "model", "is a SavedModel, but not one that `salzoo export` wrote"),
        (pipe, "model", "config.json is a pipe; give a regular file"),
        (keras_pipe, "model.keras", "model.keras"),
    ],
)
@pytest.mark.parametrize("command", ["predict photo.jpg --out out --model", "export --out out"])
def test_models_are_refused_in_a_sentence(inside, here, command, make, name, message):
    make(here)
    status, _, err = inside(*command.split(), name)
    assert status == 2 and message in err
    assert not os.path.exists("out") or not os.listdir("out")
