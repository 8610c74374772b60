"""Cards of exports and metrics of runs: values, and nothing else."""

import dataclasses
import json
import os

import pytest

from salzoo.data.geometry import Geometry
from salzoo.prediction import cards
from salzoo.prediction.cards import read_card, read_metrics
from salzoo.prediction.sources import Source, SourceKind, describe_source
from salzoo.utils.errors import InputError
from salzoo.utils.json_files import write_json
from tests.edited_json import check_edits
from tests.prediction.small_card import METRICS, small_card


@pytest.fixture
def card(tmp_path):
    """The folder of an export that has a card alone."""
    os.makedirs(tmp_path / "assets")
    write_json(tmp_path / "assets/card.json", small_card())
    return tmp_path


def test_a_card_has_every_field_that_decides_the_maps():
    names = {field.name for field in dataclasses.fields(Geometry)}
    assert names == {field.name for field in dataclasses.fields(cards._Geometry)}


def edit(folder, **fields):
    path = folder / "assets/card.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_a_card_comes_back(card):
    assert read_card(str(card))["metrics"] == METRICS


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"model": "../../../evil"}, r"card.json is damaged: There is no model '\.\./"),
        ({"task": "objects"}, "card.json is damaged: msinet predicts fixations, not objects"),
        ({"output": "fixation"}, "msinet predicts fixations, not"),
        ({"task": ["fixations"]}, 'task \\["fixations"\\] is not a text'),
        ({"metrics": {"password": "secret"}}, "an unknown field; known: convention"),
        ({"secrets": "x"}, "card.json is damaged: it has an unknown field"),
        ({"sed": 1}, "There is no field 'sed'; did you mean 'seed'"),
    ],
)
def test_values_are_checked(card, fields, message):
    edit(card, **fields)
    with pytest.raises(InputError, match=message):
        read_card(str(card))


def test_an_edited_card_works_or_is_refused(card):
    def read():
        description = describe_source(Source(card, SourceKind.EXPORT, str(card)))
        assert description.model == "msinet" and "/" not in description.model

    assert check_edits(read, card / "assets/card.json", 300) > 200


def test_metrics_that_are_a_link_to_another_file_get_nowhere(tmp_path):
    (tmp_path / "secret.json").write_text('{"aws_secret_access_key": "abc"}')
    os.symlink(tmp_path / "secret.json", tmp_path / "metrics.json")
    with pytest.raises(InputError, match="metrics.json is damaged: it has an unknown field") as e:
        read_metrics(str(tmp_path / "metrics.json"), "msinet")
    assert "abc" not in str(e.value) and "aws" not in str(e.value)


def test_metrics_of_a_run(tmp_path):
    path = tmp_path / "metrics.json"
    assert read_metrics(str(path), "msinet") == {}
    write_json(path, METRICS)
    assert read_metrics(str(path), "msinet") == METRICS
    with pytest.raises(InputError, match="it has no means of asnet"):
        read_metrics(str(path), "asnet")
    check_edits(lambda: read_metrics(str(path), "msinet"), path)
