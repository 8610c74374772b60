"""Which lines of a table are fixations."""

import logging

import pytest

from salzoo.data.datasets._formats.checks import ProblemCollector
from salzoo.data.datasets._formats.fixation_rows import read_fixations

IMAGES = {"a": "images/a.png", "b": "images/b.png"}
COLUMNS, OPTIONAL = ("image", "x", "y"), ("observer", "timestamp", "duration")


def read(tmp_path, text):
    """Return {stem: points as a list} and the problems."""
    checks = ProblemCollector("folder")
    path = tmp_path / "fixations.csv"
    path.write_text(text)
    found = read_fixations(str(path), COLUMNS, OPTIONAL, IMAGES, checks)
    points = {stem: own.points.tolist() for stem, own in (found or {}).items()}
    return points, [sentence for _, sentence in checks.problems]


@pytest.mark.parametrize("nothing", ["", ".", "NaN", "nan", "NA", "-", "None"])
def test_lines_without_coordinates_are_left_out_and_counted(tmp_path, caplog, nothing):
    rows = ["a,1,2", f"a,{nothing},{nothing}", f"b,{nothing},7", f",5,{nothing}", "b,3,4"]
    with caplog.at_level(logging.WARNING, "salzoo"):
        found = read(tmp_path, "\n".join(["image,x,y", *rows]))
    assert found == ({"a": [[1, 2]], "b": [[3, 4]]}, [])
    assert [record.getMessage() for record in caplog.records] == [
        "folder: left out 3 lines without x and y"
    ]


def test_what_the_left_out_lines_hold_does_not_matter(tmp_path, caplog):
    text = "image,x,y,timestamp,duration\na,1,2,0,9\nmenu,,,then,none\n"
    assert read(tmp_path, text) == ({"a": [[1, 2]]}, [])
    assert "left out 1 line without" in caplog.text


def test_lines_between_images_are_left_out_and_counted(tmp_path, caplog):
    assert read(tmp_path, "image,x,y\na,1,2\n,3,4\n.,5,6\n,,\n") == ({"a": [[1, 2]]}, [])
    assert "left out 2 lines without an image" in caplog.text
    assert "without x and y" not in caplog.text  # an empty line is none
    assert read(tmp_path, "image,x,y\n,3,4\n")[1] == [
        "has no image in any of its 1 lines; add them."
    ]


def test_other_texts_are_problems(tmp_path):
    points, problems = read(tmp_path, "image,x,y\na,1,2\na,?,2\nb,,\n")
    assert points == {"a": [[1, 2]]}
    assert problems == ["has x '?' in line 3, which is no number; correct or delete it."]
    assert read(tmp_path, "image,x,y\na,.,\n")[1] == [
        "has no x and y in any of its 1 lines; add them."
    ]


def test_decimal_commas_and_columns_of_equal_names(tmp_path):
    assert read(tmp_path, "sep=;\nimage;x;y\na;1,5;2\n") == ({"a": [[1.5, 2]]}, [])
    assert read(tmp_path, "image,x,y,note,Note\na,1,2,3,4\n") == ({"a": [[1, 2]]}, [])
    points, problems = read(tmp_path, "image,x,y,duration,Duration\na,1,2,3,4\n")
    assert not points and problems == ["has two columns 'duration'; rename or remove one."]
