"""Calibrated shares and their intervals, and the files that they are read from."""

import json
import pathlib
import tempfile
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from salzoo.models import WEIGHTS_FOLDER
from salzoo.prediction.attention import Box, BoxFile, ShareCalibration, region_shares, shares
from salzoo.prediction.attention.calibration import find_calibration, read_calibrations
from salzoo.prediction.attention.tables import write_regions
from salzoo.prediction.sources import resolve_source, shares_file
from salzoo.utils.errors import InputError
from salzoo.utils.files import compute_digest

FINGERPRINT = ["0a" * 32, {"model": "msinet", "geometry": {"size": (240, 320)}}]
KNOWN = ShareCalibration(
    fingerprint=FINGERPRINT,
    exponent=1.0,
    shares=[0.0, 0.1, 0.5, 1.0],
    low=[0.0, 0.02, 0.3, 1.0],
    high=[0.01, 0.2, 0.7, 1.0],
    images=130,
    observers=(12, 16),
    fixations=(54, 300),
    datasets="osie+eyecrowd",
)
maps = arrays("float64", (6, 9), elements=st.floats(0, 1e6))


@st.composite
def calibrations(draw):
    """Any that a fit may give: ends around increasing shares."""
    inner = draw(st.lists(st.floats(0.001, 0.999), max_size=6, unique=True))
    knots = np.array([0.0, *sorted(inner), 1.0])
    width = draw(arrays("float64", (2, len(knots)), elements=st.floats(0, 1)))
    low = np.minimum.accumulate(np.maximum(knots - width[0], 0)[::-1])[::-1]
    high = np.maximum.accumulate(np.minimum(knots + width[1], 1))
    exponent = draw(st.floats(0.5, 2))
    ends = {"shares": knots.tolist(), "low": low.tolist(), "high": high.tolist()}
    return replace(KNOWN, exponent=exponent, **ends)


@given(calibrations(), st.floats(0, 1), st.floats(0, 1))
def test_intervals_contain_their_share_and_grow_with_it(calibration, first, second):
    smaller, larger = sorted((first, second))
    low, high = calibration.interval(smaller)
    assert 0 <= low <= smaller <= high <= 1
    after = calibration.interval(larger)
    assert after[0] >= low - 1e-12 and after[1] >= high - 1e-12


def test_intervals_are_interpolated():
    assert KNOWN.interval(0.3) == pytest.approx((0.16, 0.45))  # in the middle of 0.1 and 0.5
    assert KNOWN.interval(1.0) == (1, 1) and KNOWN.interval(0.0) == (0, 0.01)


@given(maps, st.floats(0.5, 2))
def test_a_correction_keeps_the_order_and_is_a_power_of_the_shares(map_, exponent):
    corrected = replace(KNOWN, exponent=exponent).correct(map_)
    order = np.argsort(map_, axis=None, kind="stable")
    assert (np.diff(corrected.ravel()[order]) >= 0).all()
    relative = (map_ / (map_.max() or 1)) ** exponent
    expected = relative / relative.sum() if map_.any() else np.full(map_.shape, 1 / map_.size)
    np.testing.assert_allclose(shares(corrected), expected, rtol=1e-9)


def test_the_exponent_1_is_the_map_itself():
    map_ = np.ones((2, 3))
    assert KNOWN.correct(map_) is map_


@given(maps, calibrations())
def test_regions_have_intervals_of_corrected_shares(map_, calibration):
    boxes = [Box("a", 1, 2, 3.5, 2), Box("all", 0, 0, 9, 6)]
    plain = region_shares(calibration.correct(map_), boxes)
    for region, known in zip(region_shares(map_, boxes, calibration), plain, strict=True):
        assert region[:4] == known[:4] and (known.low, known.high) == (None, None)
        assert (region.low, region.high) == calibration.interval(known.share)


