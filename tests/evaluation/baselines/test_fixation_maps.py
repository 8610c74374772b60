"""Baselines that do not depend on the image, against values computed by hand."""

import logging
import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from salzoo import InputError
from salzoo.data.sample import Sample
from salzoo.evaluation import baselines
from salzoo.evaluation.baselines import BASELINES, BY_TASK, DEFAULTS, make, pairs
from salzoo.evaluation.baselines.fixation_maps import CentreGaussian, MeanMap
from salzoo.evaluation.baselines.observers import OneObserverOut, Permutation
from salzoo.utils.task import Task


def drawn(random, name, size=(30, 40), count=12, observers=3, sigma=2.0):
    points = random.random((count, 2)) * size[::-1]
    who = np.arange(count, dtype="int32") % observers
    return Sample(name, size, points, who, sigma=sigma)


@pytest.fixture
def training(random):
    sizes = ((30, 40), (60, 80), (20, 20), (30, 40))
    return [drawn(random, f"train{index}.jpg", size) for index, size in enumerate(sizes)]


@pytest.fixture
def evaluated(random):
    return [drawn(random, f"val{index}.jpg") for index in range(4)]


def pooled(samples, size, sigma):
    """Count scaled points one by one."""
    counts = np.zeros(size)
    for sample in samples:
        for x, y in sample.fixations:
            counts[int(y * size[0] / sample.size[0]), int(x * size[1] / sample.size[1])] += 1
    return gaussian_filter(counts, sigma)


def test_every_baseline_is_small_picklable_and_of_the_size_of_the_image(
    training, evaluated, tmp_path, random
):
    path = str(tmp_path / "image.png")
    Image.fromarray(random.integers(0, 256, (30, 40, 3), "uint8")).save(path)
    own = evaluated[0].fixations, evaluated[0].observers
    with_image = Sample(path, (30, 40), *own, sigma=2.0)
    evaluated = [with_image, *evaluated[1:]]
    made = make(BY_TASK[Task.FIXATIONS], training, evaluated)
    assert list(made) == list(BY_TASK[Task.FIXATIONS])
    for name, baseline in made.items():
        assert baseline.name == name
        for map_, truth in pairs(pickle.loads(pickle.dumps(baseline)), with_image):
            assert map_.shape == truth.size and map_.dtype == np.float64
            assert np.isfinite(map_).all() and map_.min() >= 0


def test_the_names_are_those_of_the_classes():
    assert {name for names in BY_TASK.values() for name in names} == set(BASELINES)
    assert all(set(DEFAULTS[task]) <= set(BY_TASK[task]) for task in DEFAULTS)
    assert {name: factory.__self__.name for name, factory in BASELINES.items()} == {
        name: name for name in BASELINES
    }


def test_unknown_and_impossible_names(evaluated, caplog):
    with pytest.raises(InputError, match="no baseline 'mean mpa'; did you mean 'mean map'"):
        make(["mean mpa"], [], evaluated)
    with caplog.at_level(logging.WARNING, "salzoo"):
        assert list(make(["uniform", "mean mask"], [], evaluated)) == ["uniform"]
    assert "no baseline 'mean mask' here: it needs masks of two images" in caplog.text
    without = [Sample("a.jpg", (3, 4)), Sample("b.jpg", (3, 4))]
    assert list(make(DEFAULTS[Task.FIXATIONS], without, without)) == ["uniform"]
    assert list(make(["one observer out", "permutation", "mean map"], [], evaluated[:1])) == [
        "one observer out"
    ]


def test_centre_gaussian_is_fitted_to_the_shares_of_the_sides(training):
    squares = [
        ((x / sample.size[1] - 0.5) ** 2, (y / sample.size[0] - 0.5) ** 2)
        for sample in training
        for x, y in sample.fixations
    ]
    baseline = CentreGaussian.fit([*training, Sample("without.jpg", (5, 5))])
    other = Sample("other.jpg", (7, 11))
    widths = baseline.widths(other)
    np.testing.assert_allclose(widths, np.sqrt(np.mean(squares, axis=0)))
    map_ = baseline(other)
    x, y = (2.5 / 11 - 0.5) / widths[0], (6.5 / 7 - 0.5) / widths[1]
    assert map_[3, 5] == map_.max() == 1
    assert map_[6, 2] == pytest.approx(np.exp(-(x**2 + y**2) / 2))
    with pytest.raises(ValueError, match="two samples with fixations"):
        CentreGaussian.fit([Sample("without.jpg", (5, 5)), training[0]])


def test_centre_gaussian_is_possible_everywhere():
    pair = [Sample(name, (100, 100), np.array([(50.0, 50.0)])) for name in ("a.jpg", "b.jpg")]
    map_ = CentreGaussian.fit(pair)(pair[0])
    assert np.isfinite(map_).all() and map_.min() > 0


