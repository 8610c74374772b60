"""Metrics without a value say why."""

import copy
import math
import pickle

import numpy as np
import pytest

from salzoo.metrics import fixation_scores, kl_divergence, object_scores
from salzoo.metrics.undefined import Undefined

SIZE = (12, 16)
POINTS = [(2, 3), (9, 7), (14, 2)]


@pytest.fixture
def truth(random):
    return {
        "fixations": POINTS,
        "density_map": random.random(SIZE),
        "other_fixations": [(1, 1), (5, 6)],
        "baseline_map": random.random(SIZE),
    }


def reasons(map_, truth, **options):
    scores = fixation_scores(map_, **truth, **options)
    undefined = {name: value for name, value in scores.items() if math.isnan(value)}
    assert all(isinstance(value, Undefined) for value in undefined.values())
    return {name: value.reason for name, value in undefined.items()}


def test_it_is_a_nan_that_survives_copies():
    value = Undefined("of the moon")
    for other in (value, copy.copy(value), pickle.loads(pickle.dumps(value))):
        assert isinstance(other, float) and math.isnan(other) and other.reason == "of the moon"


def test_a_defined_score_has_no_reason(truth, random):
    names = [name for name in fixation_scores(random.random(SIZE), **truth) if name != "EMD"]
    assert reasons(random.random(SIZE), truth, names=names) == {}


@pytest.mark.parametrize("convention", ["mit", "tuebingen", "salicon"])
def test_missing_truth_is_named(truth, random, convention):
    expected = {
        "fixations": ("NSS", "no fixation point in the image"),
        "density_map": ("CC", "no finite density map"),
        "baseline_map": ("IG", "no finite baseline map"),
        "other_fixations": ("sAUC", "no fixation point on other images"),
    }
    for missing, (metric, reason) in expected.items():
        options = {"convention": convention, "names": [metric]}
        found = reasons(random.random(SIZE), {**truth, missing: None}, **options)
        assert reason in found[metric]
    outside = {**truth, "fixations": [(99, 99)]}
    assert "no fixation point" in reasons(random.random(SIZE), outside)["NSS"]


def test_constant_and_infinite_maps(truth, random):
    found = reasons(np.ones(SIZE), truth, names=["NSS", "CC", "SIM", "IG", "AUC-Borji"])
    assert set(found) == {"NSS", "CC", "SIM", "IG", "AUC-Borji"}
    assert set(found.values()) == {"all values of the map are equal"}
    found = reasons(np.full(SIZE, np.inf), truth, names=["NSS", "KLD"])
    assert set(found.values()) == {"the map has values that are not finite"}
    flat = {**truth, "density_map": np.ones(SIZE)}
    found = reasons(random.random(SIZE), flat, names=["CC"])
    assert found == {"CC": "all values of the density map are equal"}
    scores, _ = object_scores(np.full(SIZE, np.nan), np.eye(*SIZE) > 0, names=["MAE"])
    assert scores["MAE"].reason == "the map has values that are not finite"


def test_borji_with_one_fixation(truth, random):
    alone = {**truth, "fixations": [*POINTS[:1], *POINTS[:1]]}  # twice the same pixel
    found = reasons(random.random(SIZE), alone, names=["AUC-Borji", "AUC-Judd", "NSS"])
    assert found == {"AUC-Borji": "fewer than 2 pixels of the image are fixated"}


def test_divergence_of_resized_maps(truth, random):
    """Floats sink below 0 beside bright spots, 8-bit pictures do not."""
    half = (np.random.default_rng(1).random((6, 8)) < 0.3) * 1.0
    found = reasons(half, truth, names=["KLD", "CC"])
    assert list(found) == ["KLD"] and "resizing gives values below 0" in found["KLD"]
    levels = np.uint8(255 * half)
    assert kl_divergence(levels, truth["density_map"]) > 0
    own = reasons(random.random(SIZE) - 0.5, truth, names=["KLD"])
    assert own == {"KLD": "the map has values below 0"}
