"""What a pipeline keeps changes its speed, and nothing else."""

import dataclasses
import logging
import os
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest
from PIL import Image

from salzoo.data import cache
from salzoo.data.geometry import Geometry
from salzoo.data.pipeline import Pipeline
from salzoo.data.sample import Sample
from salzoo.data.sampling import Augmentation
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task

GEOMETRY = Geometry("pad", (24, 32), 8, 126.0)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Return an empty place for the files."""
    monkeypatch.setenv("SALZOO_HOME", str(tmp_path))
    return tmp_path / "cache" / "targets"


@pytest.fixture
def samples(tmp_path, random):
    """Densities from a file and from points, images of two sizes."""
    made = []
    for number in range(5):
        size = (48, 64) if number % 2 else (30, 20)
        path, density = (str(tmp_path / f"{kind}{number}.png") for kind in ("image", "density"))
        Image.fromarray(random.integers(0, 256, (*size, 3), dtype="uint8")).save(path)
        Image.fromarray(random.integers(0, 256, size, dtype="uint8")).save(density)
        source = {"density_path": density} if number < 2 else {"sigma": 2.0 + number}
        made.append(Sample(path, size, random.random((9, 2)) * size[::-1], **source))
    return made


def kept(samples, cache, geometry=GEOMETRY):
    return Pipeline(samples, geometry, cache=cache).targets.numpy()


def epoch(samples, cache, **options):
    pipeline = Pipeline(samples, GEOMETRY, 2, cache=cache, **options)
    return [part.numpy() for pair in pipeline.epoch(5, 1, Augmentation(flip=True)) for part in pair]


def assert_same(first, second):
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def files(folder):
    return {name: os.stat(folder / name).st_ino for name in os.listdir(folder)}


@pytest.fixture
def no_work(monkeypatch):
    """Return a function that forbids to fit targets from then on."""

    def forbid():
        def refuse(self, what, load):
            raise AssertionError(f"{what} are fitted again")
            yield

        monkeypatch.setattr(Pipeline, "_fitted", refuse)

    return forbid


def test_the_same_batches_from_disk_memory_and_anew(samples, folder):
    anew = epoch(samples, "nothing")
    assert not folder.exists()
    assert_same(epoch(samples, "all"), anew)
    assert_same(epoch(samples, "targets"), anew)
    assert not folder.exists()
    assert_same(epoch(samples, "disk"), anew)
    assert [(folder / name).stat().st_size for name in files(folder)] == [5 * 24 * 32 * 2 * 4]


def test_masks_from_disk(samples):
    objects = [
        Sample(each.image_path, each.size, mask_path=samples[number % 2].density_path)
        for number, each in enumerate(samples)
    ]
    anew = epoch(objects, "nothing", targets=Task.OBJECTS)
    assert_same(epoch(objects, "disk", targets=Task.OBJECTS), anew)


def test_the_next_pipeline_reads_the_file(samples, folder, no_work):
    first = kept(samples, "disk")
    before = files(folder)
    no_work()
    np.testing.assert_array_equal(kept(samples, "disk"), first)
    assert files(folder) == before


def touched(samples):
    path = samples[0].density_path
    levels = np.asarray(Image.open(path))[::-1]
    Image.fromarray(levels).save(path)
    return samples


def moved_fixation(samples):
    fixations = samples[1].fixations.copy()  # of a sample whose density is a file
    fixations[0] = (1.5, 2.5)
    return [samples[0], dataclasses.replace(samples[1], fixations=fixations), *samples[2:]]


def other_sigma(samples):
    return [*samples[:-1], dataclasses.replace(samples[-1], sigma=1.0)]


@pytest.mark.parametrize("change", [touched, moved_fixation, other_sigma, lambda s: s[::-1]])
def test_what_decides_the_targets_decides_the_file(samples, folder, change):
    kept(samples, "disk")
    changed = change(samples)
    np.testing.assert_array_equal(kept(changed, "disk"), kept(changed, "targets"))
    assert len(files(folder)) == 2


@pytest.mark.parametrize("fields", [{"fit_mode": "stretch"}, {"size": (32, 24)}])
def test_another_geometry_is_another_file(samples, folder, fields):
    kept(samples, "disk")
    geometry = dataclasses.replace(GEOMETRY, **fields)
    found, expected = (kept(samples, cache, geometry) for cache in ("disk", "targets"))
    np.testing.assert_array_equal(found, expected)
    assert len(files(folder)) == 2


def test_other_images_of_the_same_size_share_the_file(samples, folder, no_work, tmp_path):
    kept(samples, "disk")
    copy = shutil.copy(samples[2].image_path, str(tmp_path / "copy.png"))
    no_work()
    kept([*samples[:2], dataclasses.replace(samples[2], image_path=copy), *samples[3:]], "disk")


def test_a_short_file_is_written_again(samples, folder):
    first = kept(samples, "disk")
    (name,) = files(folder)
    with open(folder / name, "r+b") as file:
        file.truncate(1000)
    np.testing.assert_array_equal(kept(samples, "disk"), first)


def test_nothing_is_left_of_an_interrupted_writing(samples, folder, monkeypatch):
    whole = Pipeline._fitted

    def broken(self, what, load):
        arrays = whole(self, what, load)
        yield next(arrays)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Pipeline, "_fitted", broken)
        kept(samples, "disk")
    assert files(folder) == {}
    np.testing.assert_array_equal(kept(samples, "disk"), kept(samples, "targets"))


def test_a_damaged_map_is_named(samples, folder):
    with open(samples[1].density_path, "r+b") as file:
        file.truncate(300)
    with pytest.raises(InputError, match=r"density1.png is damaged"):
        epoch(samples, "disk")
    assert files(folder) == {}


def test_without_room_the_targets_are_made_anew(samples, folder, monkeypatch, caplog):
    usage = shutil.disk_usage(".")._replace(free=40_000)
    monkeypatch.setattr(cache.shutil, "disk_usage", lambda path: usage)
    found = epoch(samples, "disk")
    assert "SALZOO_HOME" in caplog.text and str(folder) in caplog.text
    assert files(folder) == {}
    assert_same(found, epoch(samples, "nothing"))


def test_a_folder_that_cannot_be_made(samples, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").touch()
    monkeypatch.setenv("SALZOO_HOME", str(tmp_path / "file"))
    assert_same(epoch(samples, "disk"), epoch(samples, "nothing"))
    assert "cannot be kept" in caplog.text


@pytest.mark.parametrize(("memory", "place"), [(1e9, "memory"), (250_000, "some"), (1e3, "disk")])
def test_the_default_takes_what_has_room(samples, folder, monkeypatch, caplog, memory, place):
    """Targets take 30,720 bytes, images 46,080; a fifth of the memory may be used."""
    caplog.set_level(logging.INFO, "salzoo")
    monkeypatch.setattr("salzoo.data.cache._memory", lambda: memory)
    pipeline = Pipeline(samples, GEOMETRY, 2)
    assert (pipeline.images is not None) == (place == "memory")
    assert pipeline.targets is not None
    assert folder.exists() == (place == "disk") == (str(folder) in caplog.text)


def test_of_two_that_start_at_once_one_writes(folder):
    """The second one waits while the first one makes its arrays."""
    expected = np.arange(6.0, dtype="float32").reshape(3, 2)
    begun, goes_on = threading.Event(), threading.Event()
    kept = {}

    def slowly():
        for array in expected:
            begun.set()
            assert goes_on.wait(30)
            yield array

    def never():
        raise AssertionError("made twice")
        yield

    def keep(name, arrays):
        kept[name] = cache.keep_on_disk(arrays, (3, 2), "key").numpy()

    threads = [threading.Thread(target=keep, args=("first", slowly()))]
    threads[0].start()
    assert begun.wait(30)
    threads.append(threading.Thread(target=keep, args=("second", never())))
    threads[1].start()
    threads[1].join(0.3)
    assert threads[1].is_alive() and not (folder / "key.float32").exists()
    goes_on.set()
    for thread in threads:
        thread.join(30)
    np.testing.assert_array_equal(kept["first"], expected)
    np.testing.assert_array_equal(kept["second"], expected)


PROCESS = """
import hashlib, sys
import numpy as np
from salzoo.data.geometry import Geometry
from salzoo.data.pipeline import Pipeline
from salzoo.data.sample import Sample
from salzoo.utils.task import Task
samples = [Sample(path, (48, 64), np.full((4, 2), 7.5), sigma=3.0) for path in sys.argv[1:]]
found = hashlib.sha256()
for _, targets in Pipeline(samples, Geometry("pad", (24, 32), 8), 2, cache="disk").in_order():
    found.update(targets.numpy().tobytes())
print(found.hexdigest())
"""


@pytest.mark.slow
def test_two_processes_at_once(samples, folder):
    command = [sys.executable, "-c", PROCESS, *[samples[1].image_path] * 300]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    first, second = (process.communicate(timeout=120)[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert first == second != ""
    assert len(files(folder)) == 1


def test_large_datasets_leave_the_memory_to_others(monkeypatch):
    """Targets of 320x416 take 1.06 MB, images 1.6 MB; there are 1,000 GB of memory."""
    monkeypatch.setattr(cache, "_memory", lambda: 1e12)
    for count, place in ((300, "all"), (900, "targets"), (1000, "disk")):
        shapes = [(count, 320, 416, channels) for channels in (2, 3)]
        assert cache.affordable_cache(*shapes) == place
