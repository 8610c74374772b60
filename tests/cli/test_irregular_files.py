"""Commands on pipes, devices and endless files: a sentence, status 2, no waiting."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working directory with a photo, a dataset, maps and pipes that nobody writes to."""
    monkeypatch.chdir(tmp_path)
    picture = Image.fromarray(np.arange(12 * 16 * 3, dtype="uint8").reshape(12, 16, 3))
    for folder in ("photos", "own/images", "pipes/images", "maps", "run", "export", "compared"):
        Path(folder).mkdir(parents=True)
    picture.save("photo.png")
    for folder in ("own", "pipes"):
        picture.save(f"{folder}/images/a.png")
        picture.save(f"{folder}/images/c.png")
    Path("own/fixations.csv").write_text("image,x,y\na.png,3,3\nc.png,5,5\n")
    for pipe in (
        *("pipe", "pipe.png", "pipe.csv", "pipe.json", "pipe.npz", "pipe.h5", "pipe.keras"),
        *("pipes/images/b.png", "pipes/fixations.csv", "maps/a.npy", "maps/c.npy"),
        *("run/config.json", "run/best.weights.h5", "export/saved_model.pb", "export/card.json"),
        *("compared/scores.csv", "compared/evaluation.json"),
    ):
        os.mkfifo(pipe)
    return tmp_path


@pytest.fixture(autouse=True)
def _no_waiting():
    """Stop a test that waits for a pipe."""

    def stop(*_):
        raise AssertionError("it waits")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("predict pipe.png", "pipe.png is a pipe; give a regular file."),
        ("predict /dev/zero", "/dev/zero is a device; give a regular file."),
        ("predict photo.png --model pipe", "pipe is a pipe"),
        ("predict photo.png --model pipe.keras", "pipe.keras is a pipe"),
        ("predict photo.png --model run", "run/config.json is a pipe"),
        ("predict photo.png --model export", "but not one that `salzoo export` wrote"),
        ("predict photo.png --regions pipe.csv", "pipe.csv is a pipe"),
        ("predict photo.png --regions pipe.json", "pipe.json is a pipe"),
        ("evaluate /dev/zero --dataset folder --data_dir own", "/dev/zero is a device"),
        ("evaluate pipe.h5 --dataset folder --data_dir own", "pipe.h5 is a pipe"),
        ("evaluate maps --dataset folder --data_dir own", "maps/a.npy is a pipe"),
        ("evaluate run --dataset folder --data_dir own", "run/config.json is a pipe"),
        ("compare compared compared", "is a pipe"),
        ("train msinet --dataset folder --data_dir own --init_from pipe", "pipe is not a run"),
        (
            "train msinet --dataset folder --data_dir own --init_from run",
            "best.weights.h5 is a pipe",
        ),
        (
            "train msinet --dataset folder --data_dir own --backbone_weights pipe.npz",
            "npz is a pipe",
        ),
        ("train msinet --dataset folder --data_dir own --backbone_weights pipe.h5", "h5 is a pipe"),
        ("export pipe", "pipe is a pipe"),
        ("export run", "run/config.json is a pipe"),
    ],
)
def test_pipes_and_devices_are_refused_at_once(inside, here, arguments, message):
    status, _, err = inside(*arguments.split())
    assert status == 2 and message in err and len(err) < 500


def test_datasets_name_their_pipes(inside, here):
    status, out, err = inside("check", "folder", "--data_dir", "pipes")
    assert status == 1
    assert "images/b.png is a pipe" in out + err and "fixations.csv is a pipe" in out + err


def test_other_photos_are_done(inside, here):
    os.mkfifo("photos/a.png")
    os.rename("photo.png", "photos/b.png")
    status, _, err = inside("predict", "photos", "--write", "npy")
    assert status == 1 and "photos/a.png is a pipe" in err
    assert sorted(os.listdir("photos")) == ["a.png", "b.png", "b_saliency.npy"]


def test_tables_have_a_limit(inside, here):
    with open("large.csv", "wb") as file:
        file.truncate(2**33)  # sparse: it takes no room
    status, _, err = inside("predict", "photo.png", "--regions", "large.csv")
    assert status == 2 and "large.csv has 8192 MB; such a file has at most 256 MB" in err
