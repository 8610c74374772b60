"""Texts of the command line as values."""

import argparse

import pytest

from salzoo.cli import parsers


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (parsers.parse_size, "240x320", (240, 320)),
        (parsers.parse_size, "240X320", (240, 320)),
        (parsers.whole_number(1), "3", 3),
        (parsers.whole_number(0, 5), "5", 5),
        (parsers.number(0, 180), "7.5", 7.5),
        (parsers.parse_positive, "1e-4", 1e-4),
        (parsers.parse_sigma, "24", 24.0),
        (parsers.parse_seed, "0", 0),
        (parsers.parse_weights, "1,2.5", (1.0, 2.5)),
        (parsers.parse_names, "mit, tuebingen", ["mit", "tuebingen"]),
        (parsers.parse_aspect, "16:9", 16 / 9),
        (parsers.parse_aspect, "4x5", 0.8),
    ],
)
def test_values(parse, text, value):
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (parsers.parse_size, "240", "'240' is not ROWSxCOLUMNS"),
        (parsers.parse_size, "0x320", "'0x320' is not ROWSxCOLUMNS"),
        (parsers.whole_number(1), "0", "'0' is not a whole number of 1 or more"),
        (parsers.whole_number(1), "1.5", "'1.5' is not a whole number of 1 or more"),
        (parsers.number(0, 180), "181", "'181' is not a number of 0 to 180"),
        (parsers.parse_size, "²x3", "is not ROWSxCOLUMNS"),
        (parsers.parse_size, "9" * 5000 + "x3", "is not ROWSxCOLUMNS"),
        (parsers.whole_number(1), "1_0", "'1_0' is not a whole number"),
        (parsers.whole_number(1), "9" * 5000, "is not a whole number"),
        (parsers.number(0), "1_0", "'1_0' is not a number"),
        (parsers.number(0), "inf", "'inf' is not a number of 0 or more"),
        (parsers.number(0), "nan", "'nan' is not a number of 0 or more"),
        (parsers.parse_positive, "0", "above 0"),
        (parsers.parse_sigma, "0", "'0' is not a number of 0.1 to 1000"),
        (parsers.parse_seed, "-1", "'-1' is not a whole number of 0 to 4294967295"),
        (parsers.parse_weights, "1,0", "above 0"),
        (parsers.parse_names, "a,,b", "'a,,b' is not a list like a,b"),
        (parsers.parse_aspect, "1_6:9", "'1_6:9' is no shape like 16:9"),
        (parsers.parse_aspect, "wide", "'wide' is no shape like 16:9"),
    ],
)
def test_unusable_values(parse, text, message):
    with pytest.raises(argparse.ArgumentTypeError) as caught:
        parse(text)
    assert message in str(caught.value)
