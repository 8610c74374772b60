"""Batches on processes of this machine; what a person may do wrong."""

import contextlib
import json
import os
import threading
import time
from collections import Counter

import pytest

import salzoo
from salzoo.prediction.batch import batch_run
from salzoo.utils import cluster as clusters
from salzoo.utils.errors import InputError
from tests.prediction.batch.pictures import FakeCluster, draw, fake_model, need_packages

need_packages()
pq = pytest.importorskip("pyarrow.parquet")
psutil = pytest.importorskip("psutil")
__all__ = ["fake_model"]


def kill_a_worker(out, killed):
    """Kill a worker process as soon as the first file is written."""
    while not list(out.glob("results/*.parquet")):
        time.sleep(0.02)
    children = psutil.Process().children(recursive=True)
    workers = [child for child in children if "spawn_main" in " ".join(child.cmdline())]
    workers[0].kill()
    killed.append(workers[0].pid)


def test_a_worker_is_killed(tmp_path):
    """Two processes, one of which dies meanwhile: every image has one row."""
    images = draw(tmp_path / "in", 30)
    out, killed = tmp_path / "out", []
    thread = threading.Thread(target=kill_a_worker, args=(out, killed))
    thread.start()
    result = salzoo.predict_batch([tmp_path / "in"], out, workers=2, shard_size=5, quiet=True)
    thread.join()
    assert killed  # perhaps between two shards: then nothing is tried again
    assert (result.given, result.done, result.failed, result.left) == (30, 30, 0, 0)
    rows = pq.read_table(out / "results").to_pylist()
    assert Counter(row["image"] for row in rows) == Counter(images)
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["complete"] and manifest["done"] == 30 and manifest["retries"] == result.retries
    assert not (out / ".unfinished").exists()
    # Nothing is left to do: no cluster is started.
    again = salzoo.predict_batch([tmp_path / "in"], out, cluster="nowhere:1", shard_size=5)
    assert again.computed == 0 and again.done == 30


@pytest.fixture
def without_cluster(monkeypatch, fake_model):
    """Run tasks in this process."""
    monkeypatch.setattr(batch_run, "connect", lambda *_: contextlib.nullcontext(FakeCluster()))


@pytest.fixture
def call(tmp_path, without_cluster):
    draw(tmp_path / "in", 2)

    def predict(*, out=tmp_path / "out", sources=tmp_path / "in", **options):
        return salzoo.predict_batch(sources, out, quiet=True, **options)

    return predict


@pytest.mark.parametrize(
    "options, message",
    [
        ({"format": "hdf5"}, "`format` hdf5: give one of parquet, files, zarr"),
        ({"map": "jpeg"}, "`map` jpeg: give one of"),
        ({"map_size": 0}, "`map_size` 0"),
        ({"map_size": (0, 3)}, "`map_size` (0, 3): give (rows, columns)"),
        ({"format": "zarr"}, "`format` zarr is one array of maps of one size: give `map_size`"),
        ({"format": "files", "map": "none"}, "`map` none leaves nothing"),
        ({"shard_size": 0}, "`shard_size` 0"),
        ({"timeout": 0}, "`timeout` 0"),
        ({"workers": 0}, "`workers` 0"),
        ({"model": "nothing"}, "nothing does not exist"),
        ({"model": len}, "workers open it themselves; give its path or name"),
        ({"regions": "absent.csv"}, "absent.csv does not exist"),
        ({"sources": []}, "There is no image to predict"),
        ({"sources": "absent"}, "absent does not exist"),
        ({"out": "nothing://x"}, "nothing:// is unknown"),
    ],
)
def test_refused(call, options, message):
    with pytest.raises(InputError) as caught:
        call(**options)
    assert message in str(caught.value)


def test_one_model_and_one_kind_of_results_in_a_folder(call, tmp_path):
    assert call().done == 2
    for options, word in (({"map": "png16"}, "map"), ({"tta": True}, "model"), ({"top": 1}, "top")):
        with pytest.raises(InputError, match=f"holds results with another {word} "):
            call(**options)
    (tmp_path / "out" / "manifest.json").write_text('{"a": 1}')
    with pytest.raises(InputError, match=r"manifest\.json is no manifest of salzoo"):
        call()


def test_two_commands_do_not_write_into_one_folder(call, tmp_path):
    from filelock import FileLock

    (tmp_path / "out").mkdir()
    with FileLock(tmp_path / "out" / ".lock"), pytest.raises(InputError, match="another command"):
        call()
    assert call().done == 2


def test_a_folder_that_cannot_be_written_to(call, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file; give a folder"):
        call(out=tmp_path / "file" / "out")


def test_missing_packages(call, monkeypatch):
    def absent(name):
        raise ImportError(f"No module named {name}", name=name)

    monkeypatch.setattr(clusters.importlib, "import_module", absent)
    with pytest.raises(InputError, match=r"package distributed; .* 'salzoo\[cluster\]'"):
        batch_run.predict_batch("in", "out")


def test_regions_of_a_shard_only(call, tmp_path):
    boxes = tmp_path / "boxes.csv"
    boxes.write_text("name,x,y,width,height,image\na,0,0,9,9,000.png\nb,0,0,9,9,\n")
    assert call(regions=boxes, shard_size=1).done == 2
    rows = pq.read_table(tmp_path / "out" / "results").sort_by("image").to_pylist()
    assert [[box["name"] for box in row["regions"]] for row in rows] == [["a", "b"], ["b"]]


def test_the_command_line(inside, tmp_path, without_cluster):
    images = draw(tmp_path / "in", 2)
    out = tmp_path / "out"
    command = ["predict", *images, "--cluster", "local", "--out", out, "--map_size", "20"]
    status, printed, err = inside(*command)
    assert status == 0 and printed.startswith("2 of 2 images") and str(out) in printed, err
    manifest = json.loads((out / "manifest.json").read_text())
    assert (
        manifest["command"].startswith("salzoo predict") and manifest["settings"]["map_size"] == 20
    )
    (tmp_path / "list.txt").write_text("\n".join([*images, str(tmp_path / "absent.png")]))
    command[1:3] = [tmp_path / "list.txt"]
    status, printed, _ = inside(*command)
    assert status == 1 and "2 of 3 images; 1 failed (see the column error)" in printed
    for flags, message in (
        (["--cluster", "local"], "--cluster: give --out"),
        (["--cluster", "local", "--out", out, "--crop", "1:1"], "--crop is not for batches"),
        (["--format", "zarr"], "--format is for batches; add --cluster local"),
        (["--cluster", "local", "--out", out, "--format", "zarr"], "--format zarr is one array"),
        (["--cluster", "local", "--out", out, "--map_size", "a"], "'a' is not a whole number"),
    ):
        status, _, err = inside("predict", *images, *flags)
        assert status == 2 and message in err and err.count("\n") <= 2, err


def test_predicting_imports_no_tensorflow(tmp_path):
    """Neither the client nor the workers of shipped weights."""
    import subprocess
    import sys

    script = "import sys, salzoo.prediction.batch.batch_tasks, salzoo.prediction.predictor as p;"
    script += "p.Predictor('msinet_lite'); print({'tensorflow', 'keras', 'dask'} & {*sys.modules})"
    environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(salzoo.__file__))}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment
    )
    assert done.stdout.strip() == "set()", done.stderr
