"""Archives are unpacked safely or not at all."""

import io
import os
import stat
import zipfile

import pytest

from salzoo.utils import files
from salzoo.utils.errors import InputError
from salzoo.utils.zip_files import unpack_zip


def zipped(contents, links=()):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
        for name in links:
            link = zipfile.ZipInfo(name)
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(link, "/etc")
    return buffer.getvalue()


@pytest.fixture
def unpack(tmp_path):
    def call(content, take=""):
        (tmp_path / "a.zip").write_bytes(content)
        unpack_zip(str(tmp_path / "a.zip"), str(tmp_path / "out"), take)
        return tree(tmp_path / "out")

    return call


def tree(folder):
    return sorted(
        os.path.relpath(os.path.join(root, name), folder)
        for root, _, names in os.walk(folder)
        for name in names
    )


def test_everything_but_clutter(unpack):
    content = zipped({"images/1.jpg": b"x", "2.mat": b"", "__MACOSX/images/._1.jpg": b""})
    assert unpack(content) == ["2.mat", "images/1.jpg"]


def test_a_folder_of_a_repository(unpack):
    content = {"repo-1/data/eye/x.mat": b"x", "repo-1/data2/y": b"", "repo-1/README": b""}
    assert unpack(zipped(content), "repo-1/data") == ["data/eye/x.mat"]
    with pytest.raises(InputError, match="has no folder 'repo-2/data'; its publisher changed it"):
        unpack(zipped(content), "repo-2/data")


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
        (b"no archive", "not a readable zip archive .*; remove it"),
    ],
)
def test_unsafe_archives(unpack, tmp_path, content, match):
    with pytest.raises(InputError, match=match):
        unpack(content)
    assert tree(tmp_path) == ["a.zip"]


def test_a_header_that_lies_about_the_size(unpack, tmp_path):
    content = bytearray(zipped({"a": b"\0" * 100_000}))
    directory = content.rindex(b"PK\x01\x02")
    for place in (content.index(b"PK\x03\x04") + 22, directory + 24):
        content[place : place + 4] = (10).to_bytes(4, "little")
    with pytest.raises(InputError, match="not a readable zip"):
        unpack(bytes(content))
    assert sum(os.path.getsize(tmp_path / "out" / name) for name in tree(tmp_path / "out")) <= 10


def test_a_name_that_is_no_text(unpack):
    content = bytearray(zipped({"nét": b"x"}))
    content[content.rindex("é".encode())] = 0xFF
    with pytest.raises(InputError, match="not a readable zip .*codec can't decode"):
        unpack(bytes(content))


def test_a_damaged_stream(unpack):
    content = bytearray(zipped({"a": os.urandom(50) * 2000}))
    content[60:90] = b"\xff" * 30
    with pytest.raises(InputError, match="not a readable zip"):
        unpack(bytes(content))


def test_no_room(unpack, monkeypatch):
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: type("", (), {"free": 10}))
    with pytest.raises(InputError, match="What a.zip holds needs 0.00 GB, and .*free some space"):
        unpack(zipped({"a": b"x" * 100}))
