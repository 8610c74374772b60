"""A server that loads, is busy, reloads and stops, and who may use it."""

import concurrent.futures
import json
import signal
import time

import pytest

from tests.serving.running import Running, encode, is_healthy, noise, start_load

pytest.importorskip("fastapi", reason="needs salzoo[serve]")

GOOD = encode(noise())


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """A server that takes a while and has room for six images."""
    with Running(tmp_path_factory.mktemp("busy"), models={"fake": "fake:0.5"}, queue=4) as server:
        yield server


def test_a_full_queue_refuses_at_once(busy):
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: (*busy.predict(GOOD), time.monotonic()), range(10)))
    statuses = [status for status, *_ in answers]
    assert statuses.count(200) == 6 and statuses.count(503) == 4  # two threads, four wait
    for status, headers, body, ended in answers:
        if status == 503:
            assert int(headers["Retry-After"]) >= 1 and "busy" in json.loads(body)["error"]
            assert ended - begun < 1.2  # six take 1.5 seconds
    assert busy.metric("salzoo_refused_total", reason="queue") == 4
    assert busy.metric("salzoo_queue_length") == 0


def test_work_for_clients_that_have_gone_is_not_begun(busy):
    before = busy.metric("salzoo_stage_seconds_count", stage="predict")
    connections = [busy.connect() for _ in range(6)]
    for connection in connections:
        connection.request("POST", "/v1/models/fake:predict", GOOD)
    while busy.metric("salzoo_queue_length") < 6:
        time.sleep(0.02)
    for connection in connections[3:]:
        connection.close()
    for connection in connections[:3]:
        assert connection.getresponse().status == 200
        connection.close()
    assert busy.predict(GOOD)[0] == 200
    gone = [line for line in busy.wait_for("request") if line["outcome"] == "client gone"]
    assert len(gone) == 3 and {line["status"] for line in gone} == {499}
    assert busy.metric("salzoo_stage_seconds_count", stage="predict") == before + 4


def test_before_the_models_are_loaded(tmp_path):
    with Running(tmp_path, models={"fake": "late:1.5"}, ready=0) as server:
        assert is_healthy(server)
        status, headers, body = server.request("GET", "/readyz")
        assert status == 503 and headers["Retry-After"] and "being loaded" in str(body)
        assert server.predict(GOOD)[0] == 503
        [model] = json.loads(server.request("GET", "/v1/models")[2])["models"]
        assert model == {"name": "fake", "ready": False}
        server.wait_for("ready")
        assert server.request("GET", "/readyz")[0] == server.predict(GOOD)[0] == 200


def test_an_unusable_model_ends_the_server(tmp_path):
    with Running(tmp_path, models={"a": "nonsense"}, ready=0) as server:
        assert server.process.wait(30) == 2
        assert "nonsense is no model." in server.log_path.read_text()


def test_an_address_in_use(tmp_path, busy):
    other = Running.__new__(Running)
    with pytest.raises(AssertionError, match=r"`host` 127.0.0.1, `port` \d+: the server cannot"):
        other.__init__(tmp_path, port=busy.port)
    assert other.process.wait(10) == 2


def test_a_token_and_an_origin(tmp_path):
    with Running(tmp_path, cors=["https://a.org"], token="a-secret") as server:
        for value in (None, "a-secret", "Bearer", "Bearer a-secre", "Basic a-secret", "Bearer é"):
            headers = {} if value is None else {"Authorization": value.encode("latin-1")}
            status, answer, body = server.predict(GOOD, **headers)
            assert status == 401 and answer["WWW-Authenticate"] == "Bearer", value
            assert "a-secret" not in body.decode()
        for path, status in (("/healthz", 200), ("/readyz", 200), ("/", 200), ("/metrics", 401)):
            assert server.request("GET", path)[0] == status
        assert server.request("GET", "/v1/models")[0] == 401
        assert "a-secret" not in server.log_path.read_text()

        asked = {"Origin": "https://a.org", "Access-Control-Request-Method": "POST"}
        status, answer, _ = server.request("OPTIONS", "/v1/models/fake:predict", headers=asked)
        assert status == 200 and answer["Access-Control-Allow-Origin"] == "https://a.org"
        authorized = {"Authorization": "Bearer a-secret"}
        status, answer, _ = server.predict(GOOD, Origin="https://a.org", **authorized)
        assert status == 200 and answer["Access-Control-Allow-Origin"] == "https://a.org"
        _, answer, _ = server.predict(GOOD, Origin="https://b.org", **authorized)
        assert "Access-Control-Allow-Origin" not in answer


def test_reloading_loses_no_request(tmp_path):
    source = tmp_path / "source"
    source.write_text("fake:0.01")
    with Running(tmp_path, models={"fake": str(source)}, queue=50) as server:

        def card():
            [model] = json.loads(server.request("GET", "/v1/models")[2])["models"]
            return model["card"]["trained_on"]

        def reload(result, count):
            server.process.send_signal(signal.SIGHUP)
            end = time.monotonic() + 20
            while server.metric("salzoo_reloads_total", result=result) < count:
                assert time.monotonic() < end
                time.sleep(0.05)

        end = start_load(server, GOOD, clients=3)
        assert card() == "0.01"
        source.write_text("fake:0.02")
        reload("done", 1)
        assert card() == "0.02"
        for number, broken in enumerate(("nonsense", "crash"), 1):
            source.write_text(broken)
            reload("failed", number)
            assert card() == "0.02"
        answers = end()
        assert len(answers) > 3 and {*answers.values()} == {200}
        reasons = [line["reason"] for line in server.wait_for("model kept", 2)]
        assert reasons == ["nonsense is no model.", "RuntimeError: out of luck"]


def test_a_stopping_server_gives_up_when_its_time_is_over(tmp_path):
    with Running(tmp_path, models={"fake": "fake:30"}, grace=1) as server:
        pool = concurrent.futures.ThreadPoolExecutor(1)
        job = pool.submit(server.predict, GOOD)
        while server.metric("salzoo_queue_length") == 0:
            time.sleep(0.05)
        begun = time.monotonic()
        assert server.stop() == 1 and time.monotonic() - begun < 15
        assert server.wait_for("stopped")[0]["abandoned"] == 1
        status, _, body = job.result(10)
        assert status == 503 and "has stopped" in json.loads(body)["error"]
