"""JSON files that salzoo writes and reads back, whoever edited them meanwhile.

Reading checks everything before a value is used: `read_json` the file and its syntax,
`make_record` names and types by the fields of a dataclass. Ranges and known names are checked
by who knows them.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import json
import math
import os
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from salzoo.utils.errors import InputError, shorten, unknown_name
from salzoo.utils.files import whole_file
from salzoo.utils.regular_files import read_text

Path = str | os.PathLike[str]
Record = TypeVar("Record")

SIZE_LIMIT = 16 * 2**20
DEPTH_LIMIT = 20
# Of 64 bits; a longer number is no count, seed or size.
DIGITS_LIMIT = 20


def write_json(path: Path, value: object) -> None:
    """Write a JSON file, completely or not at all.

    Args:
        path: of the file.
        value: what `json.dump` accepts.
    """
    with whole_file(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2)
        file.write("\n")


def read_json(path: Path, limit: int = SIZE_LIMIT) -> Any:
    """Read a JSON file.

    Args:
        path: of the file.
        limit: largest size in bytes.

    Returns:
        Its value, plain and finite.

    Raises:
        InputError: it is no regular file, too large, or not JSON; see `parse_json`.
    """
    return parse_json(read_text(path, limit), os.fspath(path))


def parse_json(text: str, where: str, allow_nan: bool = False) -> Any:
    """Parse JSON.

    Args:
        text: of one value.
        where: it comes from, for the message.
        allow_nan: whether NaN and infinity are values.

    Raises:
        InputError: it is no JSON, has a name twice, values nested too deeply, or numbers that
            are not finite or absurdly long.
    """
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_int=_whole,
            parse_float=float if allow_nan else _finite,
            parse_constant=None if allow_nan else _refuse_constant,
        )
        _check_depth(value, DEPTH_LIMIT)
    except RecursionError:
        raise InputError(f"{where} is not JSON that salzoo wrote (nested too deeply).") from None
    except ValueError as error:
        raise InputError(f"{where} is not JSON that salzoo wrote ({error}).") from None
    return value


def make_record(kind: type[Record], fields: object, where: str) -> Record:
    """Make a dataclass of a JSON value.

    Args:
        kind: the dataclass. Its fields are bool, int, float, str, None, Any, dicts with names,
            lists, tuples, dataclasses, or unions of these.
        fields: the value.
        where: it comes from, for the message.

    Returns:
        The dataclass, whose values have the types of its fields.

    Raises:
        InputError: the value is no object, lacks a field, has another one, or one of another
            type.
    """
    return _converted(kind, fields, _Place(where))


def check_type(annotation: Any, value: object, where: str, key: str) -> Any:
    """Return a JSON value in the type of an annotation, as for a field of `make_record`.

    Args:
        annotation: the type.
        value: the value.
        where: it comes from, for the message.
        key: name of the value, for the message.

    Raises:
        InputError: it is of another type.
    """
    return _converted(annotation, value, _Place(where, key))


@dataclasses.dataclass(frozen=True)
class _Place:
    """A value in a file: the file and the names that lead to it."""

    where: str
    key: str = ""

    def below(self, name: str | int) -> _Place:
        part = f"[{name}]" if isinstance(name, int) else shorten(name)
        dot = "." if self.key and isinstance(name, str) else ""
        return _Place(self.where, f"{self.key}{dot}{part}")

    def error(self, value: object, expected: str) -> InputError:
        key = f"{self.key} " if self.key else ""
        return InputError(
            f"{self.where} is damaged: {key}{shorten(json.dumps(value))} is not {expected}."
        )


def _converted(annotation: Any, value: object, place: _Place) -> Any:
    """Return a value in the type of an annotation."""
    if annotation is Any:
        return value
    if annotation is None:  # as within dict[str, None]
        annotation = type(None)
    if annotation in _PLAIN:
        return _plain(annotation, value, place)
    if dataclasses.is_dataclass(annotation):
        return _of_fields(annotation, value, place)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _of_union(arguments, value, place)
    if origin in (dict, Mapping):
        if not isinstance(value, dict):
            raise place.error(value, "an object")
        return {
            name: _converted(arguments[1], item, place.below(name)) for name, item in value.items()
        }
    if not isinstance(value, list):
        raise place.error(value, "a list")
    kinds = arguments
    if origin is list or arguments[1:] == (...,):
        kinds = (arguments[0],) * len(value)
    if len(kinds) != len(value):
        raise place.error(value, f"a list of {len(kinds)}")
    items = (
        _converted(kind, item, place.below(number))
        for number, (kind, item) in enumerate(zip(kinds, value, strict=True))
    )
    return origin(items)


_PLAIN = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    type(None): "null",
}


def _plain(kind: type, value: object, place: _Place) -> Any:
    accepted = (int, float) if kind is float else kind
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
        raise place.error(value, _PLAIN[kind])
    return value  # 2 is a number like 2.0, and stays as it was written


def _of_union(kinds: tuple[Any, ...], value: object, place: _Place) -> Any:
    errors = []
    for kind in kinds:
        try:
            return _converted(kind, value, place)
        except InputError as error:
            errors.append(error)
    raise errors[0]  # `text | None` lacks the text


def _of_fields(kind: Any, value: object, place: _Place) -> Any:
    if not isinstance(value, dict):
        raise place.error(value, "an object")
    hints = _hints(kind)
    own = {field.name: field for field in dataclasses.fields(kind) if field.init}
    for name in value:
        if name not in own:
            raise InputError(f"{place.where} is damaged: {_unknown_field(name, own)}")
    for name, field in own.items():
        required = (
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        )
        if required and name not in value:
            raise InputError(f"{place.where} is damaged: it has no {place.below(name).key}.")
    return kind(
        **{name: _converted(hints[name], item, place.below(name)) for name, item in value.items()}
    )


def _unknown_field(name: str, known: Iterable[str]) -> str:
    """Describe a field that does not exist.

    Its name is shown only if it may be a typing error: the file may be a link to another one,
    whose content does not belong into a message.
    """
    if difflib.get_close_matches(shorten(name), known, n=1):
        return str(unknown_name("field", name, known))
    return f"it has an unknown field; known: {', '.join(sorted(known))}."


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{shorten(twice)} stands there twice")
    return dict(pairs)


def _whole(text: str) -> int:
    if len(text) > DIGITS_LIMIT:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{shorten(text)} is no finite number")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no finite number")


def _check_depth(value: object, left: int) -> None:
    if left < 0:
        raise RecursionError
    items: Any = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list):
        for item in items:
            _check_depth(item, left - 1)
