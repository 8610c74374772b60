"""What `salzoo predict` imports and opens for one image."""

import itertools
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from salzoo.prediction.photos import OutputOptions, predict_photo
from salzoo.utils.errors import InputError

# Runs the command, then reports the modules of salzoo and how often the image was opened.
COUNTING = """
import json, os, runpy, sys
image, opened = os.path.realpath("photo.jpg"), []
def count(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        if os.path.realpath(arguments[0]) == image:
            opened.append(arguments[0])
sys.addaudithook(count)
try:
    runpy.run_module("salzoo", run_name="__main__")
except SystemExit as stop:
    status = stop.code
modules = sorted(name for name in sys.modules if name.startswith("salzoo."))
print(json.dumps({"status": status, "opens": len(opened), "modules": modules}))
"""
# Packages and modules that a prediction has no use for.
UNUSED = (
    "salzoo.api",
    "salzoo.evaluation",
    "salzoo.losses",
    "salzoo.metrics",
    "salzoo.export",
    "salzoo.data.datasets",
    "salzoo.data.dataset",
    "salzoo.data.pipeline",
    "salzoo.data.fetching",
    "salzoo.data.validation",
    "salzoo.data.cache",
    "salzoo.models.asnet",
    "salzoo.models.msinet",
    "salzoo.models.pan",
    "salzoo.models.sam",
    "salzoo.models.complexity",
    "salzoo.prediction.arrays",
    "salzoo.prediction.speed",
    "salzoo.prediction.submission",
    "salzoo.training.compiling",
    "salzoo.training.loop",
    "salzoo.training.run",
)


def unused(modules):
    """Return the modules that a prediction has no use for."""
    return [name for name in modules if any(f"{name}.".startswith(f"{part}.") for part in UNUSED)]


@pytest.mark.parametrize(
    "flags",
    [(), ("--top", "3"), ("--crop", "16:9"), ("--regions", "boxes.csv")],
    ids=lambda flags: " ".join(flags) or "plain",
)
def test_predict_imports_what_it_uses_and_opens_the_image_once(flags, tmp_path, random):
    levels = random.integers(0, 256, (6, 9, 3), dtype="uint8")
    Image.fromarray(levels).resize((90, 60)).save(tmp_path / "photo.jpg")
    (tmp_path / "boxes.csv").write_text("name,x,y,width,height\nleft,0,0,45,60\n")
    command = [sys.executable, "-c", COUNTING, "predict", "photo.jpg", *flags]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout.splitlines()[-1])
    assert report["status"] == 0
    assert report["opens"] == 1
    assert unused(report["modules"]) == []
    attention = [name for name in report["modules"] if "prediction.attention" in name]
    assert bool(attention) == bool(flags)


ENDS = {"npy": "_saliency.npy", "png": "_saliency.png", "overlay": "_overlay.png"}
CHOICES = [choice for size in (1, 2, 3) for choice in itertools.permutations(ENDS, size)]


@pytest.fixture
def photo(tmp_path):
    """Path of a photo, and a predictor whose maps need no network."""
    path = str(tmp_path / "photo.png")
    levels = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype="uint8")
    Image.fromarray(levels).save(path)
    return path, lambda rgb: rgb[..., 0].astype("float32") / 255


def predict(photo, *write, **options):
    path, predictor = photo
    stem = path.removesuffix(".png")
    return predict_photo(predictor, path, stem, OutputOptions(write, **options), {path})


def read(path):
    with open(path, "rb") as file:
        return file.read()


@pytest.mark.parametrize("write", CHOICES)
def test_only_the_chosen_files_are_written(photo, write):
    """The same bytes as of all three, and a second time over the first."""
    stem = photo[0].removesuffix(".png")
    predict(photo, *ENDS)
    whole = {name: read(stem + end) for name, end in ENDS.items()}
    for end in ENDS.values():
        os.remove(stem + end)
    for _ in range(2):
        result = predict(photo, *write)
        assert result.files == [stem + end for name, end in ENDS.items() if name in write]
        for name, end in ENDS.items():
            assert os.path.exists(stem + end) == (name in write)
            if name in write:
                assert read(stem + end) == whole[name]


def test_tables_and_crops_need_no_picture(photo):
    result = predict(photo, "npy", top=2, crop=1.0)
    names = [path.rpartition("photo_")[2] for path in result.files]
    assert names == ["saliency.npy", "spots.csv", "crop.png"]
    assert len(result.texts) == 2


@pytest.mark.parametrize("write", [("npy", "npy"), ()])
def test_each_file_is_named_once(write):
    with pytest.raises(InputError, match="name some of npy, png, overlay, each once"):
        OutputOptions(write)
    with pytest.raises(InputError, match="no file of a map 'pgn'; did you mean 'png'"):
        OutputOptions(("pgn",))
