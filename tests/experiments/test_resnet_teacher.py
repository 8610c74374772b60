"""The teacher that reads frozen features: what is written of them, and what it becomes."""

import os

import keras
import numpy as np
import pytest

from experiments import resnet_teacher, teacher_views
from salzoo.data import datasets
from salzoo.data.geometry import Geometry
from salzoo.data.images import read_image
from salzoo.quiet import load_tensorflow

load_tensorflow()
SIZE = (64, 96)


@pytest.fixture(autouse=True)
def few_drawn_scenes(monkeypatch):
    """Two scenes of each split in the place of both sets, eyes that see at random."""
    load = datasets.load_dataset
    monkeypatch.setattr(
        datasets, "load_dataset", lambda name, folder, split, protocol: load("synthetic")[:2]
    )
    monkeypatch.setattr("salzoo.models.backbones.load_backbone_weights", lambda *_: None)
    monkeypatch.setattr(resnet_teacher, "SIZE", SIZE)
    monkeypatch.setattr(resnet_teacher, "BATCH", 2)


def arguments(out):
    return ["--data_dir", "data", "--epochs", "1", "--out", str(out)]


def test_what_is_written_is_one_network(tmp_path, random):
    assert resnet_teacher.main(arguments(tmp_path)) == 0
    assert os.listdir(tmp_path) == ["resnet_teacher.keras"]
    teacher = teacher_views.open_teacher(str(tmp_path / "resnet_teacher.keras"))
    view = random.integers(0, 255, (40, 50, 3), dtype="uint8")
    density = teacher(view)
    assert density.shape == (40, 50) and density.min() >= 0
    assert density.sum() == pytest.approx(1, abs=1e-5)


def test_features_are_those_of_the_image_and_its_mirror_image(tmp_path):
    eyes = resnet_teacher.build_eyes(None)
    arrays = resnet_teacher.write_features(eyes, "osie", "data", "val", str(tmp_path))
    samples = datasets.load_dataset("osie", None, "val", None)
    for number, sample in enumerate(samples):
        image = np.asarray(
            Geometry("pad", SIZE, 32, 127.5).fit_image(read_image(sample.image_path)[None])
        )
        for side, seen in enumerate((image, image[:, :, ::-1])):
            for array, maps in zip(arrays, eyes(seen, training=False), strict=False):
                np.testing.assert_allclose(array[number, side], maps[0], rtol=0.02, atol=0.02)
        density, mirrored = arrays[2][number]
        np.testing.assert_array_equal(density[:, ::-1], mirrored)
        assert density.shape == (16, 24, 2) and density[..., 1].sum() == len(sample.fixations)
    written = os.path.getmtime(tmp_path / "osie_val_truth.npy")
    resnet_teacher.write_features(None, "osie", "data", "val", str(tmp_path))
    assert os.path.getmtime(tmp_path / "osie_val_truth.npy") == written


def test_the_reader_learns(tmp_path, random, monkeypatch):
    """Of two images with their own features: where each is looked at."""
    monkeypatch.setattr(resnet_teacher, "EMA_MOMENTUM", 0.5)
    monkeypatch.setattr(resnet_teacher, "RATE", 4e-3)
    keras.utils.set_random_seed(0)
    reader = resnet_teacher.build_reader(dropout=0.0)
    maps = [random.normal(0, 1, (2, 2, *shape)) for shape in ((8, 12, 512), (4, 6, 1024))]
    truth = np.zeros((2, 2, 16, 24, 2), "float32")
    truth[0, :, 2:5, 3:6], truth[1, :, 10:14, 16:20] = 1, 1
    sets = [[*map(np.float16, maps), truth]]
    best = str(tmp_path / "best.weights.h5")
    resnet_teacher.learn(reader, sets, sets, best, epochs=30)
    reader.load_weights(best)
    found = reader.predict([np.float32(each[:, 0]) for each in maps], verbose=0)
    for number, place in enumerate((np.s_[2:5, 3:6], np.s_[10:14, 16:20])):
        own, other = found[number, ..., 0][place], found[1 - number, ..., 0][place]
        assert own.mean() > 5 / (16 * 24) > 2.5 * other.mean()


def test_bad_input_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert resnet_teacher.main(arguments(tmp_path / "file")) == 2
    assert "is a file; give a folder" in capsys.readouterr().err
