"""Metrics against the right ground truth, in any order, with any jobs and interruptions."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from salzoo import metrics
from salzoo.evaluation import measure
from salzoo.utils.errors import InputError
from tests.evaluation.small import make_folder, noisy, small_split


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def val(root):
    return small_split(root)


@pytest.fixture(scope="module")
def train(root):
    return small_split(root, "train")[0]


FIXATIONS = {"task": "fixations", "conventions": "all", "jobs": 1}


@pytest.fixture(scope="module")
def measured(val, train):
    samples, images = val
    return measure({"noisy": noisy}, samples, images=images, training=train, **FIXATIONS)


def assert_same(first, second):
    """Equal to the last bit, images in whatever order."""
    assert first.models == second.models and first.metrics == second.metrics
    order = [second.images.index(image) for image in first.images]
    for convention, by_model in first.scores.items():
        for model, by_metric in by_model.items():
            for metric, values in by_metric.items():
                others = second.scores[convention][model][metric]
                np.testing.assert_array_equal(values, others[order], f"{convention} {metric}")


def once_a_pixel(points):
    """The first point of each pixel: salicon counts an image's pixel once."""
    return np.array(list({(int(x), int(y)): (x, y) for x, y in points[::-1]}.values()))


@pytest.mark.parametrize("convention", metrics.CONVENTIONS)
def test_every_metric_gets_the_right_truth(measured, val, train, convention):
    """All truths made by hand: counts, blur, other images' points, the fitted centre."""
    samples, _ = val
    shares = np.concatenate([s.fixations / s.size[::-1] for s in train]) - 0.5
    widths = np.sqrt((shares**2).mean(axis=0))
    for row, sample in enumerate(samples):
        rows, columns = sample.size
        counts = np.zeros(sample.size)
        for x, y in sample.fixations:
            counts[int(y), int(x)] += 1
        x, y = ((np.arange(n) + 0.5) / n - 0.5 for n in (columns, rows))
        centre = (
            np.exp(-(x**2) / widths[0] ** 2 / 2) * np.exp(-(y**2) / widths[1] ** 2 / 2)[:, None]
        )
        others = [s for s in samples if s is not sample]
        # Ten other images or all: there are but seven, so both are all of them.
        points = [
            (once_a_pixel(s.fixations) if convention == "salicon" else s.fixations)
            * (columns / s.size[1], rows / s.size[0])
            for s in others
        ]
        expected = metrics.fixation_scores(
            noisy(sample),
            convention=convention,
            fixations=sample.fixations,
            density_map=gaussian_filter(counts, max(sample.size) / 32).astype("float32"),
            other_fixations=np.concatenate(points),
            baseline_map=centre,
        )
        for name in expected:
            if name != "EMD":
                mine = measured.scores[convention]["noisy"][name][row]
                assert mine == pytest.approx(expected[name], abs=1e-9), name


def test_a_convention_has_its_own_metrics_alone(measured):
    assert "KLD" not in measured.scores["salicon"]["noisy"]
    assert "AUC-Borji" in measured.scores["mit"]["noisy"]
    row = next(line for line in measured.table().splitlines() if line.startswith("noisy  salicon"))
    assert row.split()[2 + measured.metrics.index("KLD")] == "-"


def test_the_order_of_images_changes_nothing(val):
    """Not even where baselines are fitted to them."""
    samples, images = val
    names = ["centre Gaussian", "mean map", "permutation", "one observer out"]
    arguments = {**FIXATIONS, "baselines": names}
    straight = measure({"noisy": noisy}, samples, images=images, **arguments)
    samples, images = samples[::-1], images[::-1]
    assert_same(straight, measure({"noisy": noisy}, samples, images=images, **arguments))
    objects = {"task": "objects", "metrics": ["MAE", "S"], "jobs": 1}
    turned = measure({"noisy": noisy}, samples, images=images, **objects)
    assert_same(measure({"noisy": noisy}, *val[:1], images=val[1], **objects), turned)


def test_jobs_change_nothing(measured, val, train, monkeypatch):
    from salzoo.evaluation import measurement

    monkeypatch.setattr(measurement, "IMAGES_A_JOB", 1)
    samples, images = val
    two = measure(
        {"noisy": noisy}, samples, images=images, training=train, **{**FIXATIONS, "jobs": 2}
    )
    assert_same(measured, two)


def test_a_limited_evaluation_is_a_part_of_the_whole(measured, val, train):
    """The other images of shuffled AUC are those of the whole split."""
    samples, images = val
    part = measure({"noisy": noisy}, samples, images=images, training=train, limit=3, **FIXATIONS)
    assert len(part.images) == 3
    assert_same(part, measured)


