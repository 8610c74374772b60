"""Against PySODMetrics (tests/golden), the published definitions, and known answers."""

import json
import pathlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salzoo import metrics
from salzoo.metrics import OBJECT_CONVENTIONS, OBJECT_METRICS, object_scores
from tests.golden.make_pysodmetrics import cases, thinned
from tests.real_data import require_data

GOLDEN = pathlib.Path(__file__).parents[1] / "golden" / "pysodmetrics.json"
CONVENTIONS = tuple(name for name in OBJECT_CONVENTIONS if name != "mean_pr")
ALONE = {
    "MAE": metrics.mae,
    "maxF": metrics.f_measure,
    "meanF": lambda *pair, **how: metrics.f_measure(*pair, "mean", **how),
    "adpF": lambda *pair, **how: metrics.f_measure(*pair, "adaptive", **how),
    "wF": metrics.weighted_f_measure,
    "S": metrics.s_measure,
    "maxE": metrics.e_measure,
    "meanE": lambda *pair, **how: metrics.e_measure(*pair, "mean", **how),
    "adpE": lambda *pair, **how: metrics.e_measure(*pair, "adaptive", **how),
}


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_equal_pysodmetrics(convention):
    """To 1e-9, on empty and full masks, constant maps, tiny and odd sizes too."""
    golden = json.loads(GOLDEN.read_text())["cases"]
    for name, map_, mask in cases():
        scores, curves = object_scores(map_, mask, convention=convention)
        mine = {**scores, **{key: thinned(curve) for key, curve in curves.items()}}
        for key, expected in golden[name][convention].items():
            assert mine[key] == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True), (
                f"{key} of {name}"
            )


def slow_curves(values, truth):
    """Threshold by threshold, pixel matrices and all, as the papers write it."""
    levels = np.floor(values * 255)
    truth = truth.astype(float)
    for threshold in range(255, -1, -1):
        found = (levels >= threshold).astype(float)
        right = (found * truth).sum()
        precision = right / found.sum() if found.sum() else 0.0
        recall = right / truth.sum()
        f = 1.3 * precision * recall / (0.3 * precision + recall) if right else 0.0
        a, b = found - found.mean(), truth - truth.mean()
        alignment = 2 * a * b / (a * a + b * b + 1e-16)
        yield precision, recall, f, ((alignment + 1) ** 2 / 4).sum() / (truth.size - 1)


def test_curves_equal_the_papers_threshold_by_threshold(random):
    values, truth = random.random((9, 14)), random.random((9, 14)) < 0.3
    _, curves = object_scores(values, truth, convention="raw")
    expected = np.array(list(slow_curves(values, truth))).T
    for name, curve in zip(("precision", "recall", "f", "e"), expected, strict=True):
        np.testing.assert_allclose(curves[name], curve, atol=1e-12)
    assert np.array_equal(
        metrics.precision_recall_curve(values, truth, convention="raw"),
        [curves["precision"], curves["recall"]],
    )


@st.composite
def pairs(draw, smallest=2):
    """A map with values 0..1 and a mask with both object and background."""
    rows, columns = draw(st.integers(smallest, 14)), draw(st.integers(smallest, 14))
    random = np.random.default_rng(draw(st.integers(0, 9999)))
    truth = random.random((rows, columns)) < draw(st.floats(0.1, 0.9))
    truth[0, 0], truth[-1, -1] = True, False
    # A few levels only, so that thresholds hit values.
    return np.round(random.random((rows, columns)) * draw(st.integers(1, 60))) / 60, truth


@settings(max_examples=60)
@given(pairs(), st.sampled_from(CONVENTIONS))
def test_bounds_and_the_functions_one_by_one(pair, convention):
    scores, curves = object_scores(*pair, convention=convention)
    pixels = pair[1].size
    for name in ALONE:
        best = pixels / (pixels - 1) if name.endswith("E") else 1
        assert np.isnan(scores[name]) or -1e-12 <= scores[name] <= best + 1e-12, name
        alone = ALONE[name](*pair, convention=convention)
        assert alone == pytest.approx(scores[name], abs=0, nan_ok=True)
        only, _ = object_scores(*pair, convention=convention, names=[name])
        assert only == pytest.approx({name: scores[name]}, abs=0, nan_ok=True)
    assert scores["maxF"] == curves["f"].max() and scores["meanE"] == curves["e"].mean()
    assert (np.diff(curves["recall"]) >= 0).all() and curves["recall"][-1] == 1
    assert curves["precision"][-1] == pytest.approx(pair[1].mean())


@settings(max_examples=60)
@given(pairs(smallest=4), st.sampled_from(CONVENTIONS))
def test_the_mask_itself_scores_best(pair, convention):
    values, truth = pair
    perfect, _ = object_scores(truth, truth, convention=convention)
    pixels = truth.size
    full = pixels / (pixels - 1)
    expected = dict(zip(ALONE, (0, 1, None, 1, 1, 1, full, None, full), strict=True))
    for name, best in expected.items():
        if best is not None and not np.isnan(perfect[name]):
            assert perfect[name] == pytest.approx(best, abs=1e-9), name
    scores, _ = object_scores(values, truth, convention=convention)
    assert scores["MAE"] >= perfect["MAE"]
    for name in ALONE.keys() - {"MAE"}:
        assert not scores[name] > perfect[name] + 1e-9, name


