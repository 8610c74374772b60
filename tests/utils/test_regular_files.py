"""Regular files are opened, everything else is refused at once."""

import os

import pytest

from salzoo.utils.errors import InputError
from salzoo.utils.regular_files import check_regular, open_regular, read_bytes, read_text


def test_a_file_and_a_link_to_it_are_read(tmp_path):
    (tmp_path / "file").write_bytes("\ufeffgrün".encode())
    os.symlink("file", tmp_path / "link")
    for name in ("file", "link"):
        assert read_text(tmp_path / name) == "grün"
        with open_regular(tmp_path / name) as file:
            assert file.read(3) == b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pipe", "pipe is a pipe; give a regular file"),
        ("folder", "folder is a folder; give a regular file"),
        ("/dev/zero", "/dev/zero is a device; give a regular file"),
        ("/dev/stdin/x", "cannot be opened"),
        ("absent", "absent does not exist"),
        ("dangling", "dangling does not exist"),
        ("loop", "loop cannot be opened"),
        ("nul\0l", "cannot be opened .*null"),
    ],
)
def test_everything_else_is_refused_without_waiting(tmp_path, monkeypatch, name, message):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")  # opening it for reading would wait for a writer
    os.mkdir("folder")
    os.symlink("nowhere", "dangling")
    os.symlink("loop", "loop")
    for read in (check_regular, read_bytes, read_text):
        with pytest.raises(InputError, match=message):
            read(name)


def test_sizes_have_a_limit(tmp_path):
    with open(tmp_path / "large", "wb") as file:
        file.truncate(2**31)  # sparse: it takes no room
    with pytest.raises(InputError, match=r"large has 2048 MB; such a file has at most 256 MB"):
        read_bytes(tmp_path / "large")
    (tmp_path / "small").write_bytes(b"1234")
    assert read_bytes(tmp_path / "small", limit=4) == b"1234"
    with pytest.raises(InputError, match="at most"):
        read_bytes(tmp_path / "small", limit=3)


def test_other_encodings_are_refused(tmp_path):
    (tmp_path / "text").write_bytes("grün".encode("latin-1"))
    with pytest.raises(InputError, match=r"is not text in UTF-8 \(byte 2\); save it as UTF-8"):
        read_text(tmp_path / "text")
