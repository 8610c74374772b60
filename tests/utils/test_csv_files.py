"""Delimited text in the forms that spreadsheets and eye trackers write."""

import csv
import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salzoo import InputError
from salzoo.utils.csv_files import is_missing, parse_numbers, read_csv

VALUES = st.text("abc1.;,\t\"' \u00e9", max_size=5).map(str.strip)


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


@given(
    st.lists(st.lists(VALUES, min_size=3, max_size=3), min_size=1, max_size=4),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_python_writes_is_read(tmp_path, rows, separator, end, encoding, named):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["image", "x", "y"], *rows])
    content = (f"sep={separator}{end}" if named else "") + text.getvalue()
    found = read_csv(write(tmp_path / "a.csv", content.encode(encoding)))
    assert found.names == ["image", "x", "y"] and found.separator == separator
    filled = [number for number, row in enumerate(rows) if any(row)]
    assert found.rows == [rows[number] for number in filled]
    assert found.lines == [number + (3 if named else 2) for number in filled]


def test_quotes_after_spaces_and_short_lines(tmp_path):
    path = write(tmp_path / "a.csv", '\n"a" , "b;c" , d\n "1", "2, 3" ,4\n\n5\n')
    found = read_csv(path)
    assert found.names == ["a", "b;c", "d"]
    assert found.rows == [["1", "2, 3", "4"], ["5", "", ""]] and found.lines == [3, 5]
    assert read_csv(write(tmp_path / "b.csv", "")).names == []


@pytest.mark.parametrize("line", ["sep=|", '"sep=|"', "SEP=| "])
def test_the_separator_of_excel(tmp_path, line):
    found = read_csv(write(tmp_path / "a.csv", f"{line}\r\na|b,c\r\n1|2\r\n"))
    assert found.names == ["a", "b,c"] and found.rows == [["1", "2"]] and found.lines == [3]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2,3\n", "has 3 values in line 2, but 2 columns; put texts that contain the"),
        ('a,b\n1,2\n\n"1,2\n3,4\n', "has a quote that is not closed, in line 3 or below"),
        ('"a', "has a quote that is not closed, in line 1 or below"),
        (b"a\xff", "is not UTF-8 text; save it as 'CSV UTF-8'"),
        ("a,b\n1,2\n".encode("utf-16-le"), "is not UTF-8 text"),
        ('a\n"' + "b" * 200_000, "is not a readable CSV file"),
    ],
)
def test_files_that_are_none(tmp_path, content, message):
    path = write(tmp_path / "a.csv", content)
    with pytest.raises(InputError, match=message) as caught:
        read_csv(path)
    assert str(caught.value).startswith(path)


def test_numbers():
    def numbers(texts, separator=","):
        return parse_numbers(texts, separator).tolist()

    assert numbers(["1.5", "-2", "1e3", ".5"]) == [1.5, -2, 1000, 0.5]
    assert np.isnan(parse_numbers(["1,5", "1_0", "inf", "-inf", "", ".", "z"], ",")).all()
    for separator in ";\t|":
        assert numbers(["1,5", "-2", ",5"], separator) == [1.5, -2, 0.5]
        found = parse_numbers(["1,234", "7.5", "1.234,5"], separator)  # thousands
        np.testing.assert_array_equal(found, [np.nan, 7.5, np.nan])
        assert numbers(["1,5"], separator) == [1.5]
    np.testing.assert_array_equal(parse_numbers(["1,5", "."], ";"), [1.5, np.nan])
    assert parse_numbers([], ",").shape == (0,)


def test_missing_values():
    assert all(map(is_missing, ["", ".", "-", "NaN", "nan", "NA", "N/A", "null", "None", "<NA>"]))
    assert not any(map(is_missing, ["0", "z", "-1", "inf", "..", "no"]))
