"""One table in every form."""

import html.parser

from hypothesis import given, settings
from hypothesis import strategies as st

from salzoo.utils.table import Table, format_interval, format_number, format_probability


def small(name="a|b"):
    return Table(
        "Title <1>",
        ["", "CC ↑", "KLD ↓"],
        [[name, ("0.500", "[0.4, 0.6]"), "-"], ["<model>", "1.000", "0.250"]],
        strong={(1, 1)},
        main={1},
        notes=["A note & more."],
    )


def test_text_is_in_columns_with_a_star_behind_what_stands_out():
    lines = small("first").text().splitlines()
    assert lines[0] == "Title <1>" and lines[-1] == "A note & more."
    assert [len(line) for line in lines[1:4]] == [len(lines[1])] * 3
    assert lines[3].split() == ["<model>", "1.000*", "0.250"]


def test_markdown_escapes_what_would_be_a_column_or_a_tag():
    lines = small().markdown().splitlines()
    assert lines[2] == "|  | CC ↑ | KLD ↓ |"
    assert lines[3] == "| --- | ---: | ---: |"
    assert lines[4] == "| a\\|b | 0.500 [0.4, 0.6] | - |"
    assert lines[5] == "| \\<model> | **1.000** | 0.250 |"


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=30).filter(lambda text: "\r" not in text))
def test_html_shows_any_name_as_it_is(name):
    seen = []
    parser = html.parser.HTMLParser()
    parser.handle_starttag = lambda tag, attributes: seen.append((tag, dict(attributes)))
    parser.handle_data = lambda data: seen.append(data)
    parser.feed(small(name).html())
    parser.close()
    tags = [item[0] for item in seen if isinstance(item, tuple)]
    assert set(tags) <= {
        "div",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "small",
        "p",
    }
    assert ("th", {"scope": "row"}) in seen
    data = "".join(item for item in seen if isinstance(item, str))
    assert name in data


def test_numbers_as_text():
    assert [format_number(0.12345), format_number(float("nan")), format_number(None)] == [
        "0.123",
        "-",
        "-",
    ]
    assert (
        format_number(0.5, signed=True) == "+0.500" and format_number(-0.5, signed=True) == "-0.500"
    )
    assert (
        format_interval(0.1, 0.2) == "[0.100, 0.200]" and format_interval(float("nan"), 1.0) == ""
    )
    assert [format_probability(p) for p in (0.0004, 0.04, float("nan"))] == [
        "< 0.001",
        "0.040",
        "-",
    ]
