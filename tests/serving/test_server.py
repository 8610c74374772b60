"""A server under attack: hostile bodies, hostile protocol, slow clients."""

import concurrent.futures
import contextlib
import json
import socket
import time

import numpy as np
import pytest

from tests.hostile.images import contents
from tests.hostile.test_corpus import USABLE
from tests.serving.running import Running, encode, is_healthy, multipart, noise, read_all

pytest.importorskip("fastapi", reason="needs salzoo[serve]")

GOOD = encode(noise())
HEAD = b"POST /v1/models/fake:predict HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
TIMEOUT = 1.0
REFUSED = (400, 404, 405, 408, 413, 415, 422)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("server")
    with Running(folder, max_megabytes=4, max_megapixels=5, timeout=TIMEOUT) as running:
        yield running
        lines = running.log()
    assert not [line for line in lines if line["level"] == "error"], lines


def check_refusal(status, body, case):
    assert status in REFUSED, (case, status, body[:300])
    sentence = json.JSONDecoder().raw_decode(body.decode())[0]["error"]
    assert sentence.isprintable() and "Traceback" not in sentence and len(sentence) < 500, case


def hostile_bodies():
    """Yield (case, body, content type, whether it is a good image)."""
    for name, content in contents().items():
        good = name in USABLE and name != "bomb_allowed.png"  # of 20 megapixels
        yield f"raw {name}", content, "image/jpeg", good
        if len(content) < 50_000:
            form = multipart(image=content)
            yield f"form {name}", form, "multipart/form-data; boundary=xx", good
    for kind in ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"):
        whole = encode(noise(9, 12), kind)
        for part in (0.1, 0.3, 0.5, 0.7, 0.9, 0.99):
            cut = whole[: int(len(whole) * part)]
            yield f"{kind} to {part}", cut, "image/png", None
        for place in range(4, len(whole), max(1, len(whole) // 9)):
            flipped = bytearray(whole)
            flipped[place] ^= 0xFF
            yield f"{kind} flipped at {place}", bytes(flipped), "image/png", None
    for kind in ("text/html", "application/json", "image", "multipart/mixed; boundary=xx", ";;"):
        yield f"type {kind}", GOOD, kind, False
    form = multipart(image=GOOD, regions="[]")
    for end in range(0, len(form), len(form) // 20):
        yield f"form to {end}", form[:end], "multipart/form-data; boundary=xx", None
    disposition = b'--xx\r\nContent-Disposition: form-data; name="'
    for case, content in {
        "long header": disposition + b'image"; x="' + b"a" * 3_000_000,
        "many headers": b"--xx\r\n" + b"A: b\r\n" * 500_000,
        "many parts": (disposition + b'a"\r\n\r\n\r\n') * 50_000,
        "long name": disposition + b'\\"' * 1_500_000 + b'"\r\n\r\n\r\n--xx--\r\n',
        "long preamble": b"\r\n" * 1_500_000,
        "almost boundaries": disposition + b'image"; filename="a"\r\n\r\n' + b"\r\n--x" * 600_000,
    }.items():
        yield f"form with {case}", content, "multipart/form-data; boundary=xx", False
    for boundary in ("", "x" * 300, "\xe9", '"', "xx; boundary=yy"):
        kind = f"multipart/form-data; boundary={boundary}"
        yield f"boundary {boundary!r}", form, kind, None


def test_hostile_bodies_are_refused_and_the_server_lives(server):
    cases = list(hostile_bodies())
    assert len(cases) >= 200
    for case, body, kind, good in cases:
        status, headers, answer = server.predict(body, kind=kind)
        if status == 200 and good is not False:
            assert headers["Content-Type"] == "image/png", case
        else:
            assert good is not True, (case, status, answer)
            check_refusal(status, answer, case)
        assert is_healthy(server), case


@pytest.mark.parametrize(
    ("data", "statuses"),
    [
        (HEAD + b"Content-Length: 10000000000\r\n\r\nabc", {413}),
        (HEAD + b"Content-Length: 10000000000\r\nExpect: 100-continue\r\n\r\n", {413}),
        (HEAD + b"Content-Length: 99999999999999999999999999\r\n\r\nabc", {413, 400}),
        (HEAD + b"Content-Length: -5\r\n\r\nabc", {400}),
        (HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", {400}),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc", {400}),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc", {400, 408}),
        (HEAD + b"Transfer-Encoding: gzip\r\n\r\nabc", {400, 501}),
        (HEAD + b"Content-Length: 50\r\n\r\nabc", {408}),  # and nothing more
        (HEAD + b"X: " + b"a" * 100_000 + b"\r\n\r\n", {400, 431}),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(99), {400}),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 404, 405}),
        (b"GET /\r\n\r\n", {400}),
        (b"GET / HTTP/1.1\r\n\r\n", {400}),  # no host
        (b"GET /../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
        (b"GET /%00%ff%0a%1b HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
        (b"POST /v1/models/..%2f..%2fx:predict HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
        (b"POST /v1/models/%1b%0a:predict HTTP/1.1\r\nHost: x\r\n\r\n", {404}),
        (b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", {405}),
        (
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: upgrade, close\r\n"
            b"Upgrade: websocket\r\n\r\n",
            {200},
        ),
    ],
)
def test_hostile_protocol(server, data, statuses):
    if b"Connection" not in data:
        data = data.replace(b"Host: x\r\n", b"Host: x\r\nConnection: close\r\n", 1)
    answer = server.exchange(data)
    assert int(answer.split()[1]) in statuses, answer[:500]
    head, body = answer.split(b"\r\n\r\n", 1)
    if b"200 OK" not in head:
        check_refusal(int(head.split()[1]), body, data[:99])
    assert b"\x1b" not in answer and is_healthy(server)


def test_an_endless_chunked_body_is_cut(server):
    with server.socket() as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        reader = concurrent.futures.ThreadPoolExecutor(1)
        answer = reader.submit(read_all, connection)
        sent = 0
        chunk = b"10000\r\n" + bytes(65536) + b"\r\n"
        with contextlib.suppress(OSError):
            while sent < 200 * 2**20:
                connection.sendall(chunk)
                sent += 65536
        assert sent < 120 * 2**20
        assert answer.result(10).startswith(b"HTTP/1.1 413 ")
    assert is_healthy(server)


def test_bodies_that_arrive_at_once_are_bounded(server):
    size = server.settings["max_megabytes"] * 2**20
    head = HEAD + f"Content-Length: {size}\r\n\r\n".encode()
    for _ in range(2):  # the bytes of the first ones are free again
        with contextlib.ExitStack() as stack:
            connections = [stack.enter_context(server.socket()) for _ in range(11)]
            for connection in connections:
                with contextlib.suppress(OSError):
                    connection.sendall(head + bytes(size - 1))
            statuses = [read_all(connection)[9:12] for connection in connections]
        assert statuses.count(b"503") >= 2 and {*statuses} <= {b"503", b"408"}, statuses
    assert server.metric("salzoo_refused_total", reason="bytes") >= 4
    assert server.predict(GOOD)[0] == 200 and is_healthy(server)


def test_clients_that_leave_halfway(server):
    for end in (10, len(HEAD), len(HEAD) + 40, len(HEAD) + 600):
        data = HEAD + f"Content-Length: {len(GOOD)}\r\n\r\n".encode() + GOOD
        with server.socket() as connection:
            connection.sendall(data[:end])
        assert is_healthy(server)


def test_slow_clients_are_dropped(server):
    begun = time.monotonic()
    with server.socket() as silent, server.socket() as slow_header, server.socket() as slow_body:
        slow_body.sendall(HEAD + b"Content-Length: 5000\r\n\r\n")
        slow_header.sendall(HEAD)
        for _ in range(8):
            time.sleep(TIMEOUT / 4)
            for connection in (slow_header, slow_body):
                with contextlib.suppress(OSError):
                    connection.sendall(b"a")
        assert read_all(silent) == read_all(slow_header) == b""
        assert read_all(slow_body).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - begun < 10 * TIMEOUT
    assert is_healthy(server)


def test_a_client_that_does_not_read_is_dropped(server):
    image = encode(np.zeros((1500, 2000, 3), "uint8"))  # whose map has 12 MB
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect((server.host, server.port))
        head = HEAD + b"Accept: application/x-npy\r\nX-Request-ID: lazy\r\n"
        connection.sendall(head + f"Content-Length: {len(image)}\r\n\r\n".encode() + image)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if [line for line in server.wait_for("request") if line["request"] == "lazy"]:
                break
            time.sleep(0.1)
        [line] = [line for line in server.wait_for("request") if line["request"] == "lazy"]
        assert line["seconds"] < 15
    assert server.metric("salzoo_requests_in_flight") == 1
