"""Downloads from a server on this machine: resumed, verified, unpacked safely or not at all."""

import contextlib
import hashlib
import http.server
import io
import os
import stat
import threading
import zipfile
from dataclasses import replace

import pytest

from salzoo.data.archives import download
from salzoo.data.dataset_record import Archive
from salzoo.data.datasets import dataset_record
from salzoo.utils.errors import InputError


class Server(http.server.BaseHTTPRequestHandler):
    """Serves `files`, with ranges; breaks off after `limit` bytes where one is set."""

    files = None
    limit = None
    length = None
    ranges = None

    def do_GET(self):
        content = self.files.get(self.path.strip("/"))
        if content is None:
            self.send_error(404)
            return
        begun = 0
        if asked := self.headers.get("Range"):
            begun = int(asked.removeprefix("bytes=").rstrip("-"))
            self.ranges.append(begun)
            if begun >= len(content):
                self.send_error(416)
                return
        self.send_response(206 if begun else 200)
        self.send_header("Content-Length", self.length or str(len(content) - begun))
        self.end_headers()
        end = None if self.limit is None else begun + self.limit
        self.wfile.write(content[begun:end])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    Server.files, Server.limit, Server.ranges = {}, None, []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def zipped(files, links=()):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        for name in links:
            link = zipfile.ZipInfo(name)
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(link, "/etc")
    return buffer.getvalue()


def record_of(server, *, checksum=None, **contents):
    """A record whose archives are served."""
    archives = []
    for name, content in contents.items():
        file = name.replace("_", ".")
        Server.files[file] = content
        digest = checksum or f"md5:{hashlib.md5(content).hexdigest()}"
        archives.append(Archive(f"{server}/{file}", file, digest, into="part" if archives else ""))
    return replace(dataset_record("ecssd"), archives=tuple(archives))


def tree(folder):
    return sorted(
        os.path.relpath(os.path.join(root, name), folder)
        for root, _, names in os.walk(folder)
        for name in names
    )


def test_archives_become_the_folder(server, tmp_path):
    images = zipped({"images/1.jpg": b"jpg", "__MACOSX/images/._1.jpg": b"clutter"})
    record = record_of(server, images_zip=images, fixations_mat=b"mat")
    assert download(record, tmp_path) == str(tmp_path / "ecssd")
    assert tree(tmp_path) == ["ecssd/images/1.jpg", "ecssd/part/fixations.mat"]


def test_a_broken_connection_is_gone_on_with(server, tmp_path):
    content = os.urandom(300_000)
    record = record_of(server, data_mat=content)
    Server.limit = 100_000
    for _ in range(2):
        with pytest.raises(InputError, match="call again to go on"):
            download(record, tmp_path)
    assert not (tmp_path / "ecssd").exists()
    Server.limit = None
    download(record, tmp_path)
    assert (tmp_path / "ecssd" / "data.mat").read_bytes() == content
    assert Server.ranges == [100_000, 200_000]


def test_a_part_that_was_whole_already(server, tmp_path):
    record = record_of(server, data_mat=b"whole")
    (tmp_path / ".download-ecssd").mkdir()
    (tmp_path / ".download-ecssd" / "data.mat.part").write_bytes(b"whole")
    download(record, tmp_path)
    assert (tmp_path / "ecssd" / "data.mat").read_bytes() == b"whole"


@pytest.mark.parametrize("length", ["many", "-5", "9" * 40])
def test_a_length_that_is_no_number_of_bytes_is_not_used(server, tmp_path, length):
    Server.length = length
    record = record_of(server, data_mat=b"whole")
    try:
        with contextlib.suppress(InputError):  # http.client takes the long one as it is
            download(record, tmp_path)
    finally:
        Server.length = None


def test_a_link_in_place_of_the_part_is_not_followed(server, tmp_path):
    record = record_of(server, data_mat=b"whole")
    (tmp_path / ".download-ecssd").mkdir()
    (tmp_path / "victim").write_bytes(b"")
    (tmp_path / ".download-ecssd" / "data.mat.part").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="link"):
        download(record, tmp_path)
    assert (tmp_path / "victim").read_bytes() == b""


def refused(record, data_dir, match):
    with pytest.raises(InputError, match=match) as caught:
        download(record, data_dir)
    assert "\n" not in str(caught.value)
    assert not os.path.exists(os.path.join(data_dir, "ecssd"))


def test_a_wrong_checksum_unpacks_nothing(server, tmp_path):
    record = record_of(server, checksum="md5:" + "0" * 32, images_zip=zipped({"1.jpg": b"x"}))
    refused(record, tmp_path, "has md5 .* not 000")
    assert tree(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (zipped({"../outside": b"x"}), "leads outside"),
        (zipped({"a/../../outside": b"x"}), "leads outside"),
        (zipped({"/tmp/outside": b"x"}), "leads outside"),
        (zipped({"..\\outside": b"x"}), "leads outside"),
        (zipped({"c:/outside": b"x"}), "leads outside"),
        (zipped({}, links=["link"]), "leads outside"),
        (zipped({"bomb": b"\0" * (300 << 20)}), "would unpack to 0.3 GB"),
        (b"no archive", "not a readable zip"),
    ],
)
def test_unsafe_archives(server, tmp_path, content, match):
    refused(record_of(server, images_zip=content), tmp_path, match)
    assert tree(tmp_path) == [".download-ecssd/images.zip"]


def test_a_header_that_lies_about_the_size(server, tmp_path):
    content = bytearray(zipped({"a": b"\0" * 100_000}))
    directory = content.rindex(b"PK\x01\x02")
    for place in (content.index(b"PK\x03\x04") + 22, directory + 24):
        content[place : place + 4] = (10).to_bytes(4, "little")
    refused(record_of(server, images_zip=bytes(content)), tmp_path, "larger than|not a readable")


def test_no_server_missing_file_existing_folder(server, tmp_path):
    record = record_of(server, images_zip=zipped({"1.jpg": b"x"}))
    Server.files.clear()
    refused(record, tmp_path, "answers 404")
    gone = replace(
        record, archives=(Archive("http://127.0.0.1:9/x.zip", "x.zip", "md5:" + "0" * 32),)
    )
    refused(gone, tmp_path, "cannot be reached .*call again")
    (tmp_path / "ecssd").mkdir()
    (tmp_path / "ecssd" / "mine").touch()
    with pytest.raises(InputError, match="is there already"):
        download(record, tmp_path)


def test_what_a_person_must_fetch(tmp_path):
    record = replace(
        dataset_record("ecssd"), archives=(Archive("http://127.0.0.1:9/x.zip", "x.zip"),)
    )
    refused(record, tmp_path, "cannot be fetched by a program .*unpack images.zip")


def test_an_archive_put_there_by_hand_is_verified_too(server, tmp_path):
    record = record_of(server, images_zip=zipped({"1.jpg": b"x"}))
    by_hand = tmp_path / ".download-ecssd" / "images.zip"
    by_hand.parent.mkdir()
    by_hand.write_bytes(zipped({"2.jpg": b"y"}))
    refused(record, tmp_path, "has md5")
    assert not by_hand.exists()
    download(record, tmp_path)


def test_a_damaged_stream(server, tmp_path):
    content = bytearray(zipped({"a": os.urandom(50) * 2000}))
    content[60:90] = b"\xff" * 30
    refused(record_of(server, images_zip=bytes(content)), tmp_path, "not a readable zip")
