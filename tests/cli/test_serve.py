"""`salzoo serve`."""

import io
import os
import re
import shlex
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import salzoo
from salzoo.cli import serve
from tests.serving.running import ROOT, Running, encode, multipart, noise


def test_missing_packages_are_named(inside, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("salzoo.serving")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    status, _, err = inside("serve")
    assert status == 2
    assert (
        "The server needs the package uvicorn; install it with pip install 'salzoo[serve]'" in err
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "65536"], "argument --port: '65536' is not a whole number of 0 to 65535."),
        (["--model", "a b"], "--model a b: give NAME=SOURCE"),
        (["--max_megapixels", "101"], "--max_megapixels 101.0: give a number above 0 and at most"),
        (["--cors", "example.org"], "--cors 'example.org' is no origin like https://example.org"),
        (["--host", "no.such.host.invalid"], "--host no.such.host.invalid, --port 8000: the serv"),
    ],
)
def test_unusable_flags(inside, arguments, message):
    pytest.importorskip("fastapi", reason="needs salzoo[serve]")
    status, _, err = inside("serve", *arguments)
    assert status == 2 and message in err


def test_an_empty_token_is_no_token(inside, monkeypatch):
    pytest.importorskip("fastapi", reason="needs salzoo[serve]")
    monkeypatch.setenv("SALZOO_TOKEN", "")
    status, _, err = inside("serve")
    assert status == 2 and "SALZOO_TOKEN is empty" in err


def test_the_server_imports_no_tensorflow():
    pytest.importorskip("fastapi", reason="needs salzoo[serve]")
    code = (
        "import sys, salzoo.serving.server, salzoo.serving.workers\n"
        "heavy = {'tensorflow', 'keras'} & {*sys.modules}\nassert not heavy, heavy"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def documented_requests():
    """The curl commands of docs/serving.md."""
    with open(os.path.join(ROOT, "docs", "serving.md")) as file:
        blocks = re.findall(r"^```sh\n(.*?)^```", file.read(), re.M | re.S)
    commands = "".join(blocks).replace("\\\n", " ").splitlines()
    return [command for command in commands if command.startswith("curl ")]


def test_the_documented_requests(tmp_path):
    pytest.importorskip("fastapi", reason="needs salzoo[serve]")
    if subprocess.run(["sh", "-c", "command -v curl"], capture_output=True).returncode:
        pytest.skip("curl is not installed")
    commands = documented_requests()
    assert len(commands) >= 6
    (tmp_path / "photo.jpg").write_bytes(encode(noise(60, 90), "JPEG"))
    models = {"msinet_lite": "fake"}
    with Running(tmp_path / "server", models=models, token="a-secret") as server:
        for command in commands:
            assert "127.0.0.1:8000" in command
            command = command.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
            # They are written for a server without a token, except one.
            words = [word.replace("$SALZOO_TOKEN", "a-secret") for word in shlex.split(command)]
            if not any("Bearer" in word for word in words):
                words += ["-H", "Authorization: Bearer a-secret"]
            result = subprocess.run(
                [*words, "--fail", "--silent", "--show-error"],
                cwd=tmp_path,
                capture_output=True,
                timeout=30,
            )
            assert result.returncode == 0, (command, result)
    assert Image.open(tmp_path / "map.png").mode == "I;16"
    assert Image.open(tmp_path / "overlay.jpg").size == (90, 60)
    width, height = Image.open(tmp_path / "crop.jpg").size
    assert width / height == pytest.approx(16 / 9, rel=0.02)
    assert np.load(tmp_path / "map.npy").shape == (60, 90)


@pytest.mark.slow
def test_the_program_serves_what_is_predicted(tmp_path):
    """The shipped model, over HTTP and in Python."""
    pytest.importorskip("fastapi", reason="needs salzoo[serve]")
    image = noise(60, 90)
    command = ["-m", "salzoo", "serve", "--port", "0"]
    with Running(tmp_path, command, {"SALZOO_TOKEN": "t"}, 300) as server:
        bearer = {"Authorization": "Bearer t"}
        body = multipart(image=encode(image))
        kind = "multipart/form-data; boundary=xx"
        assert server.predict(body, kind=kind, name="msinet_lite")[0] == 401
        status, _, answer = server.predict(
            body, kind=kind, name="msinet_lite", accept="application/x-npy", **bearer
        )
        assert status == 200
        expected = salzoo.load_model("msinet_lite")(image)
        np.testing.assert_allclose(np.load(io.BytesIO(answer)), expected, atol=1e-4)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("model loaded", 2, 300)
        assert server.stop() == 0


def test_the_help_names_every_setting():
    import argparse

    from salzoo.serving.settings import ServerSettings

    parser = argparse.ArgumentParser()
    serve.add_arguments(parser)
    flags = {action.dest for action in parser._actions}
    own = {"models", "options", "token", "load"}
    assert {*ServerSettings.__dataclass_fields__} - own <= flags
