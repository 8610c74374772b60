"""Several processes that serve on one socket."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import tempfile
from multiprocessing import connection
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event
from types import FrameType

from salzoo.serving.request_log import log, open_log
from salzoo.serving.settings import ServerSettings
from salzoo.utils.errors import InputError
from salzoo.utils.printable import printable

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


class Workers:
    """Processes that serve, and the one that watches over them.

    A worker that dies is replaced, unless it has not come so far as to answer: the next one would
    die as well. SIGTERM, SIGINT and SIGHUP are passed on.

    Args:
        settings: of the server.
        listener: bound socket that all of them accept from.
    """

    def __init__(self, settings: ServerSettings, listener: socket.socket) -> None:
        self._settings, self._listener = settings, listener
        self._context = multiprocessing.get_context("spawn")
        self._processes: dict[SpawnProcess, Event] = {}
        self._stopping = False
        self._status = 0

    def run(self) -> int:
        """Serve until a signal or a failure ends it.

        Returns:
            The exit status: 0, 1 if requests were left without an answer or a worker died, 2 if
            a model is unusable.
        """
        with tempfile.TemporaryDirectory(prefix="salzoo-metrics-") as folder:
            os.environ[FOLDER_VARIABLE] = folder
            for number in ("SIGTERM", "SIGINT", "SIGHUP"):
                if hasattr(signal, number):
                    signal.signal(getattr(signal, number), self._on_signal)
            try:
                for _ in range(self._settings.workers):
                    self._start()
                while self._processes:
                    connection.wait([process.sentinel for process in self._processes], 1)
                    for process in [p for p in self._processes if not p.is_alive()]:
                        self._replace(process, folder)
            finally:
                self._send(signal.SIGTERM)
                del os.environ[FOLDER_VARIABLE]
        return self._status

    def _start(self) -> None:
        ready = self._context.Event()
        process = self._context.Process(
            target=_serve, args=(self._settings, self._listener, ready), name="serve"
        )
        process.start()
        self._processes[process] = ready

    def _replace(self, process: SpawnProcess, folder: str) -> None:
        """Forget a worker that has ended; start another one unless all shall end."""
        from prometheus_client.multiprocess import mark_process_dead

        ready = self._processes.pop(process)
        mark_process_dead(process.pid, folder)
        code = process.exitcode or 0
        if self._stopping:
            self._status = max(self._status, 1 if code else 0)
        elif not ready.is_set():
            log("worker failed", "error", worker=process.pid, status=code)
            self._status = code if code > 0 else 1
            self._stop()
        else:
            log("worker replaced", "error", worker=process.pid, status=code)
            self._start()

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if number in (signal.SIGTERM, signal.SIGINT):
            self._stop()
        else:
            self._send(number)

    def _stop(self) -> None:
        if not self._stopping:
            self._listener.close()  # when the workers have closed theirs, nothing connects
            self._stopping = True
        self._send(signal.SIGTERM)  # a terminal has sent them SIGINT, which changes nothing

    def _send(self, number: int) -> None:
        for process in self._processes:
            if process.is_alive() and process.pid is not None:
                os.kill(process.pid, number)


def _serve(settings: ServerSettings, listener: socket.socket, ready: Event) -> None:
    """Serve in a worker."""
    # Not before prometheus_client finds the folder of all workers' values.
    from salzoo.serving.server import run_server

    open_log()
    listener.setblocking(False)
    try:
        sys.exit(run_server(settings, listener, ready.set))
    except InputError as error:
        sys.stderr.write(f"salzoo serve: {printable(str(error))}\n")
        sys.exit(2)


def serve(settings: ServerSettings) -> int:
    """Serve models over HTTP until the process is told to stop.

    Args:
        settings: of the server.

    Returns:
        The exit status: 0, or 1 if requests were left without an answer.

    Raises:
        InputError: the address cannot be used, or a model is unusable.
    """
    from salzoo.serving.server import bind, run_server

    open_log()
    listener = bind(settings)
    host, port = listener.getsockname()[:2]
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    log("listening", url=url, workers=settings.workers, models=sorted(settings.models))
    if not settings.token and host not in ("127.0.0.1", "::1"):
        log("open to everyone who reaches this address; set SALZOO_TOKEN", "warning", host=host)
    if settings.workers == 1:
        return run_server(settings, listener)
    return Workers(settings, listener).run()
