"""JSON values edited in every place, as by a hand, a merge or an attacker."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from salzoo.utils.errors import InputError

VALUES = (
    *(None, True, -1, 0, 3, 2.5, 1e308, 10**19, "", "x", "../../../evil", "/etc/passwd", "\ud800"),
    *("=1+1", "²", "\x1b[31m", "nan", [], [None], {}, {"x": 1}, [[1, 2], [3]], "y" * 3000),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the keys that lead to each part of a value."""
    yield path
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, item in items:
        yield from places(item, (*path, key))


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
            *path, last = choose.choice([path for path in places(edited) if path] or [("new",)])
            part = edited
            for key in path:
                part = part[key]
            kind = choose.randrange(10)
            if kind == 0:
                del part[last]
            elif kind == 1 and isinstance(part, dict):
                part[choose.choice(("new", "", last * 2))] = part[last]
            elif kind == 2:
                part[last] = [part[last]] * 2
            else:
                part[last] = copy.deepcopy(choose.choice(VALUES))
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
