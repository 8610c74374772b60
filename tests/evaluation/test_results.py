"""The result: means, undefined values, writing and reading."""

import csv
import json

import numpy as np
import pytest

from salzoo.evaluation import Evaluation
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task
from tests.edited_json import check_edits


@pytest.fixture
def evaluation():
    return Evaluation(
        title="a title",
        task=Task.FIXATIONS,
        dataset="osie",
        split="val",
        conventions=["mit", "salicon"],
        metrics=["NSS", "KLD"],
        images=["a/1.jpg", "a/2.jpg", "b, c/1.jpg"],
        categories=["a", "a", None],
        scores={
            "mit": {
                "uniform": {"NSS": np.full(3, np.nan), "KLD": np.array([2.0, 1.0, 1 / 3])},
                "mine": {"NSS": np.array([1.0, np.nan, 2.0]), "KLD": np.array([0.1, 0.2, np.inf])},
            },
            "salicon": {
                "uniform": {"NSS": np.zeros(3)},
                "mine": {"NSS": np.array([1.0, 4.0, 2.5])},
            },
        },
        definitions={"mit": {"NSS": "as it is"}},
        versions={"salzoo": "1"},
        notes=["One thing."],
        baselines=["uniform"],
    )


def test_means_leave_out_what_is_undefined(evaluation):
    means = evaluation.means()
    assert means["mit"]["mine"]["NSS"] == 1.5
    assert np.isnan(means["mit"]["uniform"]["NSS"])
    assert means["salicon"]["mine"] == {"NSS": 2.5}
    assert evaluation.undefined()["mit"]["mine"] == {"NSS": 1, "KLD": 0}


def test_the_table(evaluation):
    lines = evaluation.table().splitlines()
    assert lines[0] == "a title" and lines[1].split() == ["NSS", "KLD"]
    assert [line.split() for line in lines[2:6]] == [
        ["uniform", "mit", "-", "1.111"],
        ["uniform", "salicon", "0.000", "-"],
        ["mine", "mit", "1.500", "inf"],
        ["mine", "salicon", "2.500", "-"],
    ]
    assert lines[6:] == [
        "Undefined and left out of the mean: NSS of mine (mit) on 1 of 3 images.",
        "Undefined on all 3 images: NSS of uniform (mit).",
        "One thing.",
    ]


def test_written_and_read_it_is_the_same(evaluation, tmp_path):
    evaluation.write(tmp_path)
    again = Evaluation.read(tmp_path)
    assert again.table() == evaluation.table()
    for name in ("title", "images", "categories", "conventions", "metrics", "models", "notes"):
        assert getattr(again, name) == getattr(evaluation, name)
    for convention, by_model in evaluation.scores.items():
        for model, by_metric in by_model.items():
            assert again.scores[convention][model].keys() == by_metric.keys()
            for metric, values in by_metric.items():
                np.testing.assert_array_equal(again.scores[convention][model][metric], values)


def test_the_files(evaluation, tmp_path):
    evaluation.write(tmp_path)

    def refuse(name):
        raise AssertionError(f"{name} is no json")

    text = (tmp_path / "evaluation.json").read_text()
    summary = json.loads(text, parse_constant=refuse)
    assert summary["means"]["mit"]["uniform"]["NSS"] is None
    assert summary["undefined"]["mit"]["mine"]["NSS"] == 1 and summary["samples"] == 3
    low, high = summary["intervals"]["salicon"]["mine"]["NSS"]
    assert 1 <= low < 2.5 < high <= 4
    with open(tmp_path / "scores.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 2 * 3
    assert rows[5] == {
        "convention": "mit",
        "model": "mine",
        "image": "b, c/1.jpg",
        "category": "",
        "NSS": "2.0",
        "KLD": "inf",
    }
    assert rows[4]["NSS"] == "" and rows[-1]["KLD"] == ""


def test_curves_come_back(tmp_path):
    random = np.random.default_rng(0)
    curves = {name: random.random((2, 256), "float32") for name in ("precision", "recall", "f")}
    curves["e"] = curves["f"] / 2
    evaluation = Evaluation(
        title="",
        task=Task.OBJECTS,
        dataset="ecssd",
        split="test",
        conventions=["raw"],
        metrics=["MAE", "maxF"],
        images=["1", "2"],
        categories=[None, None],
        scores={"raw": {"m": {"MAE": np.array([0.1, 0.3]), "maxF": curves["f"].max(axis=1)}}},
        curves={"raw": {"m": curves}},
    )
    assert evaluation.means()["raw"]["m"]["maxF"] == pytest.approx(curves["f"].mean(0).max())
    evaluation.write(tmp_path)
    again = Evaluation.read(tmp_path)
    np.testing.assert_array_equal(again.curves["raw"]["m"]["e"], curves["e"])
    assert again.means() == evaluation.means()


def test_what_is_no_evaluation(evaluation, tmp_path):
    with pytest.raises(InputError, match="is not an evaluation: it has no evaluation.json"):
        Evaluation.read(tmp_path)
    evaluation.write(tmp_path)
    text = (tmp_path / "scores.csv").read_text().splitlines()
    (tmp_path / "scores.csv").write_text("\n".join(text[:-1]))
    with pytest.raises(InputError, match="damaged evaluation: .* no row salicon, mine, "):
        Evaluation.read(tmp_path)


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("a/1.jpg", "a/3.jpg", 1),
        lambda text: text.replace("mine,a/1.jpg", "uniform,a/1.jpg", 1),
        lambda text: text.replace("NSS", "CC"),
        lambda text: text + text.splitlines()[-1] + "\n",
        lambda text: text.replace("2.0", "two"),
        lambda text: text.replace("a/1.jpg", "x" * 200_000, 1),
        lambda text: "",
        lambda text: "\0" * 100,
    ],
)
def test_scores_that_do_not_fit_are_refused(evaluation, tmp_path, edit):
    evaluation.write(tmp_path)
    (tmp_path / "scores.csv").write_text(edit((tmp_path / "scores.csv").read_text()))
    with pytest.raises(InputError, match=r"holds a damaged evaluation: [^\n]*\.$"):
        Evaluation.read(tmp_path)


def test_an_edited_evaluation_works_or_is_refused(evaluation, tmp_path):
    evaluation.write(tmp_path)
    read = lambda: Evaluation.read(tmp_path).table()  # noqa: E731
    assert check_edits(read, tmp_path / "evaluation.json", 300) > 200
