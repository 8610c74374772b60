"""The hosts of published files on this machine: a real HTTP server that behaves like each.

`redirect_requests` sends every request of `requests` to the server, whatever its address;
nothing of salzoo, pooch or gdown is replaced.
"""

import http.server
import threading
import urllib.parse
from collections import Counter

import requests

DRIVE, CONTENT = "drive.google.com", "drive.usercontent.google.com"
CONFIRM = (  # in one line, as Google writes it
    "<!DOCTYPE html><html><head><title>Google Drive - Virus scan warning</title></head><body>"
    '<form id="download-form" action="https://{host}/download" method="get">'
    '<input type="hidden" name="id" value="{id}">'
    '<input type="hidden" name="export" value="download">'
    '<input type="hidden" name="confirm" value="t">'
    '<input type="hidden" name="uuid" value="1-2"></form></body></html>'
)
QUOTA = """<!DOCTYPE html><html><head><title>Google Drive - Quota exceeded</title></head><body>
<p class="uc-error-caption">Sorry, you can't view or download this file at this time.</p>
<p class="uc-error-subcaption">Too many users have viewed or downloaded this file recently.</p>
</body></html>"""
LOGIN = "<html><body>Welcome to the network of the hotel</body></html>"
# The address that a request was for.
ORIGINAL = "X-Original-URL"


class Hosts:
    """A server for files by address, with the faults that are set.

    Attributes:
        files: {address: content}; on Google Drive "https://drive.google.com/uc?id=ID".
        requests: (address, first byte asked for) of every request.
        drops: {address: [bytes of content after which the connection breaks, one a request]}.
        pages: {address: page that comes with status 200 in place of the file}.
        status: {address: HTTP status of an error}.
        length: {address: Content-Length in place of the true one}.
        pace: {address: event to wait for after the first half of the content}.
    """

    def __init__(self):
        self.files, self.drops, self.pages, self.status, self.length = {}, {}, {}, {}, {}
        self.pace, self.halfway = {}, threading.Event()
        self.requests = []

    def __enter__(self):
        handler = type("Handler", (_Handler,), {"hosts": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.port = self._server.server_port
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def counts(self):
        """Return the number of requests by host."""
        return Counter(urllib.parse.urlsplit(url).hostname for url, _ in self.requests)

    def starts(self, url):
        """Return the first bytes that were asked for at an address."""
        return [first for asked, first in self.requests if asked == url]


class _Handler(http.server.BaseHTTPRequestHandler):
    hosts = None
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = self.headers[ORIGINAL]
        parts = urllib.parse.urlsplit(url)
        query = urllib.parse.parse_qs(parts.query)
        asked = self.headers.get("Range")
        first = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.close_connection = True
        if parts.hostname in (DRIVE, CONTENT):
            file = f"https://{DRIVE}/uc?id={query['id'][0]}"
            if parts.hostname == DRIVE:
                self.page(self.hosts.pages.get(file) or CONFIRM.format(host=CONTENT, **one(query)))
            else:
                self.content(file, first, {"Content-Disposition": 'attachment; filename="x.zip"'})
        elif parts.hostname == "github.com":  # .../archive/COMMIT.zip
            place = url.replace("github.com", "codeload.github.com").replace("/archive/", "/zip/")
            self.redirect(place.removesuffix(".zip"))
        elif parts.hostname == "codeload.github.com":  # no ranges, no length
            file = url.replace("codeload.", "").replace("/zip/", "/archive/") + ".zip"
            self.content(file, None)
        elif parts.hostname == "www.dropbox.com":
            self.redirect(url.replace("www.dropbox.com", "uc1.dl.dropboxusercontent.com"))
        elif parts.hostname == "uc1.dl.dropboxusercontent.com":
            self.content(url.replace("uc1.dl.dropboxusercontent.com", "www.dropbox.com"), first)
        elif parts.hostname == "cbs.ic.gatech.edu" and parts.scheme == "http":
            self.redirect(url.replace("http:", "https:"))
        elif parts.hostname == "cbs.ic.gatech.edu":
            self.content(url.replace("https:", "http:"), first)
        else:
            self.content(url, first)

    def end_headers(self):
        # Otherwise a client may send its next request into a connection that is being closed.
        self.send_header("Connection", "close")
        super().end_headers()

    def page(self, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def redirect(self, place):
        self.send_response(302)
        self.send_header("Location", place)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def content(self, url, first, headers=()):
        hosts, ranges = self.hosts, first is not None
        first = first or 0
        hosts.requests.append((url, first))
        if url in hosts.pages:
            self.page(hosts.pages[url])
            return
        content = hosts.files.get(url)
        status = hosts.status.get(url) or (404 if content is None else None)
        if status or first >= len(content):
            self.send_error(status or 416)
            return
        body = content[first:]
        self.send_response(206 if first else 200)
        self.send_header("Content-Type", "application/octet-stream")
        for name, value in dict(headers).items():
            self.send_header(name, value)
        if ranges:
            self.send_header("Content-Length", hosts.length.get(url) or str(len(body)))
            self.send_header("ETag", f'"{len(content)}"')
        else:
            self.send_header("Transfer-Encoding", "chunked")
        if first:
            end = len(content) - 1
            self.send_header("Content-Range", f"bytes {first}-{end}/{len(content)}")
        self.end_headers()
        # A request without a range, before one with it, only reads the headers.
        drop = hosts.drops.get(url) or []
        end = drop.pop(0) - first if drop else len(body)
        half = max(1, end // 2)
        self.send(body[:half], ranges)
        if url in hosts.pace:
            hosts.halfway.set()
            hosts.pace[url].wait(60)
        self.send(body[half:end], ranges)
        if not ranges and end == len(body):
            self.wfile.write(b"0\r\n\r\n")

    def send(self, block, plain):
        try:
            if plain:
                self.wfile.write(block)
            elif block:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(block), block))
        except (BrokenPipeError, ConnectionResetError):
            pass

    def log_message(self, *_):
        pass


def one(query):
    return {name: values[0] for name, values in query.items() if name == "id"}


def redirect_requests(port, verified=None):
    """Send what `requests` sends to the server; return the function that it replaces.

    verified: list that takes (address, whether its certificate is verified) of each request.
    """
    send = requests.adapters.HTTPAdapter.send

    def send_here(self, request, **options):
        url = request.url
        if verified is not None:
            verified.append((url, options.get("verify")))
        parts = urllib.parse.urlsplit(url)
        request.headers[ORIGINAL] = url
        request.url = f"http://127.0.0.1:{port}{parts.path}?{parts.query}"
        try:
            response = send(self, request, **options)
        finally:
            request.url = url
        response.url = url
        return response

    requests.adapters.HTTPAdapter.send = send_here
    return send
