"""Server of the page of `salzoo demo`, for this machine alone."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from salzoo.export.demo_page import HEADERS, TYPES
from salzoo.utils.errors import InputError

HOST = "127.0.0.1"


class DemoServer(ThreadingHTTPServer):
    """Serves files of a fixed list to browsers on this machine.

    Args:
        files: {address: content, or path of the file}.
        port: to listen on; 0: any free one.

    Raises:
        InputError: the port is in use or may not be used.
    """

    def __init__(self, files: Mapping[str, bytes | str], port: int) -> None:
        self.files = files
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            reason = "is in use" if error.errno == errno.EADDRINUSE else "may not be used"
            raise InputError(f"`port` {port} {reason}; give another, or 0 for any.") from error

    @property
    def address(self) -> str:
        """The page's address."""
        return f"http://{HOST}:{self.server_address[1]}/"


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD for the files of the list, and nothing else."""

    server: DemoServer
    server_version, sys_version = "salzoo", ""
    timeout = 60  # seconds for a request

    def do_GET(self) -> None:
        """Send a file."""
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        """Send the headers of a file."""
        self._send(with_body=False)

    def _send(self, with_body: bool) -> None:
        name = unquote(urlsplit(self.path).path).removeprefix("/") or "index.html"
        content = self.server.files.get(name)
        if content is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        size = os.path.getsize(content) if isinstance(content, str) else len(content)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", TYPES[os.path.splitext(name)[1]])
        self.send_header("Content-Length", str(size))
        self.end_headers()
        if not with_body:
            return
        if isinstance(content, bytes):
            self.wfile.write(content)
        else:
            with open(content, "rb") as file:
                shutil.copyfileobj(file, self.wfile)

    def end_headers(self) -> None:
        """Add the headers of the page to every answer."""
        for header, value in HEADERS.items():
            self.send_header(header, value)
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing about a request."""

    def handle(self) -> None:
        """Answer a connection; browsers close some early."""
        with contextlib.suppress(ConnectionError):
            super().handle()
