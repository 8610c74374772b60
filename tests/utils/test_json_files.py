"""JSON files: what salzoo writes comes back, everything else is refused in a sentence."""

import dataclasses
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salzoo.utils.errors import InputError, shorten
from salzoo.utils.json_files import check_type, make_record, parse_json, read_json, write_json


@dataclasses.dataclass(frozen=True)
class Inner:
    size: tuple[int, int]
    rate: float = 0.5


@dataclasses.dataclass(frozen=True)
class Outer:
    name: str
    inner: Inner
    weights: tuple[float, ...] | None = None
    tags: list[str] = dataclasses.field(default_factory=list)
    options: dict[str, Any] = dataclasses.field(default_factory=dict)
    flag: bool = False


OUTER = Outer("a", Inner((1, 2), 0.25), (1.0, 2.0), ["x"], {"deep": [{"x": None}]}, True)


def test_a_record_comes_back(tmp_path):
    write_json(tmp_path / "file.json", dataclasses.asdict(OUTER))
    assert make_record(Outer, read_json(tmp_path / "file.json"), "file.json") == OUTER
    assert make_record(Outer, {"name": "b", "inner": {"size": [3, 4]}}, "") == Outer(
        "b", Inner((3, 4))
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": 3}, "f.json is damaged: name 3 is not a text."),
        ({"inner": {"size": [1, 2.5]}}, "f.json is damaged: inner.size[1] 2.5 is not a whole"),
        ({"inner": {"size": [1, True]}}, "inner.size[1] true is not a whole number."),
        ({"inner": {"size": [1, 2, 3]}}, "inner.size [1, 2, 3] is not a list of 2."),
        ({"inner": {"rate": 1}}, "f.json is damaged: it has no inner.size."),
        ({"inner": []}, "inner [] is not an object."),
        ({"weights": [1, "x"]}, 'weights[1] "x" is not a number.'),
        ({"tags": {"a": 1}}, 'tags {"a": 1} is not a list.'),
        ({"options": None}, "options null is not an object."),
        ({"flag": 1}, "flag 1 is not true or false."),
        ({"nam": 1}, "There is no field 'nam'; did you mean 'name'?"),
        ({"\x1b[31m" * 99: 1}, "f.json is damaged: it has an unknown field; known: "),
    ],
)
def test_another_type_is_named_with_its_place(change, message):
    with pytest.raises(InputError, match="^[^\n\x1b]{,300}$") as error:
        make_record(
            Outer, {**json.loads(json.dumps(dataclasses.asdict(OUTER))), **change}, "f.json"
        )
    assert message in str(error.value)


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "no", "[1,]", '{"a": 1, "a": 2}', "NaN", "[Infinity]", "-Infinity", "1e999"),
        *("1" * 5000, "[" * 100_000, "[" * 30 + "]" * 30, '{"a":' * 30 + "1" + "}" * 30),
    ],
)
def test_what_salzoo_never_writes_is_no_json(tmp_path, text):
    (tmp_path / "file.json").write_text(text)
    with pytest.raises(InputError, match=r"file.json is not JSON that salzoo wrote \([^\n]*\)\.$"):
        read_json(tmp_path / "file.json")


def test_not_a_number_where_it_is_a_value():
    assert math.isnan(parse_json('{"a": NaN}', "", allow_nan=True)["a"])
    assert parse_json("[Infinity]", "", allow_nan=True) == [math.inf]


def test_a_single_value():
    assert check_type(int | None, None, "", "") is None
    with pytest.raises(InputError, match="^file is damaged: versions.keras 3 is not a text"):
        check_type(dict[str, str] | None, {"keras": 3}, "file", "versions")


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_bytes(content)
    try:
        read_json(path)
    except InputError as error:
        assert "\n" not in str(error)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=3),
    lambda item: (
        st.lists(item, max_size=3) | st.dictionaries(st.text(max_size=3), item, max_size=3)
    ),
)


@given(st.fixed_dictionaries({}, optional={f.name: JSON for f in dataclasses.fields(Outer)}))
def test_a_record_has_the_types_of_its_fields_or_is_refused(fields):
    try:
        record = make_record(Outer, fields, "f")
    except InputError:
        return
    assert isinstance(record.name, str) and isinstance(record.inner, Inner)
    assert all(type(side) is int for side in record.inner.size) and len(record.inner.size) == 2
    assert record.weights is None or isinstance(record.weights, tuple)


def test_values_are_shortened_for_messages():
    assert shorten("a\nb\x1b\u202e") == "a\\nb\\x1b\\u202e"
    assert len(shorten("x" * 99)) == 60 and shorten(10**5000) == "that number"


def test_none_within_a_dict_is_a_type():
    kind = dict[str, None] | dict[str, float]
    assert check_type(kind, {"a": None}, "file", "x") == {"a": None}
    assert check_type(kind, {"a": 1.5}, "file", "x") == {"a": 1.5}
    for value in ([], [1], "text", {}):
        with pytest.raises(InputError, match="file is damaged: x"):
            check_type(kind, {"a": value}, "file", "x")
