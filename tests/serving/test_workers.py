"""Several workers, and a signal under load."""

import concurrent.futures
import os
import signal
import time

import pytest

from tests.serving.running import Running, encode, noise, start_load

pytest.importorskip("fastapi", reason="needs salzoo[serve]")

GOOD = encode(noise())
PATH = "/v1/models/{name}:predict"


def check_stop_under_load(server, workers):
    """Stop a server while clients send requests: what it accepted is answered."""
    end = start_load(server, GOOD)
    time.sleep(1)
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(30) == 0
    answers = end()
    lines = [line for line in server.log() if line["event"] == "request"]
    accepted = {line["request"]: line for line in lines if line["request"] in answers}
    answered = {name for name, status in answers.items() if status == 200}
    assert len(answered) > 10
    # Whatever was accepted was answered, and arrived.
    assert {*accepted} == answered
    assert {line["outcome"] for line in accepted.values()} == {"answered"}
    stopped = server.wait_for("stopped", workers)
    assert [line["abandoned"] for line in stopped] == [0] * workers
    # The others did not reach the server.
    errors = {status for status in answers.values() if status != 200}
    connection = {"ConnectionRefusedError", "ConnectionResetError", "BrokenPipeError"}
    assert errors <= {*connection, "RemoteDisconnected"}, errors


def test_a_signal_under_load_loses_no_accepted_request(tmp_path):
    with Running(tmp_path, models={"fake": "fake:0.03"}, queue=50) as server:
        check_stop_under_load(server, 1)


def test_workers_share_socket_and_metrics_and_stop_under_load(tmp_path):
    with Running(tmp_path, workers=2, models={"fake": "fake:0.05"}, queue=50) as server:
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            assert {status for status, *_ in pool.map(server.predict, [GOOD] * 30)} == {200}
        server.wait_for_metric(30, "salzoo_request_seconds_count", path=PATH)
        lines = [line for line in server.log() if line["event"] == "request"]
        processes = {line["process"] for line in lines}
        assert len(processes) == 2  # both have worked, and every answer has the sum of both
        for _ in range(4):
            assert server.metric("salzoo_requests_total", path=PATH, status="200") == 30
            assert server.metric("salzoo_request_seconds_count", path=PATH) == 30
        victim = next(iter(processes))
        os.kill(victim, signal.SIGKILL)
        assert server.wait_for("worker replaced")[0]["worker"] == victim
        server.wait_for("ready", 3)
        assert server.predict(GOOD)[0] == 200
        server.wait_for_metric(31, "salzoo_requests_total", path=PATH, status="200")
        server.wait_for_metric(1, "salzoo_requests_in_flight")
        check_stop_under_load(server, 2)


@pytest.mark.slow
def test_an_unusable_model_ends_all_workers(tmp_path):
    with Running(tmp_path, models={"a": "nonsense"}, workers=2, ready=0) as server:
        assert server.process.wait(60) == 2
        assert "nonsense is no model." in server.log_path.read_text()
