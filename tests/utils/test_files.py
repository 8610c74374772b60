"""Files that are complete or absent, on full disks and beside planted links."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from salzoo.utils import files
from salzoo.utils.errors import InputError
from salzoo.utils.files import check_folder, check_space, open_no_link, whole_file


def test_a_failed_block_leaves_the_old_file_and_nothing_else(tmp_path):
    place = tmp_path / "table.csv"
    place.write_text("old")
    with pytest.raises(KeyboardInterrupt), whole_file(place) as path:
        Path(path).write_text("new")
        raise KeyboardInterrupt
    assert place.read_text() == "old" and os.listdir(tmp_path) == ["table.csv"]


def test_a_link_in_place_of_the_file_is_replaced_and_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    place = tmp_path / "table.csv"
    place.symlink_to(victim)
    with whole_file(place) as path:
        Path(path).write_text("new")
    assert victim.read_text() == "precious"
    assert not place.is_symlink() and place.read_text() == "new"


def test_a_planted_temporary_file_is_neither_followed_nor_written(tmp_path, monkeypatch):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    monkeypatch.setattr(files.secrets, "token_hex", lambda _: "known")
    (tmp_path / f"{files.PART}known.csv").symlink_to(victim)
    with pytest.raises(FileExistsError), whole_file(tmp_path / "table.csv"):
        pass
    assert victim.read_text() == "precious"


def test_files_are_as_readable_as_all_others(tmp_path):
    with whole_file(tmp_path / "by_us") as path:
        pass
    open(path := tmp_path / "by_open", "w").close()
    assert stat.S_IMODE(os.stat(tmp_path / "by_us").st_mode) == stat.S_IMODE(os.stat(path).st_mode)


@pytest.mark.parametrize("name", ["n" * 251 + ".npy", "é" * 127, "x.weights.h5"])
def test_the_longest_names_are_written(tmp_path, name):
    with whole_file(tmp_path / name) as path:
        assert name.endswith(".h5") == path.endswith(".weights.h5")
    assert (tmp_path / name).exists()


def test_links_are_not_opened(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="is a link") as caught:
        open_no_link(str(tmp_path / "link"), os.O_WRONLY | os.O_CREAT)
    assert caught.value.filename == str(tmp_path / "link")
    assert not (tmp_path / "victim").exists()


WRITERS = {
    "text": "open(path, 'w').write('x' * 100_000)",
    "numpy": "import numpy; numpy.save(path, numpy.zeros(100_000))",
    # HDF5 itself would end the process.
    "hdf5": "check_space(path, 100_000); import h5py; h5py.File(path, 'w')['x'] = [0] * 12_500",
}


@pytest.mark.parametrize("writer", WRITERS)
def test_a_full_disk_is_reported_with_the_name_of_the_file(tmp_path, writer):
    # A limit on the size of files stops writing as a full disk does.
    code = f"""
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
from salzoo.utils.files import check_space, whole_file
try:
    with whole_file("map.npy") as path:
        {WRITERS[writer]}
except OSError as error:
    print(error.filename, error.strerror, sep="|")
"""
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert result.stdout.startswith("map.npy|"), result.stderr
    assert os.strerror(errno.EFBIG) in result.stdout or "disk full" in result.stdout
    assert os.listdir(tmp_path) == []


def test_the_number_in_a_message_of_hdf5_is_kept(tmp_path):
    message = "Unable to create (errno = 28, error message = 'No space left on device')"
    with pytest.raises(OSError) as caught, whole_file(tmp_path / "a.h5"):
        raise OSError(message)
    assert caught.value.errno == errno.ENOSPC
    assert caught.value.filename == str(tmp_path / "a.h5")


def test_a_file_larger_than_the_free_space_is_refused_before(tmp_path):
    check_space(tmp_path / "small", 1)
    with pytest.raises(OSError) as caught:
        check_space(tmp_path / "large", 1 << 60)
    assert caught.value.errno == errno.ENOSPC


@pytest.mark.parametrize("path", ["a\0b", b"a\0b", "a/\0", "a\ud800"])
def test_no_folder_has_such_a_path(path):
    with pytest.raises(InputError, match="`out` .*: no folder can be called so.") as caught:
        check_folder("out", path)
    assert str(caught.value).isprintable()


def test_a_folder_with_a_link_on_its_way_is_the_one_the_system_finds(tmp_path, monkeypatch):
    os.makedirs(tmp_path / "far/away")
    (tmp_path / "link").symlink_to("far/away")
    monkeypatch.chdir(tmp_path)
    with whole_file("link/../table.csv"):
        assert sorted(os.listdir()) == ["far", "link"]
    assert os.path.exists("far/table.csv") and sorted(os.listdir()) == ["far", "link"]
