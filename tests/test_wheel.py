"""The built wheel predicts in an empty folder, with nothing of the repository at hand."""

import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

import salzoo
from salzoo.export.demo_page import SOURCES

ROOT = pathlib.Path(salzoo.__file__).resolve().parents[1]
BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy so that nothing is left here."""
    pytest.importorskip("setuptools", reason="needs setuptools to build a wheel (extra: test)")
    source = tmp_path_factory.mktemp("source")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "salzoo", source / "salzoo", ignore=ignored)
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-c", BUILD, str(source)]
    result = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return source / result.stdout.split()[-1]


def test_the_wheel_predicts_in_an_empty_folder(wheel, tmp_path):
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    with zipfile.ZipFile(wheel) as archive:  # what installing without dependencies does
        archive.extractall(installed)
    assert sorted(os.listdir(installed / "salzoo/export/page")) == sorted(os.listdir(SOURCES))
    empty.mkdir()
    levels = np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype="uint8")
    Image.fromarray(levels).resize((96, 64), Image.Resampling.BICUBIC).save(empty / "photo.jpg")
    environment = {**os.environ, "PYTHONPATH": str(installed)}

    def python(*arguments):
        result = subprocess.run(
            [sys.executable, *arguments],
            cwd=empty,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    where = python("-c", "import salzoo; print(salzoo.__file__)").strip()
    assert where == str(installed / "salzoo" / "__init__.py")
    printed = python("-m", "salzoo", "predict", "photo.jpg").split()
    assert printed == ["photo_saliency.npy", "photo_saliency.png", "photo_overlay.png"]
    assert sorted(os.listdir(empty)) == sorted(["photo.jpg", *printed])
    map_ = np.load(empty / "photo_saliency.npy")
    np.testing.assert_allclose(map_, salzoo.predict(empty / "photo.jpg"), atol=1e-5)
    assert map_.shape == (64, 96) and np.ptp(map_) > 0.01


def test_the_wheel_is_small(wheel):
    """The network's weights in float16, once for Keras and once for LiteRT, and the code."""
    assert wheel.stat().st_size < 14e6
