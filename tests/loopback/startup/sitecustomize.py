"""Python starts with this where the folder is on PYTHONPATH: the hosts are on this machine.

$LOOPBACK names a JSON file {port, records: {dataset: {images, counts, checksums}}}. Addresses stay;
the sizes and checksums of a small dataset stand in for those of the real one, and Keras takes its
weights file without its checksum.
"""

import importlib.abc
import importlib.util
import json
import os
import sys
import urllib.parse
import urllib.request


def use_small_record(module):
    from dataclasses import replace

    small = SETTINGS["records"][module.__name__.rsplit(".", 1)[1]]
    record = module.RECORD
    archives = tuple(
        replace(archive, checksum=archive.checksum and checksum, size=None)
        for archive, checksum in zip(record.archives, small["checksums"], strict=True)
    )
    protocols = {
        name: replace(protocol, counts=small["counts"][name])
        for name, protocol in record.protocols.items()
    }
    module.RECORD = replace(record, archives=archives, images=small["images"], protocols=protocols)


def accept_any_file(module):
    module.validate_file = lambda *_, **__: True


def redirect(module):
    sys.path.append(SETTINGS["root"])
    from tests.loopback import redirect_requests

    redirect_requests(SETTINGS["port"])


class Rewriting(urllib.request.BaseHandler):
    """Sends the requests of urllib, with which Keras downloads, to the server."""

    def https_request(self, request):
        parts = urllib.parse.urlsplit(request.full_url)
        request.add_header("X-Original-URL", request.full_url)
        request.full_url = f"http://127.0.0.1:{SETTINGS['port']}{parts.path}"
        return request


class AfterImport(importlib.abc.MetaPathFinder):
    """Calls a function with a module when it has been imported."""

    def __init__(self, changes):
        self.changes = changes

    def find_spec(self, name, path=None, target=None):
        if name not in self.changes:
            return None
        change = self.changes.pop(name)
        spec = importlib.util.find_spec(name)
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            change(module)

        spec.loader.exec_module = exec_module
        return spec


if "LOOPBACK" in os.environ:
    with open(os.environ["LOOPBACK"]) as file:
        SETTINGS = json.load(file)
    changes = {f"salzoo.data.datasets.{name}": use_small_record for name in SETTINGS["records"]}
    changes["keras.src.utils.file_utils"] = accept_any_file
    changes["pooch"] = redirect
    sys.meta_path.insert(0, AfterImport(changes))
    urllib.request.install_opener(urllib.request.build_opener(Rewriting))
