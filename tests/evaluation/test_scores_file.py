"""scores.csv is read by the names in it."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salzoo.evaluation import Evaluation
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task


def made(curves=None):
    """Two models on images whose names sort in another way than they are given."""
    random = np.random.default_rng(0)
    images = ["=b.jpg", "a.jpg", "c/d.jpg"]
    metrics = ["MAE", "S"] if curves else ["NSS", "CC"]
    return Evaluation(
        title="",
        task=Task.OBJECTS if curves else Task.FIXATIONS,
        dataset="x",
        split="all",
        conventions=["first", "second"],
        metrics=metrics,
        images=images,
        categories=["k", None, None],
        scores={
            convention: {
                model: {metric: random.random(3) for metric in metrics}
                for model in ("uniform", "-mine")
            }
            for convention in ("first", "second")
        },
        curves=curves,
    )


def values(evaluation):
    return {
        (convention, model, metric, image): column[place]
        for convention, by_model in evaluation.scores.items()
        for model, by_metric in by_model.items()
        for metric, column in by_metric.items()
        for place, image in enumerate(evaluation.images)
    }


def rewritten(path, change):
    """Change the rows of a CSV file, as a spreadsheet would."""
    with open(path, newline="") as file:
        rows = change(list(csv.reader(file)))
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(rows)


@given(data=st.data())
def test_sorted_in_a_spreadsheet_it_is_the_same(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("evaluation")
    evaluation = made()
    evaluation.write(folder)
    columns = data.draw(st.permutations(range(6)))

    def change(rows):
        rows = [rows[0], *data.draw(st.permutations(rows[1:]))]
        return [[row[column] for column in columns] for row in rows]

    rewritten(folder / "scores.csv", change)
    again = Evaluation.read(folder)
    assert values(again) == values(evaluation)
    assert again.models == evaluation.models and again.conventions == evaluation.conventions
    assert dict(zip(again.images, again.categories, strict=True))["=b.jpg"] == "k"


def test_curves_follow_their_images(tmp_path):
    curves = {
        convention: {
            model: {
                name: np.full((3, 256), number, "float32") + np.float32([[0], [1], [2]])
                for name in ("precision", "recall", "f", "e")
            }
            for number, model in enumerate(("uniform", "-mine"))
        }
        for convention in ("first", "second")
    }
    made(curves).write(tmp_path)
    rewritten(tmp_path / "scores.csv", lambda rows: [rows[0], *reversed(rows[1:])])
    again = Evaluation.read(tmp_path)
    of_image = dict(zip(again.images, again.curves["second"]["-mine"]["f"][:, 0], strict=True))
    assert of_image == {"=b.jpg": 1, "a.jpg": 2, "c/d.jpg": 3}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows[:-1], "has no row second, -mine, c/d.jpg"),
        (lambda rows: [*rows, rows[-1]], "two rows second, -mine, c/d.jpg, in lines 13 and 14"),
        (lambda rows: [[*row[:5], ""] for row in rows], "one column CC, and has 0"),
        (lambda rows: [[*row, row[5]] for row in rows], "one column CC, and has 2"),
        (lambda rows: [rows[0], *([*row[:4], "x", "1"] for row in rows[1:])], "no number"),
        (lambda rows: [rows[0], *([*row[:4], "1_0", "1"] for row in rows[1:])], "is '1_0', which"),
        (lambda rows: [rows[0], *(row[:4] for row in rows[1:])], "line 2 has 4 values for 6"),
        (lambda rows: [*rows, ["third", *rows[-1][1:]]], "line 14: there should be no row third"),
        (lambda rows: [], "one column"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, change, message):
    made().write(tmp_path)
    rewritten(tmp_path / "scores.csv", change)
    with pytest.raises(InputError, match=message):
        Evaluation.read(tmp_path)


@pytest.mark.parametrize(
    ("row", "column"), [(0, 0), (0, 5), (1, 0), (1, 1), (1, 2), (1, 4), (2, 5)]
)
@pytest.mark.parametrize("text", ["x" * 5000, "1\n2", "\u2028", "1_0", "9" * 400, ""])
def test_messages_are_one_short_line(tmp_path, row, column, text):
    made().write(tmp_path)

    def change(rows):
        rows[row][column] += text
        return rows

    rewritten(tmp_path / "scores.csv", change)
    try:
        again = Evaluation.read(tmp_path)
        assert text in ("", "9" * 400, "\u2028") and values(again)  # the last is a space
    except InputError as error:
        message = str(error)
        assert len(message.splitlines()) == 1 and len(message) < 1000 and message.endswith(".")
