"""The tables of metrics, and metrics that are added to them."""

import dataclasses

import numpy as np
import pytest

from salzoo import metrics
from salzoo.evaluation.evaluation_config import resolve_metrics
from salzoo.metrics.metric import Metric
from salzoo.metrics.metric_registry import load_metrics
from salzoo.utils.task import Task

MAP = np.arange(12.0).reshape(3, 4)
TOY = Metric(
    name="toy",
    compute=lambda case: case.map.ravel()[case.pixels].max(),
    describe=lambda convention: f"Largest fixated value under {convention.name}.",
    lower_is_better=False,
    needs=("fixations",),
    conventions=("mit",),
)
OBJECT_TOY = Metric(
    name="object toy",
    compute=lambda case: case.values[case.truth].mean(),
    describe=lambda convention: f"Mean of the map on the object. {convention.note}",
    lower_is_better=False,
    needs=("mask",),
)


def refuse(case):
    raise AssertionError("it is computed")


def test_a_fixation_metric_is_one_entry(monkeypatch):
    monkeypatch.setitem(metrics.FIXATION_METRICS, "toy", TOY)
    scores = metrics.fixation_scores(MAP, fixations=[(1, 1), (2, 0)])
    assert scores["toy"] == 5 and list(scores) == list(metrics.metrics_of("mit"))
    assert np.isnan(metrics.fixation_scores(MAP, names=["toy"])["toy"])  # no fixations
    variant = dataclasses.replace(metrics.MIT, name="mine", repeats=True)
    assert "toy" in metrics.fixation_scores(MAP, convention=variant, fixations=[(1, 1)])
    assert metrics.definitions("mit")["toy"] == "Largest fixated value under mit."
    assert "toy" not in metrics.definitions("tuebingen")
    assert resolve_metrics(Task.FIXATIONS, ["TOY"], ["mit"]) == ["toy"]


def test_an_object_metric_is_one_entry(monkeypatch):
    monkeypatch.setitem(metrics.OBJECT_METRICS, "object toy", OBJECT_TOY)
    mask = MAP > 8
    for convention in ("pysod", "raw"):  # all metrics
        scores, _ = metrics.object_scores(MAP / 11, mask, convention=convention)
        assert scores["object toy"] == pytest.approx(10 / 11)
        assert metrics.object_definitions(convention)["object toy"].startswith("Mean of the map")
    assert resolve_metrics(Task.OBJECTS, ["object toy"], ["raw"]) == ["object toy"]


def test_a_metric_on_request_is_computed_where_it_is_named(monkeypatch):
    slow = dataclasses.replace(TOY, name="slow", on_request=True)
    monkeypatch.setitem(metrics.FIXATION_METRICS, "slow", slow)
    assert "slow" not in resolve_metrics(Task.FIXATIONS, None, ["mit"])
    assert resolve_metrics(Task.FIXATIONS, ["slow"], ["mit"]) == ["slow"]


def test_a_metric_that_a_convention_lacks_is_refused_before_it_is_computed(monkeypatch):
    toy = dataclasses.replace(TOY, compute=refuse)
    monkeypatch.setitem(metrics.FIXATION_METRICS, "toy", toy)
    with pytest.raises(ValueError, match="tuebingen has no toy; take `convention` mit"):
        resolve_metrics(Task.FIXATIONS, ["toy"], ["tuebingen"])
    scores = metrics.fixation_scores(MAP, convention="tuebingen", fixations=[(1, 1)])
    assert "toy" not in scores
    from salzoo.metrics.fixation_case import score_one

    with pytest.raises(ValueError, match=r"Convention tuebingen has no toy; mit has it\."):
        score_one(toy, "tuebingen", 0, MAP, fixations=[(1, 1)])


def test_an_unknown_metric_is_refused_before_anything_is_computed(monkeypatch):
    for record in metrics.OBJECT_METRICS.values():
        refused = dataclasses.replace(record, compute=refuse)
        monkeypatch.setitem(metrics.OBJECT_METRICS, record.name, refused)
    with pytest.raises(ValueError, match="no object metric 'maxX'; did you mean 'maxF'"):
        metrics.object_scores(MAP, MAP > 3, names=["MAE", "maxX"])


def test_a_missing_package_is_named_before_anything_is_computed(monkeypatch):
    toy = dataclasses.replace(TOY, requires=("no_such_module", "No-Such"))
    monkeypatch.setitem(metrics.FIXATION_METRICS, "toy", toy)
    with pytest.raises(ValueError, match="`metrics` toy needs the package No-Such: pip install"):
        resolve_metrics(Task.FIXATIONS, ["toy"], ["mit"])


@pytest.mark.parametrize(
    "places, of_objects, message",
    [
        ({"NSS": ("salzoo.metrics.areas", "NSS")}, False, "areas defines no Metric called NSS"),
        ({"nss": ("salzoo.metrics.scanpath_saliency", "NSS")}, False, "has the name 'NSS'; give"),
        ({"NSS": ("salzoo.metrics.scanpath_saliency", "NSS")}, True, "registered as an object"),
        ({"MAE": ("salzoo.metrics.absolute_error", "MAE")}, False, "registered as a fixation"),
    ],
)
def test_a_wrong_line_says_what_is_wrong(places, of_objects, message):
    with pytest.raises(ValueError, match=message):
        load_metrics(places, of_objects)


def test_a_convention_that_does_not_exist_is_named(monkeypatch):
    from salzoo.metrics import scanpath_saliency

    record = dataclasses.replace(TOY, conventions=("mti",))
    monkeypatch.setattr(scanpath_saliency, "TOY", record, raising=False)
    with pytest.raises(ValueError, match="Metric toy: there is no convention 'mti'; known are mit"):
        load_metrics({"toy": ("salzoo.metrics.scanpath_saliency", "TOY")}, False)


def test_no_name_is_in_both_tables():
    """Tables and reports find the direction of a metric by its name."""
    assert not {*metrics.FIXATION_METRICS} & {*metrics.OBJECT_METRICS}
    for table in (metrics.FIXATION_METRICS, metrics.OBJECT_METRICS):
        assert len({name.lower() for name in table}) == len(table)
