"""Which lines of a table are fixations."""

import logging

import pytest

from salzoo import InputError
from salzoo.data.datasets._formats.checks import ProblemCollector
from salzoo.data.datasets._formats.fixation_rows import Columns, read_fixations

IMAGES = {"a": "images/a.png", "b": "images/b.png"}


def read(tmp_path, text, **columns):
    """Return {stem: points as a list} and the problems."""
    checks = ProblemCollector("folder")
    path = tmp_path / "fixations.csv"
    path.write_text(text)
    found = read_fixations(str(path), Columns(**columns), IMAGES, checks)
    points = {stem: own.fixations.points.tolist() for stem, own in (found or {}).items()}
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
    assert read(tmp_path, "image,x,y\n,3,4\n")[1] == ["has no image in any of its lines; add them."]


def test_other_texts_are_problems(tmp_path):
    points, problems = read(tmp_path, "image,x,y\na,1,2\na,?,2\nb,,\n")
    assert points == {"a": [[1, 2]]}
    assert problems == ["has x '?' in line 3, which is no number; correct or delete it."]
    assert read(tmp_path, "image,x,y\na,.,\n")[1] == [
        "has no x and y in any of its lines; add them."
    ]


def test_decimal_commas_and_columns_of_equal_names(tmp_path):
    assert read(tmp_path, "sep=;\nimage;x;y\na;1,5;2\n") == ({"a": [[1.5, 2]]}, [])
    assert read(tmp_path, "image,x,y,note,Note\na,1,2,3,4\n") == ({"a": [[1, 2]]}, [])
    points, problems = read(tmp_path, "image,x,y,duration,Duration\na,1,2,3,4\n")
    assert not points and problems == ["has two columns 'duration'; rename or remove one."]


SAMPLES = """image,x,y,type,index,observer,timestamp
a,1,2,Fixation,1,P1,5
a,3,4,Fixation,1,P1,6
a,,,,,P1,7
a,5,6,fixation,1,P1,8
a,9,9,Saccade,1,P1,9
a,9,9,Unclassified,,P1,10
a,7,8,Fixation,2,P1,11
a,0,1,Fixation,2,P2,1
b,0,1,Fixation,2,P2,2
b,2,3,Fixation,3,P2,3
"""


def test_successive_lines_of_one_number_are_one_fixation(tmp_path):
    found, problems = read(tmp_path, SAMPLES, fixation="index", only="type=Fixation")
    assert problems == []
    assert found == {"a": [[3, 4], [7, 8], [0, 1]], "b": [[0, 1], [2, 3]]}


def test_lines_without_a_number_are_left_out_and_counted(tmp_path, caplog):
    found, _ = read(tmp_path, SAMPLES, fixation="index")
    assert "left out 1 line without a fixation's number" in caplog.text
    assert found["b"] == [[0, 1], [2, 3]]


def test_only_some_lines(tmp_path):
    found, _ = read(tmp_path, SAMPLES, only=" TYPE = saccade")
    assert found == {"a": [[9, 9]]}
    assert read(tmp_path, SAMPLES, only="type=Blink")[1] == [
        "has no line with type 'Blink' but '', 'Fixation', 'Saccade', 'Unclassified', 'fixation'; "
        "correct only=."
    ]
    (problem,) = read(tmp_path, SAMPLES, only="kind=Fixation")[1]
    assert problem.startswith("has no column 'kind' but")
    with pytest.raises(InputError, match="only=Fixation: write COLUMN=VALUE"):
        read(tmp_path, SAMPLES, only="Fixation")
