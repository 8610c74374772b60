"""The load test of the server, on one that computes nothing."""

import os

import pytest

from experiments import server_load
from tests.serving.running import Running

pytest.importorskip("fastapi", reason="needs salzoo[serve]")


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is read from /proc")
def test_the_table(tmp_path):
    files = server_load.draw_jpegs((30, 40), 2)
    with Running(tmp_path) as server:
        address = f"{server.host}:{server.port}"

        def ask(count):
            return server_load.request_all(address, "fake", files, count, 3)

        measured = server_load.Measured("fake", server.process.pid, ask)
        table = server_load.measure([measured], 10, 4)
        assert server.metric("salzoo_requests_total", status="200") >= 12  # two to warm up
    assert len(measured.seconds) == 10 and len(measured.memory) == 3
    assert "p99 ms" in table and measured.elapsed >= max(measured.seconds) > 0
    assert measured.memory[0] > 10
