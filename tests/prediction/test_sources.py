"""Kinds and descriptions of sources."""

import json
import subprocess
import sys

import keras
import pytest

from salzoo.prediction.cards import read_card
from salzoo.prediction.predictor import load_model
from salzoo.prediction.sources import (
    SourceDescription,
    SourceKind,
    describe_source,
    resolve_source,
)
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task


def kind_of(source):
    return resolve_source(source).kind


def test_kinds(small_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("msinet", "msinet_lite", "maps"):
        (tmp_path / name).mkdir()
    (tmp_path / "model.keras").touch()
    assert kind_of(small_run.folder) is SourceKind.RUN
    for folder in ("maps", "msinet", "./msinet_lite"):
        assert kind_of(folder) is SourceKind.MAPS
    # The names of models with pretrained weights take precedence over folders.
    assert kind_of("msinet_lite") is kind_of("sam_vgg") is SourceKind.NAME
    assert kind_of("model.keras") is SourceKind.KERAS_FILE
    assert kind_of(lambda image: image) is SourceKind.CALLABLE
    with pytest.raises(InputError, match="a folder of maps, msinet_lite, or released weights"):
        kind_of("msinet-lite")


def test_released_weights(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = resolve_source("msinet:mit1003")
    assert (found.kind, found.path) == (SourceKind.RELEASED, "msinet:mit1003")
    assert describe_source(found) == SourceDescription(
        "msinet", Task.FIXATIONS, "mit1003", protocol="msinet"
    )
    with pytest.raises(InputError, match="no released weights 'msinet:mit103'; did you mean"):
        kind_of("msinet:mit103")
    (tmp_path / "msinet:mit1003").mkdir()
    assert kind_of("msinet:mit1003") is SourceKind.MAPS


def test_the_highest_version_of_an_export(tmp_path):
    for version in ("2", "10", "11"):
        (tmp_path / version).mkdir()
        if version != "11":
            (tmp_path / version / "saved_model.pb").touch()
    found = resolve_source(tmp_path)
    assert (found.kind, found.path) == (SourceKind.EXPORT, str(tmp_path / "10"))


@pytest.mark.parametrize("beside", ["photo.npy", "maps", "²", "7a"])
def test_numbered_folders_of_a_folder_of_maps_are_no_versions(tmp_path, beside):
    """A SavedModel is a program: it is not run because a folder of maps has one in it."""
    (tmp_path / "7").mkdir()
    (tmp_path / "7/saved_model.pb").touch()
    (tmp_path / ".DS_Store").touch()
    assert kind_of(tmp_path) is SourceKind.EXPORT
    (tmp_path / beside).mkdir()
    assert kind_of(tmp_path) is SourceKind.MAPS
    with pytest.raises(InputError, match=r"other files beside .*7; give that folder"):
        load_model(tmp_path)


def test_descriptions(small_run):
    lite = describe_source(resolve_source("msinet_lite"))
    assert lite == SourceDescription("msinet_lite", Task.FIXATIONS)
    network = keras.Sequential([keras.Input((8, 8, 3))], name="asnet")
    both = Task.FIXATIONS | Task.OBJECTS
    assert describe_source(resolve_source(network)) == SourceDescription("asnet", both)
    assert describe_source(resolve_source(lambda image: image)) == SourceDescription()
    run = describe_source(resolve_source(small_run.folder))
    assert (run.model, run.dataset, run.data_dir) == ("msinet", "synthetic", None)


def test_an_export_of_the_first_version_is_refused(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "saved_model.pb").touch()
    card = {"model": "msinet", "options": {}, "task": "fixations", "trained_on": "synthetic"}
    (tmp_path / "assets/card.json").write_text(json.dumps(card))
    with pytest.raises(InputError, match=r"was exported by salzoo 0\.1\.0: export the model again"):
        read_card(str(tmp_path))


def test_resolving_needs_no_tensorflow(tmp_path):
    code = (
        "import sys; from salzoo.prediction.sources import resolve_source\n"
        f"resolve_source({str(tmp_path)!r})\n"
        "assert not {'tensorflow', 'jax'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
