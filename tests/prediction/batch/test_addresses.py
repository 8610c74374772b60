"""Files by address: paths, http, and what cannot be read."""

import http.server
import os
import socketserver
import threading

import pytest

from salzoo.prediction.batch import addresses
from salzoo.prediction.batch.addresses import (
    file_name,
    local_path,
    normal_address,
    open_filesystem,
    protocol_of,
    read_address,
)
from salzoo.utils.errors import InputError
from tests.prediction.batch.pictures import need_packages

need_packages()
pytest.importorskip("aiohttp", reason="aiohttp of salzoo[cluster] is not installed")


def test_parts_of_addresses(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert [protocol_of(a) for a in ("a/b.jpg", "S3://b/c", "file:///d")] == ["file", "s3", "file"]
    assert local_path("a/../b.jpg") == str(tmp_path / "b.jpg") == normal_address("./b.jpg")
    assert local_path("file:///x/y.png") == "/x/y.png" and local_path("s3://x/y") is None
    assert normal_address("s3://x/y") == "s3://x/y"
    assert file_name("https://example.org/a/b.jpg?size=2#top") == "b.jpg"
    assert file_name("/a/what?.jpg") == "what?.jpg" and file_name("s3://a/b/") == "b"


ASKED = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ASKED.append(self.path)
        status = {"/a.jpg": 200, "/gone.jpg": 404, "/once.jpg": 200}.get(self.path, 500)
        if self.path == "/once.jpg" and ASKED.count("/once.jpg") < 2:
            status = 503
        self.send_response(status)
        self.send_header("Content-Length", "5")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"12345")

    do_HEAD = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def web():
    class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_http(web, monkeypatch):
    monkeypatch.setattr(addresses, "_PAUSES", (0.0, 0.0))
    assert read_address(f"{web}/a.jpg") == b"12345"
    assert read_address(f"{web}/once.jpg") == b"12345"  # a failed reading is repeated
    with pytest.raises(InputError, match=r"/gone\.jpg does not exist\."):
        read_address(f"{web}/gone.jpg")
    with pytest.raises(InputError, match=r"/broken\.jpg cannot be read \("):
        read_address(f"{web}/broken.jpg")
    with pytest.raises(InputError, match="more than 3.8147e-06 MB; shrink"):
        read_address(f"{web}/a.jpg", limit=4)


def test_packages_that_are_missing(monkeypatch):
    import fsspec

    def missing(address):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec.core, "url_to_fs", missing)
    with pytest.raises(InputError, match=r"Install s3fs to access S3\); install it, on every") as e:
        read_address("s3://bucket/a.jpg")
    assert isinstance(e.value.__cause__, ImportError)  # it is not the image's fault


def test_filesystems(tmp_path):
    filesystem, path = open_filesystem(str(tmp_path))
    assert filesystem.isdir(path) and os.path.samefile(path, tmp_path)
    with pytest.raises(InputError, match="nothing:// is unknown"):
        open_filesystem("nothing://a")
