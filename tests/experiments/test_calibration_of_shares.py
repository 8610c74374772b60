"""Calibration of shares: rectangles, the fit, and its coverage where the truth is known."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from experiments import calibration
from experiments.calibration import KNOTS, Observed
from salzoo.data.sample import Sample
from salzoo.prediction.attention import Box, region_shares

COUNT = 3 * calibration.EACH


def simulate(random, number, exponent=1.0, dataset="a"):
    """One image: the true share is a power of the predicted one, with an error by image.

    15 observers with 6 fixations each are drawn around it, and those of one observer agree.
    """
    predicted = np.sin(random.uniform(0, np.pi / 2, COUNT)) ** 2
    noise = random.normal(0, 0.04) + random.normal(0, 0.05, COUNT)
    true = np.sin(np.clip(calibration.to_angle(predicted) + noise, 0, np.pi / 2)) ** 2
    observed = (random.random((15, COUNT)) < true).mean(0)
    tables = np.stack([predicted ** (e / exponent) for e in calibration.EXPONENTS])
    areas = random.uniform(0.01, 0.8, COUNT)
    kinds = np.repeat(np.arange(3), calibration.EACH)
    return Observed(dataset, kinds, areas, observed, 15, 90, {False: tables})


def test_nine_of_ten_are_covered_where_the_truth_is_known():
    """New images, whose regions share an error: fitted on 80, measured on 400."""
    random = np.random.default_rng(0)
    fitted = calibration.fit([simulate(random, n) for n in range(80)], False, calibration._one())
    assert fitted.images == 80 and fitted.observers == (15, 15) and fitted.datasets == "a"
    new = [simulate(random, n) for n in range(400)]
    regions = calibration.apply(new, False, [fitted] * len(new))
    each = regions.covered().reshape(400, -1).mean(1)
    # A few more than 90 %: observed shares are steps, intervals end at 0 and 1, and 1 / 81.
    assert 0.89 < each.mean() < 0.95
    for low, high in ((0.05, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 0.95)):
        chosen = calibration._between(regions.share, low, high)
        assert 0.87 < regions.covered()[chosen].mean() < 0.95


def test_cross_validation_leaves_out_the_image_itself():
    """Each image has an error of its own, which intervals fitted on it would know."""
    random = np.random.default_rng(1)
    images = [simulate(random, n) for n in range(60)]
    folds = np.arange(60) % 10
    seen = []
    fit = calibration.fit

    def record(others, *arguments):
        seen.append([id(image) for image in others])
        return fit(others, *arguments)

    calibration_fit, calibration.fit = calibration.fit, record
    try:
        calibration.cross_validate(images, False, folds, calibration._one())
    finally:
        calibration.fit = calibration_fit
    for fold, others in enumerate(seen):
        assert set(others) == {id(images[n]) for n in range(60) if n % 10 != fold}


def test_the_exponent_is_found():
    """Predictions p**(1/1.3) of true shares p: the exponent 1.3 restores them."""
    random = np.random.default_rng(2)
    images = [simulate(random, n, exponent=1.3) for n in range(60)]
    assert calibration.EXPONENTS[calibration.fit_exponent(images, False)] == pytest.approx(1.3)
    folds = np.arange(60) % 5
    regions = calibration.cross_validate(images, False, folds, None)
    gain, low, high = calibration.gain_of_exponent(regions, 0)
    assert 0.01 < low < gain < high
    right = [simulate(random, n) for n in range(60)]
    gain, low, _ = calibration.gain_of_exponent(
        calibration.cross_validate(right, False, folds, None), 0
    )
    assert abs(gain) < 1e-3 and low <= 0


def test_the_calibration_error_is_that_of_its_definition():
    """Rows weighted by their regions: |0.05 - 0.06| for three, |0.5 - 0.3| for one."""
    random = np.random.default_rng(0)
    regions = calibration.apply(
        [simulate(random, 0)],
        False,
        [calibration.fit([simulate(random, n) for n in range(40)], False)],
    )
    share, observed = np.array([0.055, 0.06, 0.065, 0.55]), np.array([0.06, 0.07, 0.08, 0.35])
    regions.image, regions.observed = np.array([0, 0, 0, 1]), observed
    expected = 3 / 4 * abs(0.06 - 0.07) + 1 / 4 * 0.2
    assert calibration.calibration_error(regions, share) == pytest.approx(expected)
    weights = np.array([1, 2])
    expected = 3 / 5 * abs(0.06 - 0.07) + 2 / 5 * 0.2
    assert calibration.calibration_error(regions, share, weights) == pytest.approx(expected)


@given(st.integers(0, 2**32 - 1), st.integers(25, 60), st.sampled_from([0.9, 0.95]))
def test_the_quantile_is_that_of_split_conformal(seed, count, level):
    """With one region an image: the value of rank ceil((n + 1) level), infinite beyond n."""
    values = np.random.default_rng(seed).normal(size=count)
    rank = math.ceil((count + 1) * level - 1e-9)
    expected = np.sort(values)[rank - 1] if rank <= count else np.inf
    assert calibration._quantile(values, np.arange(count), level) == expected


def test_images_count_equally_in_the_quantile():
    """Thirty images with one region at 0, thirty with a hundred at 1: the median is between."""
    image = np.concatenate([np.arange(30), np.repeat(np.arange(30, 60), 100)])
    values = np.concatenate([np.zeros(30), np.ones(3000)])
    assert calibration._quantile(values, image, 30 / 61) == 0
    assert calibration._quantile(values, image, 31 / 61) == 1


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_intervals_of_any_data_are_intervals(seed, images):
    random = np.random.default_rng(seed)
    image = np.repeat(np.arange(images), 5)
    predicted, observed = random.random((2, len(image)))
    low, high = calibration.conformal_ends(predicted, observed, image)
    assert (low >= 0).all() and (low <= KNOTS).all() and (high >= KNOTS).all() and (high <= 1).all()
    assert (np.diff(low) >= 0).all() and (np.diff(high) >= 0).all()
    assert low[-1] == high[-1] == 1 and low[0] == 0


# Rectangles


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_rectangles_are_inside_and_of_the_promised_size(seed):
    random = np.random.default_rng(seed)
    map_ = np.zeros((30, 40))
    map_[5, 8], map_[20, 33] = 2, 1
    image = np.full((30, 40, 3), 200.0)
    image[10:20, 5:15] = (255, 0, 0)
    for boxes in (
        calibration.anywhere(random, 50),
        calibration.around_spots(random, 50, map_),
        calibration.around_parts(random, 50, image),
        calibration.around_parts(random, 50, np.zeros((30, 40, 3))),  # has no parts
        calibration.around_spots(random, 50, np.zeros((30, 40))),  # has no spots
    ):
        assert boxes.shape == (50, 4) and (boxes >= 0).all() and (boxes <= 1 + 1e-12).all()
        assert (boxes[:, 2:] > boxes[:, :2]).all()
    boxes = calibration.anywhere(random, 50)
    assert (calibration._areas(boxes) > 0.0019).all() and (calibration._areas(boxes) < 0.81).all()


def test_rectangles_around_spots_contain_one():
    random = np.random.default_rng(0)
    map_ = np.zeros((30, 40))
    map_[5, 8], map_[20, 33] = 2, 1
    boxes = calibration.around_spots(random, 100, map_) * (40, 30, 40, 30)
    spots = np.array([(8.5, 5.5), (33.5, 20.5)])
    inside = (boxes[:, None, :2] < spots) & (spots < boxes[:, None, 2:])
    assert inside.all(2).any(1).all()


def test_parts_are_those_of_the_image():
    """A red square on grey: its box is among the parts."""
    image = np.full((120, 160, 3), 128, "uint8")
    image[30:60, 40:100] = (255, 0, 0)
    image[90:110, 10:30] = (0, 0, 255)
    image[:8] = (0, 255, 0)
    boxes = calibration.around_parts(np.random.default_rng(0), 200, image) * (160, 120, 160, 120)
    assert np.abs(boxes - (40, 30, 100, 60)).max(1).min() <= 3


# The whole


@pytest.fixture
def samples(tmp_path):
    """45 small images with fixations that follow a gradient, which `predict` knows."""
    random = np.random.default_rng(0)
    made = []
    for number in range(45):
        path = tmp_path / f"{number:02}.png"
        Image.fromarray(random.integers(0, 256, (24, 32, 3), dtype="uint8")).save(path)
        x = 32 * np.sqrt(random.uniform(size=60))  # density rises with x
        points = np.stack([np.minimum(x, 31.99), random.uniform(0, 24, 60)], 1)
        observers = np.repeat(np.arange(10), 6).astype("int32")
        made.append(Sample(str(path), (24, 32), points, observers, sigma=2.0))
    return made


def predict(image):
    return np.tile(np.arange(1, 33, dtype="float32") / 32, (24, 1))


def test_shares_are_those_of_pixels_and_points(samples):
    sample = samples[0]
    random = np.random.default_rng(3)
    found = calibration.observe(sample, "a", {False: predict}, random)
    boxes = calibration.anywhere(np.random.default_rng(3), calibration.EACH)
    sides = boxes * (32, 24, 32, 24)
    for number, (x0, y0, x1, y1) in enumerate(sides):
        inside = [x0 <= x < x1 and y0 <= y < y1 for x, y in sample.fixations]
        assert found.observed[number] == pytest.approx(np.mean(inside))
        region = region_shares(predict(None), [Box("", x0, y0, x1 - x0, y1 - y0)])[0]
        assert found.predicted[False][calibration._one()][number] == pytest.approx(region.share)
    assert (found.observers, found.fixations) == (10, 60)


class Fake:
    """A predictor without a network."""

    calibration = None

    def __init__(self, fingerprint):
        self.card = {"task": "fixations"}
        self.fingerprint = fingerprint

    def __call__(self, image):
        return predict(image)


def test_a_run_is_calibrated_and_checked(samples, tmp_path, monkeypatch, capsys):
    """The command writes the intervals of a run; the test split only reads them."""
    import salzoo
    from salzoo.prediction.attention.calibration import find_calibration

    class Small:
        names = ("a",)

        def split(self, name):
            return [samples]

    run = tmp_path / "run"
    run.mkdir()
    (run / "config.json").write_text("{}")
    path = str(run / "shares.json")

    def load(source, tta):
        fake = Fake(["0a", {"tta": tta}])
        fake.calibration = find_calibration(path, fake.fingerprint)
        return fake

    monkeypatch.setitem(vars(salzoo), "load_model", load)  # without importing TensorFlow
    monkeypatch.setattr(calibration, "load_tensorflow", lambda: None)
    monkeypatch.setattr(calibration, "open_dataset", lambda *_, **__: Small())
    monkeypatch.setattr(calibration, "FOLDS", 3)
    assert calibration.main([str(run), "--split", "test"]) == 2
    assert "has no calibration of these weights: --write it first." in capsys.readouterr().err
    assert calibration.main([str(run), "--split", "test", "--write"]) == 2
    assert "leave out --split test" in capsys.readouterr().err
    assert calibration.main([str(run), "--write"]) == 0
    printed = capsys.readouterr().out
    assert "mean predicted" in printed and "| all | 5,400 | 9" in printed
    assert Image.open(run / "shares.png").size == (1064, 1064)
    plain, tta = json.loads((run / "shares.json").read_text())
    assert (plain["fingerprint"], tta["fingerprint"][1]) == (["0a", {"tta": False}], {"tta": True})
    assert plain["images"] == 45 and plain["observers"] == [10, 10]
    assert calibration.main([str(run), "--split", "test"]) == 0
    assert (run / "shares-test.png").exists()


def test_too_few_images_are_one_sentence(samples, tmp_path, monkeypatch, capsys):
    import salzoo

    class Small:
        names = ("a",)

        def split(self, name):
            return [samples[:5]]

    monkeypatch.setitem(vars(salzoo), "load_model", lambda source, tta: Fake([]))
    monkeypatch.setattr(calibration, "load_tensorflow", lambda: None)
    monkeypatch.setattr(calibration, "open_dataset", lambda *_, **__: Small())
    (tmp_path / "config.json").write_text("{}")
    assert calibration.main([str(tmp_path)]) == 2
    assert "has 5 images with fixations; give 40 or more." in capsys.readouterr().err