def test_the_table_has_the_interval_where_it_is_known(tmp_path):
    map_, boxes = np.ones((10, 10)), [Box("a", 0, 0, 5, 6)]
    path = tmp_path / "regions.csv"
    text = write_regions(str(path), "x.jpg", region_shares(map_, boxes, KNOWN), KNOWN)
    assert "30.0%   16.0% to 45.0%  " in text and "the share that 12 to 16 observers show" in text
    header, line = path.read_text().splitlines()
    assert header.endswith("share_percent,low_percent,high_percent,times_even")
    assert line == "a,0,0,5,6,30,16,45,1"
    text = write_regions(str(path), "x.jpg", region_shares(map_, boxes))
    assert "interval" not in text and path.read_text().splitlines()[1] == "a,0,0,5,6,30,,,1"


def test_served_shares_are_calibrated():
    from salzoo.serving.answers import Question, _attention_json
    from salzoo.serving.negotiation import Answer

    known, map_ = replace(KNOWN, exponent=2.0), np.arange(12.0).reshape(3, 4)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "boxes.json")
        path.write_text('[{"name": "a", "x": 0, "y": 1, "width": 3, "height": 2}]')
        question = Question(Answer("attention", "application/json"), boxes=BoxFile(path))
    (region,) = json.loads(_attention_json(question, map_, "x.jpg", known))["regions"]
    share = (map_[1:, :3] ** 2).sum() / (map_**2).sum()
    assert region["share"] == pytest.approx(share)
    assert (region["low"], region["high"]) == pytest.approx(known.interval(share))


# Files


def write(path, *values):
    path.write_text(json.dumps(values))
    return str(path)


def test_a_calibration_is_of_its_weights_and_options(tmp_path):
    path = write(tmp_path / "shares.json", asdict(KNOWN))
    assert replace(find_calibration(path, FINGERPRINT), fingerprint=FINGERPRINT) == KNOWN
    for other in (["0b" * 32, FINGERPRINT[1]], [FINGERPRINT[0], {"model": "msinet"}], "0a", None):
        assert find_calibration(path, other) is None
    assert find_calibration(str(tmp_path / "none.json"), FINGERPRINT) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"low": [0.0, 0.2, 0.3, 1.0]}, "nor leave out their share"),
        ({"high": [0.01, 0.8, 0.7, 1.0]}, "must not decrease"),
        ({"high": [0.01, 0.2, 0.7, 1.5]}, "must not decrease"),
        ({"shares": [0.0, 0.5, 0.1, 1.0]}, "`shares` must increase from 0 to 1"),
        ({"shares": [0.1, 0.2, 0.5, 1.0]}, "`shares` must increase from 0 to 1"),
        ({"low": [0.0, 1.0]}, "must have the same length"),
        ({"exponent": 0}, "`exponent` 0: give"),
        ({"exponent": "1"}, 'exponent "1" is not a number'),
        ({"images": 1.5}, "images 1.5 is not a whole number"),
        ({"widths": []}, "unknown field; known: datasets"),
    ],
)
def test_damaged_files_are_one_sentence(tmp_path, change, message):
    path = write(tmp_path / "shares.json", {**asdict(KNOWN), **change})
    with pytest.raises(InputError) as error:
        read_calibrations(path)
    assert str(error.value).startswith(f"{path} is damaged: ") and message in str(error.value)
    (tmp_path / "shares.json").write_text("{}")
    with pytest.raises(InputError, match="must be a list of calibrations"):
        read_calibrations(path)


def test_shipped_calibrations_are_of_the_shipped_weights():
    """With and without test-time augmentation; the card has the plot."""
    weights = sorted(pathlib.Path(WEIGHTS_FOLDER).glob("*.weights.h5"))
    assert weights
    for path in weights:
        name = path.name.removesuffix(".weights.h5")
        known = read_calibrations(path.with_name(f"{name}.shares.json"))
        assert {item.fingerprint[0] for item in known} == {compute_digest(path)}
        settings = [item.fingerprint[1] for item in known]
        assert {entry["model"] for entry in settings} == {name}
        assert [entry["post_processing"].get("tta", False) for entry in settings] == [False, True]
        card = path.with_name(f"{name}.md").read_text(encoding="utf-8")
        assert f"experiments/pictures/{name}-shares.png" in card


def test_runs_keep_theirs_beside_the_weights_and_other_sources_have_none(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    assert shares_file(resolve_source(str(tmp_path))) == str(tmp_path / "shares.json")
    assert shares_file(resolve_source(lambda image: image)) is None
