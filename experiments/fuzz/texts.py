"""Mutations of JSON and of tables, and texts that readers may stumble over."""

import copy
import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

from experiments.fuzz.mutations import mutate_bytes

TEXTS = (
    *("", " ", "0", "-1", "1e308", "1e309", "-1e308", "1e-320", "nan", "inf", "-inf", "1_0"),
    *("1,5", "1.5.2", "9" * 400, "x" * 5000, "²", "٣", "=1+1", "@x", "\x00", "\x1b[31m", "\x85"),
    *("\u2028", "\u202e", "é", "é", "😀", '"', "'", '""', ",", ";", "\t", "\r", "\n", "\r\n"),
    *("../../x", "/etc/passwd", "C:\\x", "None", "true", "NA", "-", ".", "train", "a.jpg", "\\"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 1, 3, 0.5, 2.5, -0.0, 1e308, 1e-320, 10**19, -(10**19), 2**31),
    *([], [None], {}, {"x": 1}, [[1, 2], [3]], [[]] * 3, [1] * 300, {"": None}, "\ud800"),
    *TEXTS,
)


def mutate_json(content: bytes, seeds: Sequence[bytes], choose: random.Random) -> bytes:
    """Edit one to four values of a JSON text.

    Args:
        content: of the file.
        seeds: contents of other JSON files.
        choose: source of all choices.
    """
    try:
        value = json.loads(content)
    except ValueError:
        return mutate_bytes(content, seeds, choose)
    for _ in range(choose.choice((1, 1, 1, 2, 4))):
        value = _edit_value(value, choose)
    text = json.dumps(value, ensure_ascii=choose.random() < 0.5)
    kind = choose.randrange(20)
    if kind == 0:
        text = text.replace("null", choose.choice(("NaN", "-Infinity", "1e999", "9" * 5000)), 1)
    elif kind == 1:
        text = "[" * choose.choice((10, 21, 5000)) + text + "]" * choose.choice((10, 21, 5000))
    elif kind == 2:
        text = text.replace("{", '{"x": 1, "x": 2, ', 1)
    return text.encode(choose.choice(("utf-8",) * 20 + ("utf-16", "utf-8-sig")), "surrogatepass")


def mutate_json_lines(content: bytes, seeds: Sequence[bytes], choose: random.Random) -> bytes:
    """Edit one line of several JSON texts, or its bytes, repeat it or take it away.

    Args:
        content: of the file.
        seeds: contents of other files.
        choose: source of all choices.
    """
    lines = content.splitlines(keepends=True)
    place = choose.randrange(len(lines))
    edited = choose.choice((mutate_json, mutate_json, mutate_bytes))(lines[place], lines, choose)
    lines[place : place + 1] = choose.choice(([edited + b"\n"], [edited], [lines[place]] * 2, []))
    return b"".join(lines)


def _edit_value(value: Any, choose: random.Random) -> Any:
    """Edit a part of a value, or replace all of it."""
    if not isinstance(value, dict | list) or not value or choose.random() < 0.02:
        return copy.deepcopy(choose.choice(VALUES))
    edit_part(value, choose)
    return value


def edit_part(value: Any, choose: random.Random) -> None:
    """Replace, remove, rename or repeat one part of a value, in place.

    Args:
        value: dict or list of plain values, not empty.
        choose: source of all choices.
    """
    new = copy.deepcopy(choose.choice(VALUES))
    places = [path for path in _places(value) if path]
    *path, last = choose.choice(places)
    part = value
    for key in path:
        part = part[key]
    kind = choose.randrange(10)
    if kind == 0:
        del part[last]
    elif kind == 1 and isinstance(part, dict):
        part[choose.choice((str(last) * 2, "new", *TEXTS))] = part.pop(last)
    elif kind == 2:
        part[last] = [part[last]] * choose.choice((1, 2, 30))
    elif kind == 3 and isinstance(part, list):
        part.insert(last, new)
    elif kind == 4:  # the value of another place, whose type is often the right one
        *path, other = choose.choice(places)
        source = value
        for key in path:
            source = source[key]
        part[last] = copy.deepcopy(source[other]) if len(places) < 500 and source is part else new
    else:
        part[last] = new


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else ()
    for key, item in enumerate(value) if isinstance(value, list) else items:
        yield from _places(item, (*path, key))


def mutate_csv(content: bytes, seeds: Sequence[bytes], choose: random.Random) -> bytes:
    """Edit cells, lines, columns, separators, quotes, line ends or the encoding of a table.

    Args:
        content: of the file.
        seeds: contents of other tables.
        choose: source of all choices.
    """
    rows = [line.split(",") for line in content.decode("utf-8", "replace").splitlines()]
    separator, end = ",", "\n"
    for _ in range(choose.choice((1, 1, 2, 4))):
        row = choose.choice(rows) if rows else []
        kind = choose.randrange(12)
        if kind <= 4 and row:
            cell = choose.randrange(len(row))
            row[cell] = choose.choice(TEXTS) if kind else row[cell] + choose.choice(TEXTS)
        elif kind == 5:
            rows.insert(choose.randrange(len(rows) + 1), list(row))
        elif kind == 6:
            row.append(choose.choice(TEXTS))
        elif kind == 7 and len(row) > 1:
            del row[choose.randrange(len(row))]
        elif kind == 8:
            separator = choose.choice((";", "\t", ", ", "|", "::"))
        elif kind == 9:
            end = choose.choice(("\r", "\r\n", "\n\n", " \n", "\x85", "\u2028", "\x0b"))
        elif kind == 10 and rows:
            column = choose.randrange(max(1, len(rows[0])))
            for other in rows:
                del other[column : column + 1]
        elif row:
            row[0] = choose.choice(('"', "sep=", "sep=;", "#", "'")) + row[0]
    text = end.join(separator.join(row) for row in rows) + choose.choice((end, ""))
    coding = choose.choice(("utf-8",) * 10 + ("utf-16", "utf-8-sig", "utf-16-le", "utf-7"))
    return text.encode(coding, "surrogatepass")