def test_centre_gaussian_leaves_the_image_itself_out(evaluated):
    baseline = make(["centre Gaussian"], [], evaluated)["centre Gaussian"]
    for sample in evaluated:
        others = np.concatenate([other.fixations for other in evaluated if other is not sample])
        expected = np.sqrt(((others / (40, 30) - 0.5) ** 2).mean(axis=0))
        np.testing.assert_allclose(baseline.widths(sample), expected, rtol=1e-12)
        one_observer = replace(sample, fixations=sample.fixations[:1])
        np.testing.assert_array_equal(baseline(one_observer), baseline(sample))


def test_mean_map_pools_scaled_points(training, evaluated):
    baseline = MeanMap.fit(training)
    for sample in (evaluated[0], Sample("other.jpg", (45, 17)), evaluated[1]):
        sigma = sample.sigma or 45 / 32
        np.testing.assert_allclose(
            baseline(sample), pooled(training, sample.size, sigma), atol=1e-12
        )


def test_mean_map_leaves_the_image_itself_out(evaluated):
    for sample in evaluated:
        others = [other for other in evaluated if other is not sample]
        map_ = make(["mean map"], [], evaluated)["mean map"](sample)
        np.testing.assert_allclose(map_, pooled(others, sample.size, 2.0), atol=1e-12)


def test_maps_may_be_changed_by_who_gets_them(training, evaluated):
    for baseline in make(DEFAULTS[Task.FIXATIONS], training, evaluated).values():
        first = baseline(evaluated[0])
        kept = first.copy()
        first *= 0
        np.testing.assert_array_equal(baseline(evaluated[0]), kept)


def test_one_observer_out_is_scored_on_each_observer(evaluated):
    sample = evaluated[0]
    found = list(pairs(OneObserverOut(), sample))
    assert len(found) == 3
    for observer, (map_, truth) in enumerate(found):
        own = sample.observers == observer
        np.testing.assert_array_equal(truth.fixations, sample.fixations[own])
        counts = np.zeros(sample.size)
        for x, y in sample.fixations[~own]:
            counts[int(y), int(x)] += 1
        expected = gaussian_filter(counts, 2.0) + 1 / 1200
        np.testing.assert_allclose(map_, expected)
        assert map_.sum() == pytest.approx((~own).sum() + 1)
        assert truth.density.sum() == pytest.approx(own.sum(), rel=1e-5)
        np.testing.assert_allclose(truth.density, replace(truth).density, atol=1e-7)


def test_where_nobody_else_looked_is_exactly_zero():
    """Rounding may not rank the pixels where only the left out observer looked."""
    points = [(5.0, 5.0), (8.0, 6.0), (6.0, 90.0), (7.5, 95.0), (90.0, 40.0), (91.0, 41.0)]
    sample = Sample("a.jpg", (100, 100), np.array(points), np.repeat([0, 1, 2], 2), sigma=3.0)
    for map_, truth in pairs(OneObserverOut(), sample):
        x, y = truth.fixations.astype(int).T
        assert (map_[y, x] == 1 / 10_000).all()


def test_one_observer_alone_has_no_limit(random):
    alone = drawn(random, "a.jpg", observers=1)
    assert list(pairs(OneObserverOut(), alone)) == []
    assert OneObserverOut.make([], [alone, Sample("b.jpg", (3, 4))]) is None


def test_permutation_gives_each_image_another_ones_density(random):
    for count in range(2, 12):
        samples = [drawn(random, f"{index}.jpg") for index in range(count)]
        baseline = Permutation.shuffle(samples)
        taken = [baseline.others[sample.image_path] for sample in samples]
        assert sorted(s.image_path for s in taken) == sorted(s.image_path for s in samples)
        assert all(a is not b for a, b in zip(samples, taken, strict=True))
        map_ = baseline(samples[0])
        assert "density" not in vars(taken[0])  # the maps of a whole set would fill the memory
        np.testing.assert_array_equal(map_, taken[0].density)


def test_permutation_fits_the_image(random):
    samples = [drawn(random, "a.jpg"), drawn(random, "b.jpg", (60, 20))]
    baseline = Permutation.shuffle(samples)
    assert [baseline(sample).shape for sample in samples] == [(30, 40), (60, 20)]


def test_any_model_is_scored_on_its_one_map(evaluated):
    map_ = np.zeros((30, 40))
    ((found, truth),) = baselines.pairs(lambda sample: map_, evaluated[0])
    assert found is map_ and truth is evaluated[0]


def test_no_tensorflow_is_loaded():
    code = "import sys, salzoo.evaluation.baselines; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
