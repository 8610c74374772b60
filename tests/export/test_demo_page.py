"""The page's files refer to one another alone, and are served with strict headers."""

import http.client
import os
import re
import threading

import pytest

from salzoo.export import demo_page
from salzoo.export.demo_page import HEADERS, POLICY, SOURCES, TYPES, page_files, write_page
from salzoo.export.demo_server import DemoServer
from salzoo.export.web_runtime import FILES
from salzoo.utils.errors import InputError

RUNTIME = sorted(name for names in FILES.values() for name in names.values())


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    runtime = tmp_path_factory.mktemp("runtime")
    for name in RUNTIME:
        (runtime / name).write_text(name)
    return page_files({"model.tflite": b"", "model.json": b"{}"}, str(runtime))


def sources():
    for name in sorted(os.listdir(SOURCES)):
        with open(os.path.join(SOURCES, name), encoding="utf-8") as file:
            yield name, file.read()


def test_sources_name_files_of_the_page_alone(files):
    named = r"""(?:from|href=|src=|import\(|URL\(|fetch\w*\()\s*["'](?:\./)?([\w./-]+)["']"""
    found = set()
    for name, text in sources():
        found |= set(re.findall(named, text))
        addresses = re.findall(r"\w+://[\w./-]+", text)
        assert set(addresses) <= {"http://www.w3.org/2000/svg"}, name
        assert not re.search(r"""\son\w+=|style=["']|javascript:|innerHTML|eval\(""", text), name
    assert {"app.js", "style.css", "worker.js", "model.json", "geometry.js"} <= found
    assert {name for name in found if not name.endswith("/")} <= set(files)
    script = re.search(r"litert_wasm_threaded\w*\.js", dict(sources())["worker.js"])
    assert script[0] in RUNTIME


def test_the_page_states_its_policy(files):
    page = files["index.html"].decode()
    assert f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">' in page
    assert HEADERS["Content-Security-Policy"].startswith(f"{POLICY}; ")
    assert "'unsafe-inline'" not in POLICY and "'unsafe-eval'" not in POLICY and "*" not in POLICY
    assert set(os.path.splitext(name)[1] for name in files) <= set(TYPES)


def test_a_folder_for_static_hosts(files, tmp_path):
    folder = tmp_path / "new" / "page"
    write_page(files, str(folder))
    written = {
        os.path.relpath(os.path.join(root, name), folder)
        for root, _, names in os.walk(folder)
        for name in names
    }
    assert written == {*files, "_headers"}
    assert "Cross-Origin-Opener-Policy: same-origin" in (folder / "_headers").read_text()
    with pytest.raises(InputError, match="is there already"):
        write_page(files, str(folder))
    assert demo_page.check_new_folder(str(tmp_path / "other")) is None


def test_the_server_serves_these_files_alone(files):
    with DemoServer(files, 0) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        host, port = server.server_address
        assert host == "127.0.0.1"

        def ask(method, path, body=None):
            connection = http.client.HTTPConnection(host, port, timeout=10)
            connection.request(method, path, body)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            assert all(answer.headers[name] == value for name, value in HEADERS.items())
            return answer.status, answer.headers["Content-Type"], content

        assert ask("GET", "/")[::2] == (200, files["index.html"])
        assert ask("GET", "/app.js?x=1")[:2] == (200, "text/javascript; charset=utf-8")
        assert ask("HEAD", "/litert/index.js")[::2] == (200, b"")
        assert ask("GET", "/litert/litert_wasm_internal.wasm")[1] == "application/wasm"
        for path in ("/../demo_page.py", "/%2e%2e/demo_page.py", "//etc/passwd", "/litert/", "/x"):
            assert ask("GET", path)[0] == 404
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            assert ask(method, "/")[0] == 501
        with pytest.raises(InputError, match=f"`port` {port} is in use; give another"):
            DemoServer(files, port)
        server.shutdown()
