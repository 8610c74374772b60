"""JSON values edited in every place, as by a hand, a merge or an attacker."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from experiments.fuzz.texts import edit_part
from salzoo.utils.errors import InputError


def edits(value: Any, count: int, seed: int = 0) -> Iterator[Any]:
    """Yield `count` copies of a value, each with one to three random edits.

    Args:
        value: dict of plain values.
        count: of copies.
        seed: of the choice.
    """
    choose = random.Random(seed)
    for number in range(count):
        edited = copy.deepcopy(value)
        for _ in range(1 + number % 3):
            if edited:
                edit_part(edited, choose)
        yield edited


def check_edits(read: Any, path: Any, count: int = 150) -> int:
    """Edit a file that salzoo wrote, and read it: it works, or is refused in a sentence.

    Args:
        read: function that reads the file and uses what it has read.
        path: of the file, which is restored.
        count: of edits.

    Returns:
        The number of edits that were refused.
    """
    before = path.read_text()
    refused = 0
    try:
        for edited in edits(json.loads(before), count):
            path.write_text(json.dumps(edited))
            try:
                read()
            except InputError as error:
                refused += 1
                assert "\n" not in str(error) and len(str(error)) < 1000, str(error)[:1000]
            except Exception as error:
                pytest.fail(f"{error!r} for {json.dumps(edited)[:2000]}")
        return refused
    finally:
        path.write_text(before)
