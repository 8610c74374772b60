"""Files that were decoded once are not decoded again, unless they change."""

import os

import numpy as np
import pytest
from PIL import Image

from salzoo.data import checked_files
from salzoo.data.checked_files import check_files
from salzoo.data.sample import Sample
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task


@pytest.fixture
def samples(tmp_path, monkeypatch, random):
    monkeypatch.setenv("SALZOO_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(checked_files, "MANY_FILES", 4)
    made = []
    for number in range(2):
        paths = [str(tmp_path / f"{kind}{number}.png") for kind in ("image", "density", "mask")]
        for path in paths:
            levels = random.integers(0, 256, (9, 9, 3), dtype="uint8")
            Image.fromarray(levels if "image" in path else levels[..., 0]).save(path)
        made.append(Sample(paths[0], (9, 9), density_path=paths[1], mask_path=paths[2]))
    return made


def test_files_are_decoded_once(samples, monkeypatch):
    decoded, faults = [], checked_files.faults

    def counted(*arguments):
        decoded.append(arguments)
        return faults(*arguments)

    monkeypatch.setattr(checked_files, "faults", counted)
    for times, kinds in ((1, Task.FIXATIONS), (1, Task.FIXATIONS), (2, Task.OBJECTS)):
        check_files(samples, kinds)
        assert len(decoded) == times
    Image.fromarray(np.zeros((9, 9), "uint8")).save(samples[1].density_path)
    for _ in range(2):  # what failed is no note
        with pytest.raises(InputError, match=r"density1.png is black"):
            check_files(samples, Task.FIXATIONS)
    os.remove(samples[0].image_path)
    with pytest.raises(InputError, match=r"image0.png"):
        check_files(samples, Task.OBJECTS)


def test_few_files_are_decoded_every_time(samples, monkeypatch, tmp_path):
    monkeypatch.setattr(checked_files, "MANY_FILES", 5)
    check_files(samples, Task.FIXATIONS)
    assert not (tmp_path / "home").exists()
