"""Conventions are named, frozen, and read by the functions."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from salzoo import metrics

MAP = np.arange(12.0).reshape(3, 4)
POINTS = [(1, 1), (3, 2), (3, 2)]


def test_looked_up_by_name():
    assert list(metrics.CONVENTIONS) == ["mit", "tuebingen", "salicon"]
    assert metrics.convention("mit") is metrics.MIT is metrics.convention(metrics.MIT)
    with pytest.raises(ValueError, match=r"did you mean tuebingen\? Known are mit, tueb"):
        metrics.convention("tubingen")
    with pytest.raises(ValueError, match="no convention 'xyz'. Known are"):
        metrics.nss(MAP, POINTS, convention="xyz")


def test_are_frozen_and_hashable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        metrics.MIT.ddof = 0
    assert len({*metrics.CONVENTIONS.values()}) == 3


def test_a_metric_that_a_convention_lacks_names_those_that_have_it():
    with pytest.raises(ValueError, match="mit has no AUC; tuebingen and salicon have it"):
        metrics.auc(MAP, POINTS, convention="mit")
    with pytest.raises(ValueError, match="tuebingen has no EMD; mit has it"):
        metrics.emd(MAP, MAP, convention="tuebingen")
    scores = metrics.fixation_scores(MAP, convention="salicon", names=["NSS", "KLD"])
    assert list(scores) == ["NSS"] and np.isnan(scores["NSS"])
    with pytest.raises(ValueError, match="no metric 'nss'; known are AUC, "):
        metrics.fixation_scores(MAP, names=["nss"])


def test_variations_are_conventions_of_their_own():
    """Every field that is changed changes what it is about."""
    mine = dataclasses.replace(metrics.MIT, name="mine", ddof=0, repeats=True)
    deviations = (MAP[[1, 2, 2], [1, 3, 3]] - MAP.mean()) / MAP.std()
    assert metrics.nss(MAP, POINTS, convention=mine) == pytest.approx(deviations.mean())
    no_stretch = dataclasses.replace(metrics.MIT, name="mine", stretch=False)
    pair = [[1.0, 2]], [[0.0, 1]]
    assert metrics.similarity(*pair, convention=no_stretch) == pytest.approx(2 / 3)
    floored = dataclasses.replace(metrics.MIT, name="mine", epsilon=1e-7)
    assert metrics.kl_divergence([[0.0, 1]], [[1.0, 0]], convention=floored) == pytest.approx(
        np.log(1e7), rel=1e-6
    )
    uniform = dataclasses.replace(metrics.MIT, name="mine", empty_is_uniform=True)
    assert metrics.kl_divergence([[0.0, 0]], [[1.0, 1]], convention=uniform) == pytest.approx(0)


def test_fine_steps_without_end_approach_the_exact_area(random):
    map_ = random.random((40, 50)) ** 2
    points, others = random.random((60, 2)) * 40, random.random((500, 2)) * 40
    fine = dataclasses.replace(
        metrics.SALICON, name="fine", threshold_step=1e-5, other_repeats="fixation", other_own=True
    )
    exact = metrics.shuffled_auc(map_, points, others, convention="tuebingen")
    assert metrics.shuffled_auc(map_, points, others, convention=fine) == pytest.approx(
        exact, abs=1e-3
    )
    sampled = metrics.auc(map_, points, convention=fine)
    assert sampled == pytest.approx(metrics.auc(map_, points), abs=5e-3)


def test_judd_without_jitter_shows_its_staircase():
    """Two fixations on a tie: index finds them one by one, count both at once."""
    map_ = np.array([[1.0, 1, 1, 0]])
    tied = [(0, 0), (1, 0)]
    index = dataclasses.replace(metrics.MIT, name="index", jitter=None)
    count = dataclasses.replace(index, name="count", judd_ties="count")
    # Unfixated are a 1 and a 0. index: (fp, tp) = (2/2, 1/2), (1/2, 1), then (1, 1).
    assert metrics.auc_judd(map_, tied, convention=index) == pytest.approx(0.25 - 0.375 + 0.5)
    # count: (1/2, 1) twice.
    assert metrics.auc_judd(map_, tied, convention=count) == pytest.approx(0.25 + 0.5)
    assert np.isnan(metrics.auc_judd(np.ones((2, 2)), [(0, 0)], convention=index))


def test_shapes_that_differ():
    small = MAP[:2, :2]
    with pytest.raises(ValueError, match=r"saliency map is \(2, 2\) and should be \(3, 4\)"):
        metrics.cc(small, MAP, convention="tuebingen")
    with pytest.raises(ValueError, match=r"baseline map is \(2, 2\)"):
        metrics.information_gain(MAP, POINTS, small, convention="tuebingen")
    from scipy.ndimage import zoom

    from salzoo.utils.resize import imresize

    assert metrics.cc(small, MAP) == metrics.cc(imresize(small, (3, 4)), MAP)
    constant = np.full((60, 80), 0.1)
    assert np.isnan(metrics.cc(constant, np.eye(90, 120)))
    assert metrics.cc(small, MAP) == metrics.cc(imresize(small, (3, 4)), MAP)
    bigger = zoom(small, (1.5, 2), order=3)
    assert metrics.cc(small, MAP, convention="salicon") == metrics.cc(bigger, MAP)
    with pytest.raises(ValueError, match=r"should be \(rows, columns\)"):
        metrics.nss(MAP[..., None], POINTS)
    with pytest.raises(ValueError, match="other_counts"):
        metrics.shuffled_auc(MAP, POINTS, other_counts=small)


@pytest.mark.parametrize("name", metrics.CONVENTIONS)
def test_definitions_are_one_sentence_for_each_metric(name):
    found = metrics.definitions(name)
    assert tuple(found) == metrics.metrics_of(name)
    assert all(text[0].isupper() and text.endswith(".") for text in found.values())
    assert set(metrics.definitions(name, ["NSS", "EMD"])) <= {"NSS", "EMD"}


def test_definitions_follow_the_fields():
    """A variation never carries the sentence of what it was made from."""
    changes = {
        "AUC-Judd": {"jitter_scale": 1e-3},
        "AUC-Borji": {"threshold_step": 0.01},
        "sAUC": {"other_images": 3},
        "NSS": {"ddof": 0},
        "CC": {"constant_cc": 0.0},
        "SIM": {"stretch": False},
        "KLD": {"epsilon": 1e-7},
        "IG": {"gain_epsilon": 1e-7},
        "EMD": {"downsize": 16},
    }
    for name, change in changes.items():
        mine = dataclasses.replace(metrics.MIT, name="mine", **change)
        assert metrics.definitions(mine)[name] != metrics.definitions("mit")[name]


def test_metrics_need_neither_keras_nor_tensorflow():
    code = (
        "import sys, numpy, salzoo.metrics as m; m.nss(numpy.eye(3), [(0, 0)]);"
        "print({'keras', 'tensorflow', 'torch', 'jax', 'ot'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
