"""The check of all rows finds what is lost, there twice or wrong."""

import os
import shutil

import pytest

pq = pytest.importorskip("pyarrow.parquet", reason="salzoo[cluster] is not installed")
pytest.importorskip("psutil")

from experiments import batch_prediction  # noqa: E402


@pytest.fixture
def batch(tmp_path, monkeypatch):
    """Images of which one is damaged, and their rows without a cluster."""
    from salzoo.prediction.batch.batch_job import StoredOptions
    from salzoo.prediction.batch.batch_run import _make_job
    from salzoo.prediction.batch.planning import plan
    from salzoo.prediction.batch.shard_tasks import compute_shard
    from salzoo.prediction.options import InferenceOptions

    monkeypatch.setattr(batch_prediction, "DAMAGED_EVERY", 4)
    monkeypatch.setattr(batch_prediction, "IMAGE_SIZE", (48, 64))
    damaged = batch_prediction.draw_images(tmp_path, 6)
    images = sorted(map(str, (tmp_path / "images").iterdir()))
    out = tmp_path / "out"
    stored = StoredOptions(map_size=32)
    job = _make_job("msinet_lite", InferenceOptions(), stored, str(out), 2, 300, None)
    for shard in plan(images, 2, job.identity):
        compute_shard(job, shard, None)
    return out, images, damaged


def test_rows_are_checked(batch):
    out, images, damaged = batch
    good = {"rows": 6, "lost": 0, "twice": 0, "errors": 1, "other_errors": 0, "compared": 3}
    assert batch_prediction.check_rows(out, images, damaged) == {**good, "differ": 0}
    assert batch_prediction.check_rows(out, [*images, "x"], damaged)["lost"] == 1
    assert batch_prediction.check_rows(out, images, [])["other_errors"] == 1
    name = sorted(os.listdir(out / "results"))[0]
    shutil.copy(out / "results" / name, out / "results" / "part-again.parquet")
    assert batch_prediction.check_rows(out, images, damaged)["twice"] == 2
    os.remove(out / "results" / name)
    os.remove(out / "results" / "part-again.parquet")
    assert batch_prediction.check_rows(out, images, damaged)["lost"] == 2
