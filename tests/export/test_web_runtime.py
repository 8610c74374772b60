"""LiteRT.js is fetched once, with consent, and only what is named is unpacked."""

import hashlib
import importlib
import io
import os
import tarfile
from dataclasses import replace

import pytest
import requests

from salzoo.export import web_runtime
from salzoo.utils.errors import InputError
from tests.loopback import Hosts, redirect_requests


def archive(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as opened:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            opened.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


@pytest.fixture
def hosts(monkeypatch, tmp_path):
    """The registry, with small archives in place of the true ones."""
    monkeypatch.setenv("SALZOO_HOME", str(tmp_path / "home"))
    core = {f"package/{name}": name.encode() for name in web_runtime.FILES[web_runtime.CORE]}
    core["package/dist/index.js"] = b'import {a} from "@litertjs/wasm-utils";'
    core["package/../../outside"] = core["package/other.js"] = b"not taken"
    contents = {
        web_runtime.CORE: archive(core),
        web_runtime.WASM_UTILS: archive({"package/dist/index.js": b"export {a};"}),
    }
    with Hosts() as running:
        files = {}
        for file, content in contents.items():
            digest = hashlib.sha256(content).hexdigest()
            published = replace(file, checksum=f"sha256:{digest}", size=len(content))
            running.files[file.url] = content
            files[published] = web_runtime.FILES[file]
        monkeypatch.setattr(web_runtime, "FILES", files)
        monkeypatch.setattr(importlib.import_module("gdown.download"), "CHUNK_SIZE", 100)
        send = requests.adapters.HTTPAdapter.send
        monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
        redirect_requests(running.port, [])
        yield running


def test_it_is_not_fetched_without_consent(hosts):
    with pytest.raises(InputError, match=r"LiteRT.js is not here.*salzoo demo --yes"):
        web_runtime.fetch_runtime()
    assert not hosts.requests


def test_it_is_fetched_once(hosts, monkeypatch, tmp_path):
    monkeypatch.setenv("SALZOO_YES", "1")
    folder = web_runtime.fetch_runtime()
    assert sorted(os.listdir(folder)) == sorted(
        name for names in web_runtime.FILES.values() for name in names.values()
    )
    with open(os.path.join(folder, "index.js")) as file:
        assert file.read() == 'import {a} from "./wasm-utils.js";'
    assert os.listdir(os.path.dirname(folder)) == [os.path.basename(folder)] or sorted(
        os.listdir(os.path.dirname(folder))
    ) == sorted([os.path.basename(folder), f"{os.path.basename(folder)}.lock"])
    count = len(hosts.requests)
    assert web_runtime.fetch_runtime() == folder and len(hosts.requests) == count


@pytest.mark.parametrize("fault", ["checksum", "missing"])
def test_another_archive_is_not_used(hosts, monkeypatch, fault):
    monkeypatch.setenv("SALZOO_YES", "1")
    content = archive({"package/dist/index.js": b"something else"})
    hosts.files[web_runtime.CORE.url] = content
    if fault == "missing":
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        files = {
            replace(file, checksum=digest, size=len(content))
            if file.url == web_runtime.CORE.url
            else file: names
            for file, names in web_runtime.FILES.items()
        }
        monkeypatch.setattr(web_runtime, "FILES", files)
    message = "checksum" if fault == "checksum" else "has no file wasm/"
    with pytest.raises(InputError, match=message):
        web_runtime.fetch_runtime()
    assert not os.path.exists(web_runtime.runtime_folder())
