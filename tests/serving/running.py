"""A server process, and a client of it over the loopback interface."""

import concurrent.futures
import http.client
import io
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np
from PIL import Image

import salzoo

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(salzoo.__file__)))


class Running:
    """A server process.

    Args:
        folder: for its log.
        command: to run; None: the fake server with the settings.
        environment: variables to add.
        ready: seconds to wait until predictions are answered; 0: none.
        **settings: of the server.
    """

    def __init__(self, folder, command=None, environment=None, ready=60, **settings):
        settings = {"models": {"fake": "fake"}, "port": 0, **settings}
        self.settings = settings
        command = command or ["-m", "tests.serving.fake_server", json.dumps(settings)]
        folder.mkdir(exist_ok=True)
        self.log_path = folder / "log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                stdin=subprocess.DEVNULL,
                stderr=log,
                cwd=folder,
                env={**os.environ, "PYTHONPATH": ROOT, "SALZOO_HOME": str(folder)}
                | (environment or {}),
            )
        self.port = None
        try:
            [first] = self.wait_for("listening")
            self.host, self.port = first["url"].removeprefix("http://").rsplit(":", 1)
            self.port = int(self.port)
            if ready:
                self.wait_for("ready", settings.get("workers", 1), ready)
        except BaseException:
            self.process.terminate()
            raise

    def log(self):
        """The lines of the log so far."""
        lines = self.log_path.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n") and line[0] == "{"]

    def wait_for(self, event, count=1, seconds=60):
        """Wait until an event is in the log."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = [line for line in self.log() if line["event"] == event]
            if len(found) >= count:
                return found
            assert self.process.poll() is None or self.port, self.log_path.read_text()
            time.sleep(0.02)
        raise AssertionError(f"no {count} {event} in {self.log_path.read_text()[-3000:]}")

    def connect(self, seconds=20):
        """A connection of http.client."""
        return http.client.HTTPConnection(self.host, self.port, timeout=seconds)

    def socket(self, seconds=20):
        """A connected socket."""
        return socket.create_connection((self.host, self.port), seconds)

    def request(self, method, path, body=None, headers=None):
        """Send a request and return (status, headers, body)."""
        connection = self.connect()
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def predict(self, body, query="", accept=None, kind="image/png", name="fake", **headers):
        """Send an image and return (status, headers, body)."""
        headers = {"Content-Type": kind, **({"Accept": accept} if accept else {}), **headers}
        return self.request("POST", f"/v1/models/{name}:predict{query}", body, headers)

    def exchange(self, data, seconds=20):
        """Send bytes as they are and return all that comes back."""
        with self.socket(seconds) as connection:
            connection.sendall(data)
            return read_all(connection)

    def metric(self, name, **labels):
        """The sum of a metric over its series with these labels."""
        text = self.request("GET", "/metrics")[2].decode()
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        lines = [line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#"]
        found = [
            float(value)
            for series, value in lines
            if series.split("{")[0] == name and all(label in series for label in wanted)
        ]
        return sum(found)

    def wait_for_metric(self, value, name, seconds=20, **labels):
        """Wait until a metric has a value: a request is counted after its client has the answer."""
        end = time.monotonic() + seconds
        while (found := self.metric(name, **labels)) != value:
            assert time.monotonic() < end, (name, found, value)
            time.sleep(0.02)

    def stop(self, number=signal.SIGTERM, seconds=40):
        """Send a signal and return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(seconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.stop(seconds=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def read_all(connection):
    """Read until the end of a connection, or until it is reset."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def encode(pixels, kind="PNG", **options):
    """An image file in memory."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def noise(rows=24, columns=36, seed=0):
    """An image of random colours."""
    return np.random.default_rng(seed).integers(0, 256, (rows, columns, 3), dtype="uint8")


def multipart(boundary="xx", **parts):
    """A multipart body of named parts: bytes are files, texts are fields."""
    pieces = []
    for name, content in parts.items():
        file = '; filename="../../photo.jpg"' if isinstance(content, bytes) else ""
        content = content.encode() if isinstance(content, str) else content
        header = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        pieces.append(header.encode() + content + b"\r\n")
    return b"".join(pieces) + f"--{boundary}--\r\n".encode()


def is_healthy(server):
    """Whether the server says that it is alive."""
    return server.request("GET", "/healthz")[0] == 200


def _load_with(server, image, stop, ids, reuse):
    """Send requests until told to stop; return {identifier: status or the error's name}."""
    found, connection = {}, None
    while not stop.is_set():
        name = f"id-{next(ids)}"
        try:
            if connection is None:
                connection = server.connect()
            connection.request("POST", "/v1/models/fake:predict", image, {"X-Request-ID": name})
            response = connection.getresponse()
            body = response.read()
            assert response.status != 200 or body.startswith(b"\x89PNG")
            found[name] = response.status
            if not reuse or response.getheader("Connection") == "close":
                connection.close()
                connection = None
        except (OSError, http.client.HTTPException) as error:
            found[name] = type(error).__name__
            connection = None
            time.sleep(0.01)
    return found


def start_load(server, image, clients=6):
    """Begin to send requests; return a function that ends it and returns what came back."""
    stop, ids = threading.Event(), itertools.count()
    pool = concurrent.futures.ThreadPoolExecutor(clients)
    jobs = [
        pool.submit(_load_with, server, image, stop, ids, number % 2) for number in range(clients)
    ]

    def end():
        stop.set()
        return {key: value for job in jobs for key, value in job.result(30).items()}

    return end
