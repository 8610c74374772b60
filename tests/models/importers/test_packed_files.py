import io
import tarfile
import zipfile

import pytest

from salzoo.models.importers.packed_files import read_packed
from salzoo.utils.errors import InputError

ENDINGS = ("saved_model.pb", ".pb")


def write_zip(path, *names):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, name.encode())
    return str(path)


def write_tar(path, *names):
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(name)
            archive.addfile(info, io.BytesIO(name.encode()))
    return str(path)


def write_folder(path, *names):
    for name in names:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(name)
    return str(path)


@pytest.mark.parametrize("write", [write_zip, write_tar, write_folder])
@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a.pb", "read.me", "__MACOSX/._a.pb"], b"a.pb"),
        (["m/saved_model.pb", "m/keras_metadata.pb", "m/fingerprint.pb"], b"m/saved_model.pb"),
    ],
)
def test_the_one_file_of_a_format(write, names, found, tmp_path):
    assert read_packed(write(tmp_path / "net.tar.gz", *names), ENDINGS) == found


def test_the_file_itself_has_any_name(tmp_path):
    (tmp_path / "download").write_bytes(b"graph")
    assert read_packed(str(tmp_path / "download"), ENDINGS) == b"graph"


@pytest.mark.parametrize("write", [write_zip, write_tar, write_folder])
def test_what_is_refused(write, tmp_path):
    def refused(name, names, message, **options):
        path = write(tmp_path / name, *names)
        with pytest.raises(InputError, match=message):
            read_packed(path, ENDINGS, **options)

    refused("none.tar.gz", ["a.txt"], "has no file saved_model.pb or .pb; give the file itself")
    refused("two.tar.gz", ["a.pb", "b.pb"], "has 2 files .pb")
    refused("large.tar.gz", ["a.pb"], "has", limit=3)


def test_damaged_archives(tmp_path):
    for write, name in ((write_zip, "net.zip"), (write_tar, "net.tar.gz")):
        path = tmp_path / name
        write(path, *(f"{number}.txt" for number in range(50)), "net.pb")
        content = bytearray(path.read_bytes())
        content[30:60] = b"\xff" * 30
        path.write_bytes(content)
        with pytest.raises(InputError, match=name):
            read_packed(str(path), (".txt",))


@pytest.mark.parametrize(
    ("place", "value"),
    [(6, 255), (8, 9), (10, 99), (47, 0xFF)],
    ids=["version", "password", "compression", "name"],
)
def test_zip_archives_that_nobody_reads(place, value, tmp_path):
    """A byte of the directory at the end."""
    path = tmp_path / "net.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("n\xe9t.pb", b"graph")
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\1\2")
    content[directory + place] = value
    path.write_bytes(content)
    with pytest.raises(InputError, match="net.zip"):
        read_packed(str(path), ENDINGS)


def test_a_packed_file_of_zeros_takes_no_more_memory_than_the_limit(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("net.pb", bytes(3_000_000))
    with pytest.raises(InputError, match="net.pb has more than 1 MB"):
        read_packed(str(path), ENDINGS, limit=2**20)
