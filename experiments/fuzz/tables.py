"""Readers of tables: fixations, splits and regions."""

import json

import numpy as np

from experiments.fuzz import texts
from experiments.fuzz.reader import Reader
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.fixation_rows import Columns, read_fixations
from salzoo.data.datasets._formats.fixation_table import read_splits
from salzoo.prediction.attention.box_files import BoxFile

TABLE = "image,observer,x,y,timestamp,duration\n" + "".join(
    f"images/{n % 3}.jpg,{'ab'[n % 2]},{n * 7.5},{n * 3},{n * 100},{180 + n}\n" for n in range(12)
)
SPLITS = "image,split\n0,train\n1.jpg,val\nimages/2.jpg,test\n"
BOXES = 'name,x,y,width,height,image\nhead,1,2,30,40,a.jpg\n"red, car",0.5,2,10,12.5,\n'
STEMS = {"0": "images/0.jpg", "1": "images/1.jpg", "2": "images/2.jpg"}


def readers() -> list[Reader]:
    tables = {"a.csv": TABLE.encode(), "b.csv": TABLE.replace(",", ";").encode("utf-16")}
    boxes = {"a.csv": BOXES.encode()}
    listed = [{"name": "head", "x": 1, "y": 2.5, "width": 30, "height": 40, "image": "a.jpg"}]
    edits = (texts.mutate_csv,) * 3
    return [
        Reader("fixations.csv", "fixations.csv", tables, _fixations, edits),
        Reader("splits.csv", "splits.csv", {"a.csv": SPLITS.encode()}, _splits, edits),
        Reader("regions.csv", "regions.csv", boxes, _boxes, edits),
        Reader(
            "regions.json",
            "regions.json",
            {"a.json": json.dumps(listed * 2).encode()},
            _boxes,
            (texts.mutate_json,) * 3,
        ),
    ]


def _fixations(path: str) -> None:
    for columns in (Columns(), Columns(fixation="observer", only="observer=a")):
        found = read_fixations(path, columns, STEMS, FileChecker("folder"))
        for stem, trial in (found or {}).items():
            points = trial.fixations.points
            assert stem in STEMS and points.shape[1] == 2 and np.isfinite(points).all()
            assert len(trial.lines) == len(points)


def _splits(path: str) -> None:
    found = read_splits(path, STEMS, STEMS, FileChecker("folder"))
    assert set(found) <= set(STEMS) and set(found.values()) <= {"train", "val", "test"}


def _boxes(path: str) -> None:
    for box in BoxFile(path).of("a.jpg", 60, 80):
        assert isinstance(box.name, str) and np.isfinite(box[1:]).all()
        assert box.width > 0 and box.height > 0
