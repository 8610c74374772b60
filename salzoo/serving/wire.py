"""The ASGI messages of one request, watched and completed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from starlette.types import Message, Receive, Scope, Send

# What is read of a body that was refused, so that its client finds the answer instead of a
# broken connection.
DRAIN_SECONDS, DRAIN_BYTES = 1.0, 64 * 2**20


class Wire:
    """Passes the messages of one request on.

    It adds headers, closes the connection where the body was not read to its end, and reads some
    more of such a body.

    Args:
        scope: of the request.
        receive: of the server.
        send: of the server.
        headers: to add to the answer.
        close: whether the connection ends after the answer.

    Attributes:
        status: of the answer; None before it.
        sent: bytes of the answer's body.
        received: bytes of the request's body.
    """

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Sequence[tuple[bytes, bytes]],
        close: bool,
    ) -> None:
        self._receive, self._send, self._headers, self._close = receive, send, headers, close
        given: dict[bytes, bytes] = dict(scope["headers"])
        has_body = given.get(b"content-length", b"0").strip(b"0") or b"transfer-encoding" in given
        self._body_left = bool(has_body)
        # Reading would ask for the body, after it was refused.
        self._may_drain = b"expect" not in given
        self.status: int | None = None
        self.sent = self.received = 0

    async def receive(self) -> Message:
        """Return the next message of the client."""
        message = await self._receive()
        if message["type"] == "http.request":
            self.received += len(message.get("body", b""))
            if not message.get("more_body", False):
                self._body_left = False
        else:
            self._body_left = False
        return message

    async def send(self, message: Message) -> None:
        """Send a message to the client."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            await self._send({**message, "headers": self._all_headers(message)})
            return
        body = message.get("body", b"")
        self.sent += len(body)
        if self._body_left and not message.get("more_body", False):
            await self._send({"type": "http.response.body", "body": body, "more_body": True})
            await self._drain()
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await self._send(message)

    def _all_headers(self, message: Message) -> list[Any]:
        headers = [*message.get("headers", ()), *self._headers]
        if self._close or self._body_left:
            headers.append((b"connection", b"close"))
        return headers

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                end = self.received + DRAIN_BYTES
                while self._may_drain and self._body_left and self.received < end:
                    await self.receive()
        except TimeoutError:
            pass