KILLED = """
import os, signal, sys
from pathlib import Path
from salzoo.evaluation import journal, measure
from salzoo.evaluation import measurement
from tests.evaluation.small import noisy, small_split

measurement.IMAGES_A_JOB = 1
add, added = journal.Journal.add, []

def killing(self, *arguments):
    add(self, *arguments)
    added.append(1)
    if len(added) == 3:
        os.kill(os.getpid(), signal.SIGKILL)

journal.Journal.add = killing
root = Path(sys.argv[1])
samples, images = small_split(root)
measure(
    {"noisy": noisy}, samples, images=images, training=small_split(root, "train")[0],
    task="fixations", conventions="all", jobs=2, folder=sys.argv[2],
)
"""


def test_resume_after_kill_9_equals_an_uninterrupted_evaluation(
    measured, root, val, train, tmp_path
):
    """Its pipes are read to the end, so a worker that outlived it would fail this test."""
    command = [sys.executable, "-c", KILLED, str(root), str(tmp_path)]
    process = subprocess.run(command, timeout=120, capture_output=True)
    assert process.returncode == -signal.SIGKILL, process.stderr.decode()
    [name] = os.listdir(tmp_path)
    with open(tmp_path / name, "ab") as file:
        file.write(b'{"image": "images/11.png", "sco')  # torn
    asked = []

    def predict(sample):
        asked.append(sample.image_path)
        return noisy(sample)

    predict.fingerprint = noisy.fingerprint
    samples, images = val
    arguments = {"images": images, "training": train, "folder": str(tmp_path), **FIXATIONS}
    assert_same(measured, measure({"noisy": predict}, samples, **arguments))
    assert len(asked) == len(samples) - 3
    asked.clear()
    assert_same(measured, measure({"noisy": predict}, samples, **arguments))
    assert asked == []


def test_a_journal_of_other_settings_is_discarded_with_a_warning(val, tmp_path, caplog):
    samples, images = val
    arguments = {"images": images, "folder": str(tmp_path), "task": "fixations", "jobs": 1}
    measure({"noisy": noisy}, samples, metrics=["NSS"], **arguments)
    again = measure({"noisy": noisy}, samples, metrics=["CC"], seed=1, **arguments)
    assert "it had other settings" in caplog.text
    assert again.metrics == ["CC"] and len(os.listdir(tmp_path)) == 1
    measure({"noisy": lambda sample: noisy(sample)}, samples, metrics=["CC"], seed=1, **arguments)
    assert "it had other models" in caplog.text


def test_undefined_values_are_counted(val):
    samples, images = val

    def constant_now_and_then(sample):
        row = [other.image_path for other in samples].index(sample.image_path)
        return np.ones(sample.size) if row % 3 == 0 else noisy(sample)

    evaluation = measure(
        {"model": constant_now_and_then}, samples, images=images, task="fixations", jobs=1
    )
    assert evaluation.undefined()["mit"]["model"]["NSS"] == 3
    defined = evaluation.scores["mit"]["model"]["NSS"][[1, 2, 4, 5, 7]]
    assert evaluation.means()["mit"]["model"]["NSS"] == pytest.approx(defined.mean())
    assert "NSS of model on 3 of 8 images" in evaluation.table()


def test_what_cannot_be_made_of_one_image_is_noted(val):
    arguments = {"task": "fixations", "metrics": ["NSS", "IG"], "jobs": 1}
    alone = measure({"noisy": noisy}, val[0][:1], **arguments)
    assert alone.models == ["uniform", "noisy"]
    assert alone.notes[:3] == [
        "No baseline centre Gaussian: it needs fixations on two images.",
        "No baseline mean map: it needs fixations on two images.",
        "No IG: its centre Gaussian needs fixations on two images.",
    ]


def test_one_observer_out_is_the_mean_over_observers(val):
    samples, images = val
    evaluation = measure(
        {"noisy": noisy},
        samples,
        images=images,
        task="fixations",
        metrics=["NSS"],
        baselines=["one-observer-out"],
        jobs=1,
    )
    sample, scores = samples[2], []
    for observer in range(3):
        own = sample.observers == observer
        others = np.zeros(sample.size)
        for x, y in sample.fixations[~own]:
            others[int(y), int(x)] += 1
        others = gaussian_filter(others, max(sample.size) / 32)
        scores.append(metrics.nss(others, sample.fixations[own]))
    mine = evaluation.scores["mit"]["one observer out"]["NSS"][2]
    assert mine == pytest.approx(np.mean(scores), abs=1e-9)
    assert evaluation.notes == []  # NSS is of each observer's own fixations anyway


