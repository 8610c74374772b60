"""Small pictures, and batches of them without a cluster."""

import collections

import numpy as np
import pytest
from PIL import Image

from salzoo.prediction.batch.batch_job import BatchJob, StoredOptions
from salzoo.prediction.options import InferenceOptions
from salzoo.utils.cluster import Outcome, WorkerDied


def need_packages():
    """Skip a test module where the extra `cluster` is not installed."""
    for package in ("distributed", "pyarrow", "fsspec", "zarr"):
        pytest.importorskip(package, reason=f"{package} of salzoo[cluster] is not installed")


def draw(folder, count):
    """Write pictures of several sizes; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        levels = np.random.default_rng(number).integers(0, 256, (3, 4, 3), dtype="uint8")
        size = (40 + number, 30)
        picture = Image.fromarray(levels).resize(size, Image.Resampling.BICUBIC)
        picture.save(folder / f"{number:03d}.png")
    return sorted(map(str, folder.iterdir()))


class FakePredictor:
    """A model whose map is the red channel."""

    fingerprint = ("0" * 64, {"model": "red"})
    engine = "litert"
    calibration = None

    def __call__(self, rgb):
        return rgb[..., 0].astype("float32") / 255


def fake_job(out, **changes):
    """A job for `FakePredictor`."""
    stored = changes.pop("stored", StoredOptions())
    options = InferenceOptions(engine="litert")
    return BatchJob("red", options, FakePredictor.fingerprint, stored, str(out), **changes)


@pytest.fixture
def fake_model(monkeypatch):
    """Let workers of this process predict with `FakePredictor`."""
    monkeypatch.setattr(
        "salzoo.prediction.batch.image_rows.open_session", lambda job: FakePredictor()
    )


class FakeCluster:
    """Runs tasks here, one after the other.

    Args:
        dies: function of (number of the task, task) to "before" or "after" if the worker dies
            before or after it computes the task, else None.
    """

    def __init__(self, dies=lambda number, task: None):
        self.dies, self.ran = dies, []

    def outcomes(self, function, tasks):
        assert isinstance(tasks, collections.deque)
        while tasks:
            task = tasks.popleft()
            death = self.dies(len(self.ran), task)
            self.ran.append(task)
            value = function(*task) if death != "before" else None
            yield Outcome(task, None, WorkerDied()) if death else Outcome(task, value, None)
