"""Entries of a journal: those of this evaluation are used, all others are computed again."""

import json

import numpy as np
import pytest

from salzoo.evaluation.evaluation_config import EvaluationConfig
from salzoo.evaluation.journal_entries import curves_from_entries, is_entry, pack_entry
from salzoo.utils.task import Task
from tests.edited_json import edits

CONFIG = EvaluationConfig(Task.OBJECTS, ("raw",), ("MAE", "maxF"), {})
ENTRY = pack_entry(
    {"raw": {"mine": {"MAE": 0.5, "maxF": float("nan")}}},
    {"raw": {"mine": np.ones((4, 256), "float32")}},
)


def test_an_entry_is_one():
    assert is_entry(json.loads(json.dumps(ENTRY)), CONFIG, ["mine"])
    assert not is_entry(ENTRY, CONFIG, ["mine", "other"])


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"scores": 3, "curves": {}},
        {**ENTRY, "scores": {"raw": {"mine": {"MAE": "x", "maxF": 1}}}},
        {**ENTRY, "scores": {"raw": {"mine": {"MAE": 0.5}}}},
        {**ENTRY, "curves": {"raw": {"mine": "AAAA"}}},
        {**ENTRY, "curves": {"raw": {"mine": "no base64"}}},
        {**ENTRY, "curves": {}},
    ],
)
def test_what_is_no_entry(entry):
    assert not is_entry(entry, CONFIG, ["mine"])


def test_an_edited_entry_can_be_used_or_is_none():
    for entry in edits(ENTRY, 200):
        if is_entry(entry, CONFIG, ["mine"]):
            assert curves_from_entries([entry], ["raw"], ["mine"])["raw"]["mine"]["f"].size == 256