def test_the_row_of_one_observer_out_says_what_it_is_measured_against(val):
    samples, images = val
    evaluation = measure(
        {"noisy": noisy},
        samples[:3],
        images=images[:3],
        task="fixations",
        metrics=["NSS", "CC", "KLD"],
        baselines=["one observer out"],
        jobs=1,
    )
    (note,) = evaluation.notes
    assert "its CC, KLD are against the density of a single person, not of all" in note


def test_objects(val, train):
    """Maximum and mean of F of the set are those of the mean curve, not the mean of maxima."""
    samples, images = val

    def unit(sample):
        return noisy(sample) / 3

    evaluation = measure(
        {"unit": unit},
        samples,
        images=images,
        training=train,
        task="objects",
        conventions="all",
        jobs=1,
    )
    assert evaluation.models == ["constant mask", "mean mask", "unit"]
    expected = [
        metrics.object_scores(unit(sample), sample.mask, convention="raw") for sample in samples
    ]
    mean_curve = np.mean([curves["f"] for _, curves in expected], axis=0)
    means = evaluation.means()["raw"]["unit"]
    assert means["maxF"] == pytest.approx(mean_curve.max(), abs=1e-6)
    assert means["meanF"] == pytest.approx(mean_curve.mean(), abs=1e-6)
    assert means["maxF"] < np.mean([scores["maxF"] for scores, _ in expected])
    for name in ("MAE", "S", "wF", "adpE"):
        assert means[name] == pytest.approx(np.mean([scores[name] for scores, _ in expected]))
    low, high = evaluation.intervals()["raw"]["unit"]["maxF"]
    assert low < means["maxF"] < high


def test_the_maximal_f_of_the_averaged_precision_recall_curve(val):
    """Pixels counted level by level, averaged over images, then F: what papers print."""
    samples, images = val
    evaluation = measure({"noisy": noisy}, samples, images=images, task="objects", jobs=1)
    assert evaluation.conventions == ["pysod", "mean_pr"]
    precision, recall = np.zeros((2, 256, len(samples)))
    for column, sample in enumerate(samples):
        map_, mask = noisy(sample), np.asarray(sample.mask) > 0.5
        levels = np.floor((map_ - map_.min()) / np.ptp(map_) * 255)
        for row in range(256):
            found = levels >= 255 - row
            right = (found & mask).sum()
            precision[row, column] = right / max(found.sum(), 1)
            recall[row, column] = right / mask.sum()
    means = precision.mean(axis=1), recall.mean(axis=1)
    expected = max(1.3 * p * r / (0.3 * p + r) for p, r in zip(*means, strict=True) if p * r)
    mine = evaluation["noisy", "mean_pr"]
    assert set(mine) == {"maxF"} and mine["maxF"] == pytest.approx(expected, abs=1e-6)
    assert abs(mine["maxF"] - evaluation["noisy", "pysod"]["maxF"]) > 5e-4
    low, high = mine["maxF"].interval
    assert low < expected < high
    row = next(line for line in evaluation.table().splitlines() if line.startswith("noisy  mean_"))
    assert row.split()[2:].count("-") == len(evaluation.metrics) - 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metrics": ["NSSS"]}, "no metric of fixations 'NSSS'; did you mean 'NSS'?"),
        ({"metrics": ["MAE"]}, "no metric of fixations 'MAE'"),
        ({"metrics": ["KLD"], "conventions": ["salicon"]}, "take `convention` mit or tuebingen"),
        ({"conventions": ["mti"]}, "no convention of fixations 'mti'; did you mean 'mit'?"),
        ({"baselines": ["meanmap"]}, "no baseline for fixations 'meanmap'; did you mean 'mean map"),
        ({"task": "object"}, "no task 'object'; did you mean 'objects'?"),
        ({"task": None}, "There are both fixations and masks: add `task` fixations or objects"),
    ],
)
def test_bad_names(val, arguments, message):
    with pytest.raises(InputError) as caught:
        measure({"noisy": noisy}, val[0], **{"task": "fixations", **arguments})
    assert message in str(caught.value)


def test_a_model_called_like_a_baseline(val):
    with pytest.raises(InputError, match="called 'mean map' as a baseline is"):
        measure({"mean map": noisy}, val[0], task="fixations", baselines=["mean-map"])


def test_a_map_of_another_size_names_image_and_model(val):
    with pytest.raises(InputError, match=r"small gives a map of shape \(5, 5\) for .*04.png"):
        measure({"small": lambda _: np.ones((5, 5))}, val[0], task="fixations", jobs=1)


def test_workers_need_no_tensorflow():
    code = (
        "import sys, salzoo.evaluation.scoring, salzoo.evaluation.worker_pool\n"
        "import salzoo.evaluation.map_folder\n"
        "assert not {'tensorflow', 'keras', 'jax', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
