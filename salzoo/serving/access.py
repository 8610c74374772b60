"""What every request passes: token, identifier, headers, metrics and a line of the log."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import time
import uuid

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from salzoo.serving.problems import Problem, not_now, problem_response
from salzoo.serving.request_log import LOGGER, log
from salzoo.serving.service import Service
from salzoo.serving.wire import Wire

# The others say nothing that is worth a secret.
PROTECTED = ("/v1/", "/metrics")
# As web servers log a client that has gone.
CLIENT_GONE = 499

_IDENTIFIER = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Access:
    """ASGI middleware around the whole application.

    Args:
        app: the application.
        service: behind it.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app, self._service = app, service
        token = service.settings.token
        self._digest = None if token is None else _digest(token.encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, counters = time.perf_counter(), self._service.counters
        identifier = _identifier(scope)
        headers = [*_HEADERS[: 2 if self._service.settings.cors else 3]]
        headers.append((b"x-request-id", identifier.encode()))
        wire = Wire(scope, receive, send, headers, self._service.stopping)
        counters.in_flight.inc()
        method = scope["method"]
        if method == "HEAD":  # the HTTP server leaves the body out
            scope = {**scope, "method": "GET"}
        outcome = "cancelled"
        try:
            await self._answer(scope, wire, identifier)
            outcome = "answered"
        except (ClientDisconnect, OSError):
            outcome = "client gone"
        finally:
            counters.in_flight.dec()
            status = CLIENT_GONE if outcome == "client gone" else wire.status or 0
            seconds, path = time.perf_counter() - begun, _template(scope)
            counters.requests.labels(path, status).inc()
            counters.seconds.labels(path).observe(seconds)
            log(
                "request",
                "info" if status < 500 else "warning",
                request=identifier,
                outcome=outcome,
                method=method,
                path=path,
                model=scope.get("salzoo.model"),
                status=status,
                seconds=round(seconds, 4),
                bytes_in=wire.received,
                bytes_out=wire.sent,
                client=(scope.get("client") or ("",))[0],
            )

    async def _answer(self, scope: Scope, wire: Wire, identifier: str) -> None:
        """Let the application answer; answer what it fails on."""
        try:
            if self._may_pass(scope):
                await self._app(scope, wire.receive, wire.send)
                return
            problem = Problem(
                401,
                "The token is missing or wrong; send it as Authorization: Bearer TOKEN.",
                {"WWW-Authenticate": "Bearer"},
            )
        except (ClientDisconnect, OSError):
            raise
        except asyncio.CancelledError:  # the time to stop is over
            if wire.status is None:
                stopped = not_now("The server has stopped; send the request again.", 5, "stopping")
                await problem_response(stopped)(scope, wire.receive, wire.send)
            raise
        except Exception as error:
            fields = {"fields": {"request": identifier, "error": type(error).__name__}}
            LOGGER.error("failure", exc_info=error, extra=fields)
            if wire.status is not None:  # the answer has begun and cannot be completed
                raise ClientDisconnect from error
            problem = Problem(500, f"The server failed; its log has the request {identifier}.")
        await problem_response(problem)(scope, wire.receive, wire.send)

    def _may_pass(self, scope: Scope) -> bool:
        """Return whether a request needs no token or shows the right one."""
        if self._digest is None or not scope["path"].startswith(PROTECTED):
            return True
        given = [value for key, value in scope["headers"] if key == b"authorization"]
        scheme, _, token = given[0].partition(b" ") if len(given) == 1 else (b"", b"", b"")
        # Digests have one length, whose comparison takes one time.
        equal = hmac.compare_digest(_digest(token.strip()), self._digest)
        return equal and scheme.lower() == b"bearer"


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()


def _identifier(scope: Scope) -> str:
    """Return the identifier that the client or a proxy gave to a request, or a new one."""
    given: bytes = dict(scope["headers"]).get(b"x-request-id", b"")
    return given.decode() if _IDENTIFIER.fullmatch(given) else uuid.uuid4().hex


def _template(scope: Scope) -> str:
    """Return the address of a route, of which there are few, without what a client puts in."""
    return str(getattr(scope.get("route"), "path", "other"))
