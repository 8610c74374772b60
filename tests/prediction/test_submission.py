"""Submissions: the names and formats that the benchmarks take, and nothing but whole ones."""

import os
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from salzoo.prediction import submission
from salzoo.utils.errors import InputError
from tests.data.datasets.layouts import make_small

SMALL = {
    "mit300": {"images": 3},
    "cat2000": {"images": 6, "categories": 2},
    "salicon": {"images": 2, "size": (48, 64)},
}


@pytest.fixture
def small(tmp_path, monkeypatch):
    """The benchmarks in small: {name: folder of its images}."""
    for name, fields in SMALL.items():
        (tmp_path / name).mkdir()
        make_small(name, tmp_path / name, monkeypatch)
        monkeypatch.setitem(
            submission.BENCHMARKS, name, replace(submission.BENCHMARKS[name], **fields)
        )
    return tmp_path


def predict(image):
    """A map that depends on the image."""
    return image.mean(axis=-1) / 255 + 0.01


def test_the_real_benchmarks_are_as_large_as_published():
    counts = {name: each.images for name, each in submission.BENCHMARKS.items()}
    assert counts == {"mit300": 300, "cat2000": 2000, "salicon": 5000}
    assert submission.BENCHMARKS["salicon"].size == (480, 640)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mit300", ["net/i1.png", "net/i2.png", "net/i3.png"]),
        (
            "cat2000",
            [f"net/{c}/{n:03d}.png" for c in ("Action", "OutdoorManMade") for n in (2, 4, 6)],
        ),
        ("salicon", None),
    ],
)
def test_archives_hold_a_map_an_image_at_its_size(small, name, expected):
    images = submission.test_images(name, small / name)
    archive = submission.write_submission(name, images, predict, "net", small / "out")
    assert os.path.basename(archive) == f"{name}.zip"
    with zipfile.ZipFile(archive) as file:
        names = file.namelist()
        if expected is None:
            expected = [f"{each.removesuffix('.png')}.png" for each in sorted(images)]
            assert all(each.startswith("COCO_test2014_") for each in names)
        assert sorted(names) == expected
        for key, sample in zip(names, images.values(), strict=True):
            with file.open(key) as content, Image.open(content) as picture:
                assert picture.mode == "L" and picture.size == sample.size[::-1]
                levels = np.asarray(picture)
            # The stored pixels count, whatever the rotation flag says (Action/004 has one).
            with Image.open(sample.image_path) as image:
                map_ = predict(np.asarray(image.convert("RGB"), "float64"))
            assert np.abs(levels - 255 * map_ / map_.max()).max() <= 0.51
            assert levels.max() == 255


@given(
    arrays.arrays("float64", (4, 5), elements=st.floats(0, 1e6)).filter(lambda map_: map_.max() > 0)
)
def test_eight_bits_keep_the_order_and_the_proportions(map_):
    levels = submission.eight_bits(map_)
    assert levels.dtype == np.uint8 and levels.max() == 255 and levels.min() >= 1
    order = np.argsort(map_, axis=None)
    assert (np.diff(levels.ravel()[order].astype(int)) >= 0).all()
    exact = 255 * map_ / map_.max()
    assert np.abs(levels - exact)[exact >= 1].max() <= 0.5 + 1e-9


def test_an_interrupted_submission_goes_on(small):
    images = submission.test_images("mit300", small)
    seen = []

    def stops(image):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(image)
        return predict(image)

    with pytest.raises(KeyboardInterrupt):
        submission.write_submission("mit300", images, stops, "net", small / "out")
    assert not (small / "out/mit300.zip").exists()
    assert sorted(os.listdir(small / "out/mit300")) == ["i1.png", "i2.png"]
    before = (small / "out/mit300/i2.png").stat().st_mtime_ns
    calls = []

    def counts(image):
        calls.append(image)
        return predict(image)

    archive = submission.write_submission("mit300", images, counts, "net", small / "out")
    assert len(calls) == 2  # the first one to see that it is the same model, and the third
    assert (small / "out/mit300/i2.png").stat().st_mtime_ns == before
    whole = submission.write_submission("mit300", images, predict, "net", small / "fresh")
    with zipfile.ZipFile(archive) as one, zipfile.ZipFile(whole) as other:
        assert {n: one.read(n) for n in one.namelist()} == {
            n: other.read(n) for n in other.namelist()
        }


def test_maps_of_another_model_and_damaged_ones_are_not_mixed_in(small):
    images = submission.test_images("mit300", small)
    submission.write_submission("mit300", images, predict, "net", small / "out")
    with pytest.raises(InputError, match="maps of another model"):
        submission.write_submission(
            "mit300", images, lambda image: 1.1 - predict(image), "net", small / "out"
        )
    (small / "out/mit300/i2.png").write_bytes(b"\x89PNG")
    with pytest.raises(InputError, match="i2.png is not a readable picture"):
        submission.write_submission("mit300", images, predict, "net", small / "out")
    Image.new("L", (3, 3)).save(small / "out/mit300/i2.png")
    with pytest.raises(InputError, match="i2.png is not the map of its image"):
        submission.write_submission("mit300", images, predict, "net", small / "out")
    with pytest.raises(InputError, match="no value above 0"):
        submission.write_submission(
            "mit300", images, lambda image: 0 * predict(image), "net", small / "other"
        )


def test_test_sets_that_are_not_whole(small, monkeypatch):
    with pytest.raises(InputError, match="did you mean 'mit300'"):
        submission.test_images("mit30", small)
    folder = small / "mit300/BenchmarkIMAGES"
    (folder / "i2.jpg").rename(folder / "photo.jpg")
    with pytest.raises(InputError, match=r"photo.jpg is not named like an image of mit300"):
        submission.test_images("mit300", small)
    benchmarks = submission.BENCHMARKS
    monkeypatch.setitem(benchmarks, "mit300", replace(benchmarks["mit300"], images=300))
    with pytest.raises(InputError, match="mit300 has 300 test images, .* has 3"):
        submission.test_images("mit300", small)
    monkeypatch.setitem(benchmarks, "cat2000", replace(benchmarks["cat2000"], categories=3))
    with pytest.raises(InputError, match="2 images a category; .* Action 3, OutdoorManMade 3"):
        submission.test_images("cat2000", small)
    monkeypatch.setitem(benchmarks, "salicon", replace(benchmarks["salicon"], size=(480, 640)))
    with pytest.raises(InputError, match="is 48x64, not 480x640"):
        submission.test_images("salicon", small)


def test_the_command(small, inside, small_run):
    out = small / "out"
    arguments = ["predict", "--model", small_run.folder, "--out", out]
    status, text, err = inside(*arguments, "--submission", "mit300", "--data_dir", small)
    assert status == 0, err
    assert "3 maps of mit300" in text and str(out / "mit300.zip") in text
    with zipfile.ZipFile(out / "mit300.zip") as file:
        assert "msinet/i1.png" in file.namelist()
    for flags, message in (
        (["--submission", "mit300"], "mit300 is not here"),
        (["--submission", "mit3", "--data_dir", small], "did you mean 'mit300'?"),
        (["--submission", "mit300", "--data_dir", small, "a.jpg"], "the benchmark's own images"),
        (["--data_dir", small], "--data_dir is for --submission"),
    ):
        status, _, err = inside(*arguments, *flags)
        assert status == 2 and message in err, err
