"""Readers of JSON, and of what is read with it."""

import dataclasses
import json
import os
import pathlib
import tempfile
from typing import Any

import numpy as np

from experiments.fuzz import packed, texts
from experiments.fuzz.reader import Reader
from salzoo.evaluation import Evaluation
from salzoo.evaluation.journal import Journal
from salzoo.models import model_record
from salzoo.prediction.attention.calibration import read_calibrations
from salzoo.prediction.cards import read_card, read_metrics
from salzoo.training.config import new_config, read_config
from salzoo.utils.json_files import read_json
from salzoo.utils.task import Task


def readers() -> list[Reader]:
    configs = [new_config({"model": "msinet_lite"}), new_config({"model": "sam_vgg", "seed": 3})]
    run = {f"{n}.json": _dump(dataclasses.asdict(config)) for n, config in enumerate(configs)}
    means = {"title": "t", "convention": "mit", "means": {"msinet": {"NSS": 1.5, "CC": None}}}
    edits = (texts.mutate_json,) * 4
    files = _evaluation_files()
    summary, scores = files["evaluation.json"], files["scores.csv"]
    curves = files["curves.npz"]
    rest = {name: content for name, content in files.items() if name != "evaluation.json"}
    journal, lines = _journal()
    return [
        Reader("any.json", "any.json", {**run, "2.json": summary}, read_json, edits),
        Reader("config.json", "config.json", run, _config, edits),
        Reader("card.json", "assets/card.json", {"a.json": _dump(_card())}, _read_card, edits),
        Reader("metrics.json", "metrics.json", {"a.json": _dump(means)}, _metrics, edits),
        Reader("shares.json", "shares.json", {"a.json": _dump(_shares())}, _read_shares, edits),
        Reader("evaluation.json", "evaluation.json", {"a.json": summary}, _evaluation, edits, rest),
        Reader(
            "scores.csv",
            "scores.csv",
            {"a.csv": scores},
            _evaluation,
            (texts.mutate_csv,) * 3,
            {"evaluation.json": summary, "curves.npz": curves},
        ),
        Reader(
            "curves.npz",
            "curves.npz",
            {"a.npz": curves},
            _evaluation,
            (packed.mutate_zip,) * 3,
            {"evaluation.json": summary, "scores.csv": scores},
        ),
        Reader(
            "journal",
            journal,
            {"a.jsonl": lines},
            _read_journal,
            (texts.mutate_json_lines,) * 3,
        ),
    ]


def _dump(value: object) -> bytes:
    return json.dumps(value, indent=1).encode()


def _config(path: str) -> None:
    config = read_config(os.path.dirname(path))
    # What a training asks of it first.
    assert isinstance(config.task, Task)
    assert config.geometry and config.augmentation


def _card() -> dict[str, Any]:
    return {
        **{"model": "msinet", "model_options": {"aspp": False}, "output": None, "paper": "Kroner"},
        **{"task": "fixations", "trained_on": "osie", "seed": 0},
        "metrics": {"title": "t", "convention": "mit", "means": {"msinet": {"NSS": 1.5}}},
        "recipe": {**dataclasses.asdict(model_record("msinet").recipe)},
        "geometry": {"fit_mode": "pad", "size": [240, 320], "size_multiple": 8}
        | {"padding_value": 126.0, "scale": 1.0},
        "post_processing": {"blur": 0.0, "divide_by_maximum": True},
        "export": {"salzoo": "0.2.0", "signatures": ["serving_default", "tensor"]},
    }


def _read_card(path: str) -> None:
    card = read_card(os.path.dirname(os.path.dirname(path)))
    json.dumps(card, allow_nan=False)


def _shares() -> list[dict[str, Any]]:
    known = {
        **{"fingerprint": ["0a", {"model": "msinet"}], "exponent": 1.05, "datasets": "osie"},
        **{"shares": [0.0, 0.1, 1.0], "low": [0.0, 0.02, 1.0], "high": [0.01, 0.2, 1.0]},
        **{"images": 50, "observers": [15, 15], "fixations": [80, 120]},
    }
    return [known, known | {"exponent": 1}]


def _read_shares(path: str) -> None:
    for known in read_calibrations(path):
        assert np.isfinite(known.correct(np.eye(3))).all()
        for share in (0.0, 0.05, 0.5, 1.0):
            low, high = known.interval(share)
            assert 0 <= low <= share <= high <= 1
        json.dumps(known.fingerprint, allow_nan=False)


def _metrics(path: str) -> None:
    for by_metric in read_metrics(path, "msinet")["means"].values():
        assert all(value is None or np.isfinite(value) for value in by_metric.values())


def _evaluation_files() -> dict[str, bytes]:
    """Return the files of an evaluation of masks, which has all three."""
    random = np.random.default_rng(0)
    models, images = ("constant", "mine, too"), ["a/1.jpg", "b, c/2.jpg", "=3.jpg"]
    curve = {
        name: random.random((3, 256)).astype("float32")
        for name in ("precision", "recall", "f", "e")
    }
    scores = {m: {"MAE": random.random(3), "maxF": np.array([0.1, np.nan, 1])} for m in models}
    evaluation = Evaluation(
        title="a title",
        task=Task.OBJECTS,
        dataset="ecssd",
        split="val",
        conventions=["pysod"],
        metrics=["MAE", "maxF"],
        images=images,
        categories=["a", None, "-b"],
        scores={"pysod": scores},
        curves={"pysod": {model: curve for model in models}},
        definitions={"pysod": {"MAE": "as it is"}},
        baselines=["constant"],
        notes=["A note."],
    )
    with tempfile.TemporaryDirectory() as folder:
        evaluation.write(folder)
        names = ("evaluation.json", "scores.csv", "curves.npz")
        return {name: pathlib.Path(folder, name).read_bytes() for name in names}


def _evaluation(path: str) -> None:
    evaluation = Evaluation.read(os.path.dirname(path))
    count = len(evaluation.images)
    assert count and len(evaluation.categories) == count
    for by_model in evaluation.scores.values():
        for values in by_model.values():
            assert all(v.shape == (count,) and v.dtype == np.float64 for v in values.values())
    evaluation.means()
    evaluation.table()


FINGERPRINT = {"models": {"mine": "0a"}, "settings": ["fixations", None, 3]}


def _journal() -> tuple[str, bytes]:
    """Return the name and the content of a journal."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(folder, FINGERPRINT)
        for number in range(4):
            journal.add(f"{number}.png", {"scores": {"NSS": number / 3, "CC": float("nan")}})
        journal.close()
        return os.path.basename(journal.path), pathlib.Path(journal.path).read_bytes()


def _read_journal(path: str) -> None:
    journal = Journal(os.path.dirname(path), FINGERPRINT)
    journal.close()
    assert all(isinstance(image, str) for image in journal.done)
    assert os.path.getsize(path) > 0  # its header
