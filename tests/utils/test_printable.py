"""Names that would move a cursor or be computed by a spreadsheet."""

import csv
import io
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salzoo.utils.printable import original_text, printable, write_rows
from salzoo.utils.table import Table


def test_control_characters_are_escaped_and_letters_stay():
    assert printable("a\x1b[2Jb\rc\n") == "a\\x1b[2Jb\\rc\\n"
    assert printable("a\nb", keep="\n") == "a\nb"
    assert printable("évil\u202egpj.exe") == "évil\\u202egpj.exe"
    assert printable("\udcff.jpg") == "\\udcff.jpg"
    assert printable("日本 🏳️‍🌈.jpg") == "日本 🏳️‍🌈.jpg"


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text):
    categories = {unicodedata.category(character) for character in printable(text)}
    assert not categories & {"Cc", "Cs", "Zl", "Zp"}


def rows_of(text):
    file = io.StringIO()
    write_rows(file, [[text, 1.5, -2]])
    return next(csv.reader(io.StringIO(file.getvalue(), newline="")))


@pytest.mark.parametrize("name", ["=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "'=1"])
def test_formulas_become_texts(name):
    assert rows_of(name) == [f"'{name}", "1.5", "-2"]


@pytest.mark.parametrize("text", ["-1.5", "+0.2", "-", "1e-5", "-1e+20", "a=b", "it's", ""])
def test_numbers_and_usual_names_stay(text):
    assert rows_of(text)[0] == text


@given(st.text().filter(lambda text: "\x00" not in text))
@example("''=1")
def test_texts_can_be_read_again(text):
    written = rows_of(text)[0]
    assert original_text(written) == text
    assert not written.startswith(("=", "@"))


def test_names_in_tables_are_printable():
    table = Table("a\x1b]0;title\x07", ["", "CC"], [["my\nmodel", "1.0"]], notes=["\x9b31m"])
    assert table.text() == "a\\x1b]0;title\\x07\n             CC\nmy\\nmodel   1.0\n\\x9b31m"
    assert "\x1b" not in table.markdown() and "my model" in table.markdown()
