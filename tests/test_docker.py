"""What docker/requirements.txt lists is enough to predict and to serve, and small."""

import configparser
import contextlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.request

import numpy as np
import pytest
from PIL import Image

import salzoo

ROOT = pathlib.Path(salzoo.__file__).resolve().parents[1]
LARGEST = 300e6


def requirements(text):
    lines = (line.strip() for line in text.splitlines())
    return {line for line in lines if line and not line.startswith("#")}


def test_the_versions_are_those_of_the_package():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    known = requirements(config["options"]["install_requires"])
    known |= requirements(config["options.extras_require"]["serve"])
    listed = requirements((ROOT / "docker" / "requirements.txt").read_text())
    assert listed <= known and not {"tensorflow", "keras"} & {
        re.split(r"[<>=]", line)[0] for line in listed
    }


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An empty virtual environment with what is listed, and salzoo without its dependencies."""
    folder = tmp_path_factory.mktemp("docker")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    source = folder / "source"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "salzoo", source / "salzoo", ignore=ignored)
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    install = [python, "-m", "pip", "install", "--quiet", "--no-compile"]
    listed = ["-r", ROOT / "docker" / "requirements.txt"]
    result = subprocess.run([*install, *listed], capture_output=True, text=True)
    if result.returncode and "No matching distribution" in result.stderr:
        pytest.skip("no package index can be reached")
    assert result.returncode == 0, result.stderr
    subprocess.run([*install, "--no-deps", source], check=True)
    return folder / "venv"


def size_of(folder):
    return sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and path.suffix != ".pyc"
    )


@pytest.mark.slow
def test_predicting_and_serving_in_an_empty_environment(environment, tmp_path):
    assert size_of(environment) < LARGEST
    levels = np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype="uint8")
    Image.fromarray(levels).resize((96, 64), Image.Resampling.BICUBIC).save(tmp_path / "photo.png")
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    variables["SALZOO_HOME"] = str(tmp_path / "home")

    def run(*arguments):
        return subprocess.run(
            [environment / "bin" / "salzoo", *arguments],
            cwd=tmp_path,
            env=variables,
            capture_output=True,
            text=True,
            timeout=120,
        )

    result = run("predict", "photo.png", "--top", "3", "--crop", "1:1", "--tta")
    assert result.returncode == 0 and not result.stderr, result.stderr
    found = np.load(tmp_path / "photo_saliency.npy")
    expected = salzoo.load_model(tta=True)(np.asarray(Image.open(tmp_path / "photo.png")))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    for arguments in (
        ("train", "msinet", "--dataset", "synthetic"),
        ("export", "msinet_lite"),
        ("models",),
        ("summary", "msinet"),
        ("benchmark",),
        ("predict", "photo.png", "--engine", "tensorflow"),
        ("predict", "photo.png", "--output", "fixation"),
    ):
        result = run(*arguments)
        assert result.returncode == 2 and result.stderr.count("\n") == 1, result.stderr
        assert "needs tensorflow and keras, not installed here" in result.stderr, arguments
    check_server(environment, tmp_path, variables)


def check_server(environment, folder, variables):
    command = [environment / "bin" / "salzoo", "serve", "--port", "0"]
    log = folder / "log"
    with open(log, "w") as output:
        server = subprocess.Popen(command, env=variables, stdout=output, stderr=output, text=True)
    try:
        address = None
        for _ in range(600):
            found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
            if found or server.poll() is not None:
                address = found and found[0]
                break
            server_wait(server)
        assert address, log.read_text()
        body = (folder / "photo.png").read_bytes()
        request = urllib.request.Request(
            f"{address}/v1/models/msinet_lite:predict",
            body,
            {"Content-Type": "image/png", "Accept": "image/png"},
        )
        for _ in range(100):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    picture = Image.open(io.BytesIO(answer.read()))
                break
            except urllib.error.HTTPError as error:
                assert error.code == 503, error.read()
                server_wait(server)
        assert picture.size == (96, 64)
    finally:
        server.terminate()
        server.wait(60)


def server_wait(server):
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(0.1)
