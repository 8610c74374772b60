"""Evaluations of a dataset by name: what is read, and what is refused before any work."""

import os
import sys
from collections import Counter

import pytest

from salzoo.data.dataset import open_dataset
from salzoo.evaluation import evaluate
from salzoo.evaluation.measured_data import load_data
from salzoo.utils.errors import InputError
from tests.data.datasets.layouts import fixatons
from tests.evaluation.small import make_folder

# Number of times that Python opened each file below the folders in WATCHED.
OPENS: Counter = Counter()
WATCHED: list[str] = []


def count_opens(event, arguments):
    if event == "open" and WATCHED and str(arguments[0]).startswith(tuple(WATCHED)):
        OPENS[os.path.relpath(str(arguments[0]), WATCHED[0])] += 1


@pytest.fixture
def root(tmp_path):
    return make_folder(tmp_path / "folder")


def red(image):
    return image[..., 0]


def test_an_evaluation_reads_its_dataset_once(root, tmp_path):
    """An image that is not evaluated is opened at most once, and the fixations once."""
    sys.addaudithook(count_opens)  # stays until Python ends
    WATCHED.append(str(root))
    try:
        evaluation = evaluate(
            red,
            "folder",
            root,
            task="fixations",
            convention="all",
            baselines="all",
            limit=2,
            jobs=1,
            out=tmp_path / "out",
            quiet=True,
        )
    finally:
        WATCHED.clear()
    opens = {os.path.basename(path): n for path, n in OPENS.items() if "masks" not in path}
    evaluated = {os.path.basename(image) for image in evaluation.images}
    others = {f"{number:02d}.png" for number in range(12)} - evaluated
    assert len(evaluated) == 2 and all(opens[name] > 1 for name in evaluated)
    assert {name: count for name, count in opens.items() if name in others and count > 1} == {}
    assert opens["fixations.csv"] == 1
    masks = {path: n for path, n in OPENS.items() if "masks" in path}
    assert max(masks.values(), default=0) <= 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metrics": "NSSS"}, "no metric of fixations 'NSSS'"),
        ({"metrics": "KLD", "convention": "salicon"}, "take `convention` mit or tuebingen"),
        ({"convention": "mit", "compare": True}, "`compare` takes all conventions"),
        ({"baselines": "GBVZ"}, "no baseline for fixations 'GBVZ'"),
        ({"name": "a,b"}, "`name`: 2 names for 1 models"),
        ({"sigma": 0}, "`sigma` 0"),
        ({"jobs": 0}, "`jobs` 0"),
        ({"metrics": "NSS,"}, "'NSS,' is not a list like a,b"),
    ],
)
def test_mistakes_are_refused_before_any_map_is_made(root, tmp_path, arguments, message):
    def never(image):
        raise AssertionError("a map was made")

    out = tmp_path / "out"
    with pytest.raises(InputError) as caught:
        evaluate(never, "folder", root, task="fixations", out=out, **arguments)
    assert message in str(caught.value)
    assert not out.exists()


def test_a_part_of_a_dataset_can_be_evaluated_as_a_whole(tmp_path):
    """Its protocol would shuffle all images of the dataset, of which two are there."""
    fixatons.make(str(tmp_path))
    dataset = open_dataset("mit1003", tmp_path)
    data = load_data(dataset, "all")
    assert len(data.samples) == 2 and data.training == []
    with pytest.raises(InputError, match="its shuffle would give other splits"):
        load_data(dataset, "val")
