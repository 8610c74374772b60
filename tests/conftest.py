"""What several tests share: real data where it is at hand, one small trained run."""

import os
import shutil

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pytest
from hypothesis import settings

from salzoo.utils import once
from tests.real_data import require_data

# The same examples for everyone; `make test-all` draws new ones each time.
settings.register_profile("repeatable", deadline=None, max_examples=40, derandomize=True)
settings.register_profile("new", deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def osie_dir():
    """The real OSIE dataset."""
    return require_data("data/osie")


@pytest.fixture(scope="session")
def vgg16_file():
    """The 13 convolutions of VGG-16, trained on ImageNet."""
    return require_data("weights/vgg16_imagenet.npz")


@pytest.fixture(scope="session")
def partial_vgg16_file(vgg16_file, tmp_path_factory):
    """The first five of them, block1_conv1 to block3_conv1."""
    path = tmp_path_factory.mktemp("weights") / "vgg16_partial.npz"
    with np.load(vgg16_file) as arrays:
        names = [name for name in arrays if name.startswith(("block1", "block2", "block3_conv1/"))]
        np.savez(path, **{name: arrays[name] for name in names})
    return path


@pytest.fixture(scope="session", autouse=True)
def _own_home(tmp_path_factory):
    """Keep generated scenes out of the person's folder, and draw them once."""
    os.environ["SALZOO_HOME"] = str(tmp_path_factory.mktemp("home"))
    os.environ["SALZOO_CONVERT"] = "0"  # nor convert models for LiteRT, which takes seconds
    os.environ.pop("SALZOO_YES", None)  # tests fetch nothing from the network


@pytest.fixture(autouse=True)
def _all_warnings():
    """Let every test see the warnings that are told once a process."""
    once.forget()


@pytest.fixture
def random():
    return np.random.default_rng(0)


SMALL = {"input_size": (32, 40), "epochs": 2, "batch_size": 2}


def small_config(**fields):
    """A config that trains MSI-Net for seconds."""
    from salzoo.models import model_record
    from salzoo.training.config import RunConfig

    recipe = model_record("msinet").recipe_for("synthetic").override(**SMALL)
    defaults = {
        "model": "msinet",
        "model_options": {},
        "dataset": "synthetic",
        "data_dir": None,
        "recipe": recipe.override(**fields.pop("recipe", {})),
        "fit_mode": "pad",
        "limit_train": 5,
        "limit_val": 3,
    }
    return RunConfig(**{**defaults, **fields})


def made_once(tmp_path_factory, name, make):
    """Return what the first of pytest's processes makes in a folder, to all that run the tests.

    Args:
        tmp_path_factory: pytest's.
        name: of the folder.
        make: function of the folder, which does not exist yet.
    """
    from salzoo.utils.locks import one_at_a_time

    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    made = folder.with_suffix(".made")
    with one_at_a_time(folder.with_suffix(".lock")):
        if not made.exists():
            make(folder)
            made.touch()
    return folder


@pytest.fixture(scope="session")
def small_run(tmp_path_factory):
    """A finished run with its report; tests change copies of it only."""
    from salzoo.api import report_training
    from salzoo.training.loop import train
    from salzoo.training.run import Run

    def make(folder):
        report_training(train(small_config(), folder, verbose=0))

    return Run(made_once(tmp_path_factory, "small", make))


@pytest.fixture(scope="session")
def exported(small_run, tmp_path_factory):
    """The small run as a SavedModel."""
    from salzoo.export import export_model

    folder = made_once(
        tmp_path_factory, "exports", lambda folder: export_model(small_run.folder, str(folder))
    )
    return str(folder / "msinet" / "1")


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    """Upright 8-bit images of several kinds and sizes."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("photos")
    random = np.random.default_rng(0)
    for name, mode, size in (
        ("wide.jpg", "RGB", (97, 31)),
        ("tall.png", "RGB", (20, 75)),
        ("grey.jpg", "L", (40, 32)),
        ("clear.png", "RGBA", (33, 33)),
        ("palette.png", "P", (50, 41)),
        ("dot.png", "RGB", (1, 1)),
    ):
        levels = random.integers(0, 256, (6, 6, 4), dtype="uint8")
        picture = Image.fromarray(levels, "RGBA").resize(size, Image.Resampling.BICUBIC)
        picture.convert(mode).save(folder / name)
    return sorted(str(path) for path in folder.iterdir())


@pytest.fixture
def inside(monkeypatch, capsys):
    """Run a command in this process: exit status, stdout, stderr."""
    import argparse

    from salzoo import cli

    monkeypatch.delenv("COLUMNS", raising=False)  # pytest-xdist sets it; lines are whole in a pipe

    def call(*arguments):
        try:
            parsed = cli._parse(["salzoo", *map(str, arguments)])
            assert isinstance(parsed, argparse.Namespace)
            status = cli._run(parsed) or 0
        except SystemExit as stop:
            status = stop.code
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return status, out, err

    return call


@pytest.fixture
def fake_conversion(tmp_path, monkeypatch):
    """Conversions for LiteRT give the file of msinet_lite; their sources are listed."""
    from salzoo.models import WEIGHTS_FOLDER
    from salzoo.prediction import converted

    sources = []

    def convert(source, path):
        shutil.copy(os.path.join(WEIGHTS_FOLDER, "msinet_lite.tflite"), path)
        sources.append(source)
        return converted._Facts(str(source.path), "", 9.0, 7.0, 17.0)

    monkeypatch.setattr(converted, "_convert", convert)
    monkeypatch.setenv("SALZOO_CONVERT", "1")
    monkeypatch.setenv("SALZOO_HOME", str(tmp_path / "home"))
    return sources


@pytest.fixture(scope="session")
def frozen_msinet(tmp_path_factory):
    """A frozen graph as the authors of MSI-Net released it, of a narrow network."""
    from tests.models.importers.msinet_files import author_graph, random_arrays, write_frozen

    path = tmp_path_factory.mktemp("frozen") / "model_osie_cpu.zip"
    write_frozen(author_graph(random_arrays(np.random.default_rng(0))), path)
    return str(path)


@pytest.fixture
def narrow_msinet(monkeypatch, tmp_path):
    """Builds narrow networks of msinet, and has a folder of its own for their weights."""
    from tests.models.importers.msinet_files import narrow

    narrow(monkeypatch)
    monkeypatch.setenv("SALZOO_HOME", str(tmp_path / "home"))
    return str(tmp_path / "home")
