"""The description of the interface, against which schemathesis tests every address."""

import json
import subprocess
import sys

import pytest

from tests.serving.running import Running

pytest.importorskip("fastapi", reason="needs salzoo[serve]")

# Its random bodies are no images, which the description cannot say.
IGNORED = ("positive_data_acceptance",)


@pytest.mark.slow
@pytest.mark.parametrize("token", [None, "a-secret"])
def test_every_answer_is_as_described(token, tmp_path):
    pytest.importorskip("schemathesis", reason="needs schemathesis: pip install schemathesis")
    with Running(tmp_path, max_megabytes=1, token=token) as server:
        command = [sys.executable, "-m", "schemathesis.cli", "run"]
        command += [f"http://{server.host}:{server.port}/openapi.json", "--no-color"]
        command += ["--checks", "all", "--exclude-checks", ",".join(IGNORED), "--seed", "1"]
        command += ["--max-examples", "30", "--generation-database", "none"]
        if token:
            command += ["--header", f"Authorization: Bearer {token}"]
        result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=900)
        assert result.returncode == 0, result.stdout[-6000:]
        assert not [line for line in server.log() if line["level"] == "error"]
        assert server.metric("salzoo_requests_total") > 100 or token
        description = json.loads(server.request("GET", "/openapi.json")[2])
        assert ("securitySchemes" in description.get("components", {})) == bool(token)
