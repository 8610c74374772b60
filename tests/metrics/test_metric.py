"""Records of metrics are complete, and incomplete ones are refused with a reason."""

import dataclasses

import numpy as np
import pytest

from salzoo import metrics
from salzoo.metrics.metric import Metric

RECORD = metrics.FIXATION_METRICS["NSS"]
OBJECT_RECORD = metrics.OBJECT_METRICS["maxF"]
ALL = [*metrics.FIXATION_METRICS.values(), *metrics.OBJECT_METRICS.values()]


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"name": ""}, "A Metric has the name ''; give a short name"),
        ({"compute": None}, "Metric NSS: `compute` is no function"),
        ({"describe": "Mean of the map."}, "Metric NSS: `describe` is no function"),
        ({"needs": ()}, "Metric NSS: `needs` is .*; name what it is compared with: fixations"),
        ({"needs": "fixations"}, "Metric NSS: `needs` is no tuple"),
        ({"needs": ("gaze",)}, r"Metric NSS: `needs` is \('gaze',\); name what"),
        ({"conventions": ()}, "Metric NSS: `conventions` is empty"),
        ({"conventions": "mit"}, "Metric NSS: `conventions` is no tuple"),
        ({"curve": "f", "reduce": np.max}, "Metric NSS: `curve` is 'f'; object metrics may"),
    ],
)
def test_an_incomplete_record_says_what_is_missing(changes, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(RECORD, **changes)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"conventions": ("mit",)}, "Metric maxF: an object metric needs the mask alone"),
        ({"needs": ("mask", "fixations")}, "Metric maxF: an object metric needs the mask alone"),
        ({"reduce": None}, "Metric maxF: give both `curve` and `reduce`, or neither"),
        ({"curve": "roc"}, "Metric maxF: `curve` is 'roc'; object metrics may use precision"),
    ],
)
def test_an_incomplete_record_of_objects_says_what_is_missing(changes, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(OBJECT_RECORD, **changes)


def test_a_record_without_a_required_field_is_not_made():
    with pytest.raises(TypeError, match="'describe', 'lower_is_better', and 'needs'"):
        Metric(name="toy", compute=lambda case: 0.0)


@pytest.mark.parametrize("metric", ALL, ids=[metric.name for metric in ALL])
def test_every_metric_has_a_sentence_in_every_convention_that_has_it(metric):
    if metric.of_objects:
        rules = metrics.OBJECT_CONVENTIONS.values()
        conventions = [rule for rule in rules if metric.name in metrics.object_metrics_of(rule)]
    else:
        conventions = [metrics.CONVENTIONS[name] for name in metric.conventions]
    for convention in conventions:
        text = metric.describe(convention)
        assert isinstance(text, str) and text.endswith("."), (
            f"`describe` of metric {metric.name} returns {text!r} for {convention.name}; it "
            "must return a sentence that ends with a full stop"
        )
        assert text[0].isupper() and "\n" not in text


def scene():
    """A density with its fixations, as (map, keyword arguments of `fixation_scores`)."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:96, :128]
    density = np.exp(-((x - 90) ** 2 + (y - 30) ** 2) / (2 * 12**2))
    fixations = random.normal((90, 30), 8, (60, 2))
    ground_truth = {
        "fixations": fixations,
        "density_map": density,
        "other_fixations": random.random((600, 2)) * (128, 96),
        "baseline_map": np.exp(-((x - 64) ** 2 + (y - 48) ** 2) / (2 * 30**2)),
    }
    return density, ground_truth


@pytest.mark.parametrize("convention", metrics.CONVENTIONS)
@pytest.mark.parametrize("name", metrics.FIXATION_METRICS)
def test_the_ground_truth_beats_noise(name, convention):
    """`lower_is_better` has the right sign: the density scores better than a noise map."""
    metric = metrics.FIXATION_METRICS[name]
    if convention not in metric.conventions:
        assert name not in metrics.metrics_of(convention)
        return
    if metric.requires is not None:
        pytest.importorskip(metric.requires[0])
    density, ground_truth = scene()
    noise = np.random.default_rng(1).random(density.shape)
    good, bad = (
        metrics.fixation_scores(map_, names=[name], convention=convention, **ground_truth)[name]
        for map_ in (density, noise)
    )
    assert good < bad if metric.lower_is_better else good > bad, (
        f"metric {name} is {good} for the ground truth and {bad} for noise, which "
        f"contradicts lower_is_better={metric.lower_is_better}"
    )


@pytest.mark.parametrize(
    ("name", "convention"),
    [
        (name, convention)
        for convention in metrics.OBJECT_CONVENTIONS
        for name in metrics.object_metrics_of(convention)
    ],
)
def test_the_mask_beats_noise(name, convention):
    mask = np.zeros((96, 128), bool)
    mask[20:60, 30:90] = True
    noise = np.random.default_rng(1).random(mask.shape)
    good, bad = (
        metrics.object_scores(map_, mask, names=[name], convention=convention)[0][name]
        for map_ in (mask.astype(float), noise)
    )
    lower_is_better = metrics.OBJECT_METRICS[name].lower_is_better
    assert good < bad if lower_is_better else good > bad, (
        f"metric {name} is {good} for the ground truth and {bad} for noise, which contradicts "
        f"lower_is_better={lower_is_better}"
    )


@pytest.mark.parametrize("need", ["fixations", "density_map", "other_fixations", "baseline_map"])
def test_needs_name_the_ground_truth_without_which_a_metric_is_undefined(need):
    pytest.importorskip("ot")
    density, ground_truth = scene()
    for convention in metrics.CONVENTIONS:
        scores = metrics.fixation_scores(
            density, convention=convention, **{**ground_truth, need: None}
        )
        for name, score in scores.items():
            assert np.isnan(score) == (need in metrics.FIXATION_METRICS[name].needs), name
