"""One process of the server: it listens, loads, answers, reloads and stops."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import queue
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn

from salzoo.serving.app import make_app
from salzoo.serving.http_protocol import patient_protocol
from salzoo.serving.request_log import log
from salzoo.serving.service import Service
from salzoo.serving.settings import ServerSettings
from salzoo.utils.errors import InputError

# Connections that the system keeps until they are accepted.
BACKLOG = 1024
# Seconds in which a stopping server still takes connections: load balancers notice it late.
LINGER = 0.5
KEEP_ALIVE = 10


class Server(uvicorn.Server):
    """The HTTP server of a process.

    SIGTERM and SIGINT stop it, after it has answered what it had accepted; a second SIGINT stops
    it at once. SIGHUP loads the models again.

    Args:
        settings: of the server.
        listener: bound socket.
        on_ready: is called when all models are loaded.

    Attributes:
        failure: why the models could not be loaded; None: they could.
        loading: whether models are being loaded.
        abandoned: requests without an answer when the time to stop was over.
    """

    def __init__(
        self, settings: ServerSettings, listener: socket.socket, on_ready: Callable[[], None]
    ) -> None:
        self.service = Service(settings)
        self._listener, self._on_ready = listener, on_ready
        self._loader = threading.Thread(target=self._load, name="load", daemon=True)
        self._reloads: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.failure: BaseException | None = None
        self.abandoned = 0
        self.loading = True
        super().__init__(
            uvicorn.Config(
                make_app(self.service),
                http=patient_protocol(settings.timeout),
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                # A process takes one connection at a time, so that others get the next.
                backlog=1,
                timeout_keep_alive=KEEP_ALIVE,
                timeout_graceful_shutdown=max(1, round(settings.grace)),
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and to load the models."""
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._listener.listen(BACKLOG)
        self._loader.start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what was accepted, as long as there is time."""
        await super().shutdown(sockets)
        self.abandoned = self.service.queue.length
        self.service.queue.close()

    async def on_tick(self, counter: int) -> bool:
        """Stop if the process that started this worker is gone."""
        parent = multiprocessing.parent_process()
        if counter % 10 == 0 and parent is not None and not parent.is_alive():
            self._begin_stop()
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle signals while the server runs."""
        handlers: dict[int, Any] = {signal.SIGINT: self._on_stop, signal.SIGTERM: self._on_stop}
        if hasattr(signal, "SIGHUP"):  # not on Windows
            handlers[signal.SIGHUP] = self._on_reload
        before = {number: signal.signal(number, handle) for number, handle in handlers.items()}
        try:
            yield
        finally:
            for number, handle in before.items():
                signal.signal(number, handle)

    def _on_stop(self, number: int, _: object) -> None:
        if number == signal.SIGINT and self.service.stopping:
            self.force_exit = self.should_exit = True
        elif self._loop is not None:
            self._loop.call_soon_threadsafe(self._begin_stop)
        else:
            self.should_exit = True

    def _on_reload(self, *_: object) -> None:
        self._reloads.put(1)

    def _begin_stop(self) -> None:
        if not self.service.stopping:
            self.service.stopping = True
            log("stopping", queue=self.service.queue.length)
            asyncio.get_running_loop().call_later(LINGER, setattr, self, "should_exit", True)

    def _load(self) -> None:
        """Load the models, then load them again whenever it is asked for."""
        try:
            self.service.models.load()
        except BaseException as error:  # it is raised in the main thread
            self.failure, self.should_exit = error, True
            return
        self._on_ready()
        log("ready", models=sorted(self.service.settings.models))
        while True:
            self.loading = False
            self._reloads.get()
            self.loading = True
            while not self._reloads.empty():
                self._reloads.get()
            self.service.reload()


def bind(settings: ServerSettings) -> socket.socket:
    """Bind the socket of a server.

    Args:
        settings: with host and port.

    Raises:
        InputError: the address cannot be used.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"`host` {settings.host}, `port` {settings.port}: the server cannot listen there "
            f"({reason}); choose others."
        ) from error
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def run_server(
    settings: ServerSettings,
    listener: socket.socket,
    on_ready: Callable[[], None] = lambda: None,
) -> int:
    """Serve in this process until it is told to stop.

    Args:
        settings: of the server.
        listener: bound socket; it is closed.
        on_ready: is called when all models are loaded.

    Returns:
        0, or 1 if requests were left without an answer.

    Raises:
        InputError: a model is unusable.
    """
    server = Server(settings, listener, on_ready)
    server.run([listener])
    if server.failure is not None:
        raise server.failure
    log("stopped", abandoned=server.abandoned)
    status = 1 if server.abandoned else 0
    if server.loading or server.abandoned:
        os._exit(status)  # threads that cannot be interrupted would keep the process
    return status
