"""Models that are evaluated on the dataset that they were not trained on."""

import os
import re
from functools import partial

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

import salzoo
from experiments import folds
from salzoo import cli
from salzoo.data.dataset import load_dataset
from salzoo.data.images import read_image
from salzoo.evaluation import measure
from salzoo.utils.task import Task
from tests.experiments.small_dataset import write_dataset


def look_at_light(pixels):
    """A model: more where it is bright."""
    return 1.0 + gaussian_filter(np.float64(pixels).mean(-1), 8)


class Few:
    """A few images in the place of a dataset; its test images must not be taken."""

    def __init__(self, folder):
        self.all = load_dataset("folder", folder)

    def samples(self, split):
        return {"train": self.all[:8], "val": self.all[8:]}[split]


@pytest.fixture
def called(monkeypatch, tmp_path):
    """The commands of trainings, as if each had done its work."""
    done, opened = [], []
    write_dataset(tmp_path / "few", 12)

    def call(command):
        done.append(command)
        os.makedirs(command[-1])
        for name in ("config.json", "metrics.json"):
            open(os.path.join(command[-1], name), "w").close()
        return 0

    def open_dataset(name, data_dir, protocol):
        opened.append((name, protocol))
        return Few(tmp_path / "few")

    monkeypatch.setattr(folds, "call", call)
    monkeypatch.setattr(folds, "measure", partial(measure, jobs=1, quiet=True))
    monkeypatch.setattr(folds, "load_tensorflow", lambda: None)
    monkeypatch.setattr(folds, "open_dataset", open_dataset)
    load = lambda run, tta: lambda pixels: look_at_light(pixels) + 99 * tta  # noqa: E731
    monkeypatch.setitem(vars(salzoo), "load_model", load)
    return done, opened


def test_three_folds(called, tmp_path, capsys):
    """Trained on two sets, evaluated on the third; nothing is done twice."""
    done, opened = called
    out = str(tmp_path / "out")
    arguments = ["msinet_lite", "--data_dir", "data", "--out", out, "--images", "5"]
    flags = ["--", "--epochs", "3", "--model_options", "priors=0"]
    assert folds.main([*arguments, *flags]) == 0
    trainings = [cli._parse(command[1:]) for command in done]
    assert [training.dataset for training in trainings] == [
        "nus_scene+eyecrowd",
        "osie+eyecrowd",
        "osie+nus_scene",
    ]
    assert {training.epochs for training in trainings} == {3}
    assert {training.protocol for training in trainings} == {"set_aside"}
    assert opened == [(name, "set_aside") for name in ("osie", "nus_scene", "eyecrowd")]
    table = capsys.readouterr().out
    lines = table.strip().splitlines()
    assert lines[-5].startswith("evaluated on") and "AUC" in lines[-5]
    assert lines[-4].startswith("osie, 5 images") and lines[-1].startswith("mean of the folds")
    # The same images in each fold: the mean of the folds is that of a fold.
    numbers = [re.findall(r"([0-9.]+) \[", line) for line in lines[-4:]]
    assert numbers[0] == numbers[1] == numbers[2] == numbers[3] and len(numbers[0]) == 5
    done.clear(), opened.clear()
    assert folds.main([*arguments, *flags]) == 0
    assert not done and not opened and capsys.readouterr().out.strip() == table.strip()
    # Other flags need another folder; test-time augmentation uses the same runs.
    assert folds.main(arguments) == 2
    assert "holds results of other arguments" in capsys.readouterr().err
    assert folds.main([*arguments, "--tta", *flags]) == 0
    assert not done and len(opened) == 3


def test_a_failed_training_ends_it(called, monkeypatch, tmp_path):
    monkeypatch.setattr(folds, "call", lambda command: 2)
    arguments = ["msinet_lite", "--data_dir", "data", "--out", str(tmp_path / "out")]
    assert folds.main(arguments) == 2
    assert os.listdir(tmp_path / "out") == ["folds.json"]


def test_folds_count_alike(tmp_path):
    """Folds of 12 and 8 images: the mean of their means, in an interval of their spread."""
    write_dataset(tmp_path / "few", 20)
    samples = load_dataset("folder", tmp_path / "few")
    model = {"light": lambda sample: look_at_light(read_image(sample.image_path))}
    options = {
        "task": Task.FIXATIONS,
        "conventions": ["tuebingen"],
        "metrics": list(folds.METRICS),
        "baselines": "none",
        "quiet": True,
        "jobs": 1,
    }
    parts = [measure(model, part, **options) for part in (samples[:12], samples[12:20])]
    means, low, high = folds.mean_of_folds(parts)
    for number, metric in enumerate(folds.METRICS):
        values = [part["light"][metric].values for part in parts]
        assert means[number] == pytest.approx((values[0].mean() + values[1].mean()) / 2)
        # The standard error of independent means.
        error = np.sqrt(sum(value.var() / len(value) for value in values)) / 2
        assert (high[number] - low[number]) / (2 * 1.96 * error) == pytest.approx(1, abs=0.1)
