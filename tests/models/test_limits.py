"""Limits of sizes and memory."""

import resource

import pytest

from salzoo.models import MODELS, limits, model_record
from salzoo.utils.errors import InputError


def test_sizes():
    limits.check_pixels(4000, 6000, "`size`")
    limits.check_pixels(1, 16_384, "`size`")
    for rows, columns in ((1, 16_385), (16_000, 16_000), (10**5000, 1)):
        with pytest.raises(InputError, match="^`size` [^\n]*at most 16384 rows"):
            limits.check_pixels(rows, columns, "`size`")


def test_published_recipes_fit_into_8_gigabytes():
    """The estimate is a lower bound: nothing that works is refused."""
    for name in MODELS:
        record = model_record(name)
        for recipe in (record.recipe, *map(record.recipe_for, record.recipes)):
            needed = limits.training_bytes(record.parameters, recipe.batch_size, *recipe.input_size)
            assert needed < 8 * 2**30


def test_memory(monkeypatch):
    assert limits.machine_memory() > 2**30
    monkeypatch.setattr(limits, "machine_memory", lambda: 2**30)
    limits.check_memory(2**29, "It")
    with pytest.raises(InputError, match="It needs more than 2 GB of memory, this machine has 1"):
        limits.check_memory(2**31, "It")


def test_the_limit_of_the_process_counts(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (2**28, resource.RLIM_INFINITY))
    assert limits.machine_memory() == 2**28


def test_every_number_has_a_limit():
    for name in MODELS:
        for option in model_record(name).options.values():
            assert option.below <= limits.OPTION_LIMIT
