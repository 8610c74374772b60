"""HTTP/1.1 connections whose clients must not keep the server waiting."""

from __future__ import annotations

import asyncio
import json

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

# Connections of a process; each takes a file descriptor and some memory.
MOST_CONNECTIONS = 500
# Bytes a second that a client must read at least.
SLOWEST = 16 * 2**10


class PatientProtocol(H11Protocol):
    """A connection of uvicorn with two more limits.

    The header of a request must arrive in time, and an answer must be read at a least speed.

    Attributes:
        patience: seconds that a client may take.
    """

    patience = 30.0
    _header_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._await_header(self.patience)

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection."""
        for timer in (self._header_timer, self._write_timer):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Begin to wait for the next request, or for the end of the connection."""
        self._await_header(self.patience + self.timeout_keep_alive)
        super().on_response_complete()

    def _await_header(self, seconds: float) -> None:
        if self._header_timer is not None:
            self._header_timer.cancel()
        self._header_timer = self.loop.call_later(seconds, self._end_if_idle, self.cycle)

    def _end_if_idle(self, cycle: RequestResponseCycle | None) -> None:
        if self.cycle is cycle:  # no request has come since
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        body = json.dumps({"error": f"{msg} Send a request of HTTP/1.1."}).encode()
        headers = {
            "content-type": "application/json",
            "content-length": str(len(body)),
            "connection": "close",
        }
        for event in (
            h11.Response(status_code=400, headers=[*headers.items()], reason="Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event))
        self.transport.close()

    def pause_writing(self) -> None:
        """Watch an answer that the client does not read at once."""
        super().pause_writing()
        self._watch_writing()

    def resume_writing(self) -> None:
        """Go on with an answer that the client has read."""
        if self._write_timer is not None:
            self._write_timer.cancel()
        super().resume_writing()

    def _watch_writing(self) -> None:
        size = self.transport.get_write_buffer_size()
        self._write_timer = self.loop.call_later(self.patience, self._end_if_slow, size)

    def _end_if_slow(self, size: int) -> None:
        if size - self.transport.get_write_buffer_size() < SLOWEST * self.patience:
            self.transport.abort()
        else:
            self._watch_writing()


def patient_protocol(timeout: float) -> type[PatientProtocol]:
    """Return the protocol with a timeout.

    Args:
        timeout: seconds that a client may take.
    """
    return type("TimedProtocol", (PatientProtocol,), {"patience": timeout})
