"""What keeps a checkpoint from being written."""

import errno
import shutil
from types import SimpleNamespace

import keras
import pytest

from salzoo.training.checkpoint import Progress
from salzoo.training.run import Run
from salzoo.utils import files
from salzoo.utils.errors import InputError


@pytest.fixture
def progress(tmp_path):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").write_text("{}")
    pipeline = SimpleNamespace(paths=["a.jpg"])
    return Progress(Run(tmp_path / "run"), model, pipeline, SimpleNamespace())


def test_a_removed_folder_is_named(progress, tmp_path):
    progress.save_last()
    shutil.rmtree(tmp_path / "run")
    with pytest.raises(InputError, match="run was removed or moved during the training"):
        progress.save_last()
    assert not (tmp_path / "run").exists()


def test_a_full_disk_keeps_the_checkpoint_before(progress, tmp_path, monkeypatch):
    progress.save_last()
    before = (tmp_path / "run" / "last.weights.h5").read_bytes()
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(OSError) as caught:
        progress.save_last()
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename.endswith("last.weights.h5")
    assert (tmp_path / "run" / "last.weights.h5").read_bytes() == before