@settings(max_examples=40)
@given(pairs(), st.floats(0.01, 30), st.floats(-20, 20))
def test_stretching_undoes_scale_and_offset_and_raw_does_not_stretch(pair, scale, offset):
    values, truth = pair
    values[0, 0], values[-1, -1] = 0, 1 / 60  # not constant
    scores, _ = object_scores(values, truth)
    assert metrics.mae(values * scale + offset, truth) == pytest.approx(scores["MAE"], abs=1e-9)
    stretched = (values - values.min()) / np.ptp(values)
    raw, _ = object_scores(stretched, truth, convention="raw")
    assert raw == pytest.approx(scores, nan_ok=True)
    faint = metrics.mae(values / 2, truth, convention="raw")
    assert faint == pytest.approx(np.abs(values / 2 - truth).mean())


@settings(max_examples=40)
@given(pairs())
def test_complement_and_mirror(pair):
    values, truth = pair
    # Absolute differences are the same between the complements; so is E of the lowest cut.
    assert metrics.mae(1 - values, ~truth, convention="raw") == pytest.approx(
        metrics.mae(values, truth, convention="raw")
    )
    binary = values > 0.5
    assert metrics.e_measure(~binary, ~truth, "max", convention="raw") == pytest.approx(
        metrics.e_measure(binary, truth, "max", convention="raw"), abs=1e-12
    )
    mirrored, _ = object_scores(values[:, ::-1], truth[:, ::-1])
    scores, _ = object_scores(values, truth)
    for name in ALONE.keys() - {"S", "wF"}:  # these two split the image, or break ties
        assert mirrored[name] == pytest.approx(scores[name], abs=1e-12), name


def test_known_answers():
    truth = np.zeros((4, 4), bool)
    truth[1:3, 1:3] = True
    half = np.where(truth, 1.0, 0.0)
    half[1, 1:3] = 0  # half of the object, nothing else
    scores, _ = object_scores(half, truth)
    assert scores["MAE"] == pytest.approx(2 / 16)
    assert scores["maxF"] == scores["adpF"] == pytest.approx(1.3 * 0.5 / (0.3 + 0.5))
    assert metrics.mae(np.full((4, 4), 0.25), truth) == pytest.approx((4 * 0.75 + 12 * 0.25) / 16)
    assert metrics.s_measure(np.full((4, 4), 0.25), np.zeros((4, 4), bool)) == 0.75
    assert metrics.s_measure(np.full((4, 4), 0.25), np.ones((4, 4), bool)) == 0.25


def test_what_counts_as_object():
    """Above 128 of 255, whether the mask comes as bytes or as their share of 255."""
    grey = np.array([[0, 127], [128, 129], [200, 255]], "uint8")
    map_ = np.array([[0, 0], [0, 1], [1, 1]], float)
    for mask in (grey, grey / 255, (grey / 255).astype("float32"), grey > 128):
        assert metrics.mae(map_, mask) == 0


def test_a_part_where_the_map_is_constant_has_no_variance():
    """PySODMetrics leaves a rounding error there, which decides between 0 and 1."""
    truth = np.zeros((30, 40), bool)
    truth[:3, -3:] = truth[-3:, :3] = True  # the centre lies between, two parts are empty
    for level in (0.1, 0.3, 77 / 255):
        empty = 0.5  # share of the two parts without object, where a constant map is right
        region = metrics.s_measure(np.full(truth.shape, level), truth, convention="raw")
        share = truth.mean()
        objects = share * 2 * level / (level**2 + 1)
        objects += (1 - share) * 2 * (1 - level) / ((1 - level) ** 2 + 1)
        assert region == pytest.approx(0.5 * objects + 0.5 * empty, abs=0.02)


def test_a_map_that_is_not_finite_scores_nan(random):
    values = random.random((6, 7))
    for bad in (np.nan, np.inf):
        values[2, 3] = bad
        scores, curves = object_scores(values, random.random((6, 7)) < 0.5)
        assert list(scores) == list(OBJECT_METRICS)
        assert np.isnan(list(scores.values())).all()
        assert all(np.isnan(curve).all() for curve in curves.values())


def test_bad_input_is_one_clear_sentence():
    map_, mask = np.zeros((3, 4)), np.zeros((3, 4), bool)
    with pytest.raises(ValueError, match=r"map is \(3, 4\), the mask \(4, 3\)"):
        metrics.mae(map_, mask.T)
    with pytest.raises(ValueError, match="values from 0 to 3"):
        metrics.mae(map_ + np.arange(4), mask, convention="raw")
    with pytest.raises(ValueError, match=r"mask is float64 from 0 to 255; .*integers 0\.\.255"):
        metrics.mae(map_, np.eye(3, 4) * 255)
    with pytest.raises(ValueError, match="mask is uint8 from 0 to 1"):
        metrics.mae(map_, np.eye(3, 4, dtype="uint8"))
    with pytest.raises(ValueError, match="did you mean 'pysod'"):
        metrics.mae(map_, mask, convention="pysodd")
    with pytest.raises(ValueError, match="did you mean 'adaptive'"):
        metrics.f_measure(map_, mask, "adaptiv")


def test_every_metric_is_defined_in_a_sentence():
    for convention in CONVENTIONS:
        definitions = metrics.object_definitions(convention)
        assert list(definitions) == list(OBJECT_METRICS)
        assert all(sentence.endswith(".") for sentence in definitions.values())


def test_real_masks_against_themselves_and_others():
    from salzoo import load_dataset

    samples = load_dataset("ecssd", require_data("data/ecssd"))[::40]
    best = {"MAE": 0, "maxF": 1, "adpF": 1, "wF": 1, "S": 1, "maxE": 1, "adpE": 1}
    for sample in samples:
        scores, _ = object_scores(sample.mask, sample.mask)
        for name, value in best.items():
            assert scores[name] == pytest.approx(value, abs=1e-4), name
        worse, _ = object_scores(1 - sample.mask, sample.mask)
        assert worse["MAE"] == 1 and worse["wF"] < 0.01 and worse["S"] < 0.5
