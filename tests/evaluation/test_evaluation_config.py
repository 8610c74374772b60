"""The settings of an evaluation: defaults, names in any spelling, and what is refused."""

import dataclasses

import pytest

from salzoo import metrics
from salzoo.data.sample import Sample
from salzoo.evaluation import evaluation_config
from salzoo.evaluation.evaluation_config import EvaluationConfig
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task

DENSITY = Sample("a.jpg", (4, 6), density_path="a.png")
MASK = Sample("b.jpg", (4, 6), mask_path="b.png")
BOTH = dataclasses.replace(DENSITY, mask_path="a_mask.png")


def test_defaults():
    config = EvaluationConfig.resolve([DENSITY])
    assert config.task is Task.FIXATIONS and config.conventions == ("mit",)
    assert config.metrics == tuple(name for name in metrics.metrics_of("mit") if name != "EMD")
    assert config.baselines == ("uniform", "centre Gaussian", "mean map")
    assert (config.limit, config.seed) == (None, 0) and config.jobs >= 1
    assert list(config.definitions) == ["mit"]
    assert set(config.definitions["mit"]) == set(config.metrics)
    config = EvaluationConfig.resolve([MASK])
    assert config.task is Task.OBJECTS and config.conventions == ("pysod", "mean_pr")
    config = EvaluationConfig.resolve([MASK], metrics=["MAE", "S"])
    assert config.conventions == ("pysod",)  # the other one has the maximal F alone
    assert config.baselines == ("constant mask", "mean mask")


def test_names_in_any_case_and_order():
    config = EvaluationConfig.resolve(
        [DENSITY],
        conventions=["tuebingen", "mit", "tuebingen"],
        metrics=["cc", "nss"],
        baselines=["gbvs", "Mean-Map", "centre_gaussian"],
    )
    assert config.conventions == ("tuebingen", "mit")
    assert config.metrics == ("NSS", "CC")
    assert config.baselines == ("centre Gaussian", "mean map", "GBVS")
    assert EvaluationConfig.resolve([DENSITY], baselines="none").baselines == ()
    single = EvaluationConfig.resolve([DENSITY], metrics="nss", baselines="gbvs")
    assert (single.metrics, single.baselines) == (("NSS",), ("GBVS",))


def test_the_task():
    assert EvaluationConfig.resolve([BOTH], task="objects").task is Task.OBJECTS
    assert EvaluationConfig.resolve([BOTH], usual_task=Task.FIXATIONS).task is Task.FIXATIONS
    assert EvaluationConfig.resolve([MASK], usual_task=Task.FIXATIONS).task is Task.OBJECTS
    for samples, task, message in (
        ([BOTH], None, "both fixations and masks: add `task`"),
        ([DENSITY, MASK], None, "has neither fixations nor a density nor a mask"),
        ([DENSITY], "objects", "a.jpg has no mask: `task` objects"),
        ([MASK], "fixations", "b.jpg has neither fixations nor a density: `task` fixations"),
    ):
        with pytest.raises(InputError, match=message):
            EvaluationConfig.resolve(samples, task=task)


def test_a_package_that_is_missing(monkeypatch):
    monkeypatch.setattr(evaluation_config.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="`metrics` EMD needs the package POT"):
        EvaluationConfig.resolve([DENSITY], metrics=["EMD"])
