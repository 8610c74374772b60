"""Evaluation on a Dask cluster: the same to the last bit, whatever the workers do."""

import contextlib
import threading

import numpy as np
import pytest

import salzoo
from salzoo.evaluation import cluster_scoring
from salzoo.utils.cluster import Outcome, WorkerDied
from salzoo.utils.errors import InputError
from tests.evaluation.small import make_folder

distributed = pytest.importorskip("distributed", reason="salzoo[cluster] is not installed")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("small"), 30)


@pytest.fixture
def options(root):
    return {
        "dataset": "folder",
        "data_dir": root,
        "task": "fixations",
        "convention": "mit,tuebingen",
        "metrics": "NSS,CC,sAUC",
        "quiet": True,
    }


class Red:
    """A model whose map is the red channel."""

    fingerprint = "red"

    def __call__(self, image):
        return image[..., 0].astype("float64") + 1


def client_of(workers):
    """A cluster within this process."""
    stack = contextlib.ExitStack()
    cluster = stack.enter_context(
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=2, processes=False, dashboard_address=None
        )
    )
    return stack, stack.enter_context(distributed.Client(cluster, set_as_default=False))


def test_the_same_to_the_last_bit(options):
    sources = ["msinet_lite", lambda image: image[..., 0].astype("float64") + 1]  # no module's
    plain = salzoo.evaluate(sources, **options, name=["lite", "red"], jobs=1)
    stack, client = client_of(2)
    with stack:
        there = salzoo.evaluate(sources, **options, name=["lite", "red"], cluster=client)
    assert there.images == plain.images and there.models == plain.models
    for convention, by_model in plain.scores.items():
        for model, by_metric in by_model.items():
            for metric, values in by_metric.items():
                others = there.scores[convention][model][metric]
                np.testing.assert_array_equal(others, values, f"{convention} {model} {metric}")
    assert repr(there.means()) == repr(plain.means())  # NaN is not equal to NaN
    assert str(there) == str(plain)


class FakeCluster:
    """Runs tasks here; the worker of images that are in `deadly` dies, `deaths` times."""

    def __init__(self, deadly, deaths):
        self.deadly, self.deaths, self.sizes = deadly, deaths, []

    def share(self, content):
        return content

    def outcomes(self, function, tasks):
        while tasks:
            task = tasks.popleft()
            self.sizes.append(len(task[2]))
            if self.deadly in task[2] and self.deaths:
                self.deaths -= 1
                yield Outcome(task, None, WorkerDied())
                continue
            try:
                yield Outcome(task, function(*task), None)
            except InputError as error:
                yield Outcome(task, None, error)


@pytest.fixture
def on(monkeypatch):
    def use(cluster):
        monkeypatch.setattr(cluster_scoring, "connect", lambda *_: contextlib.nullcontext(cluster))

    return use


def test_workers_that_die(options, on, tmp_path):
    """A death costs a try; the third ends the evaluation, which keeps what is finished."""
    plain = salzoo.evaluate([Red()], **options, jobs=1)
    cluster = FakeCluster(9, 2)
    on(cluster)
    there = salzoo.evaluate([Red()], **options, cluster="fake")
    assert repr(there.means()) == repr(plain.means())
    assert cluster.sizes == [8, 8, *[1] * 9, 4]
    on(FakeCluster(9, 3))
    with pytest.raises(InputError, match=r"images/19\.png ended 3 workers.* images are kept"):
        salzoo.evaluate([Red()], **options, cluster="fake", out=tmp_path)
    kept = FakeCluster(9, 0)
    on(kept)
    there = salzoo.evaluate([Red()], **options, cluster="fake", out=tmp_path)
    assert repr(there.means()) == repr(plain.means()) and sum(kept.sizes) < len(there.images)


def test_errors_of_maps_come_as_they_are(options, on):
    on(FakeCluster(0, 0))
    with pytest.raises(InputError, match="gives a map of shape"):
        salzoo.evaluate([lambda image: image[:1, :, 0]], **options, cluster="fake")


def test_a_model_that_cannot_be_sent(options, on):
    on(FakeCluster(0, 0))
    lock = threading.Lock()
    with pytest.raises(InputError, match="cannot be sent to workers .* give its path"):
        salzoo.evaluate([lambda image: lock and image[..., 0]], **options, cluster="fake")


@pytest.mark.parametrize(
    "given, message",
    [
        ({"workers": 2}, "`workers` belongs to `cluster`"),
        ({"cluster": "local", "jobs": 2}, "`jobs` is for this machine alone"),
        ({"cluster": "local", "workers": 0}, "`workers` 0: give a whole number"),
    ],
)
def test_refused(options, given, message):
    with pytest.raises(InputError, match=message):
        salzoo.evaluate([Red()], **options, **given)


def test_no_images_left_need_no_cluster():
    assert list(cluster_scoring.score_on_cluster(None, None, "nowhere:1", 1, [])) == []
