"""Portable files are read as they were written, and nothing else is."""

import pathlib
import shutil
import zipfile
from os.path import join

import numpy as np
import pytest

import salzoo
from salzoo.models import PRETRAINED, WEIGHTS_FOLDER
from salzoo.prediction.portable_files import read_portable_file, write_portable_file
from salzoo.utils.errors import InputError

SHIPPED = join(WEIGHTS_FOLDER, "msinet_lite.tflite")


@pytest.fixture(scope="module")
def shipped():
    return read_portable_file(SHIPPED, PRETRAINED["msinet_lite"])


def test_what_is_written_is_read(shipped, tmp_path):
    facts = (shipped.card, "w" * 64, True, "float32")
    for name in ("one.tflite", "two.tflite"):
        write_portable_file(str(tmp_path / name), b"network", *facts)
    assert (tmp_path / "one.tflite").read_bytes() == (tmp_path / "two.tflite").read_bytes()
    found = read_portable_file(str(tmp_path / "one.tflite"))
    assert found.network == b"network" and found.card == shipped.card
    assert (found.facts.weights, found.facts.fixed_size) == ("w" * 64, True)


def test_a_copy_is_a_source_like_any_other(tmp_path):
    path = shutil.copy(SHIPPED, tmp_path / "mine.tflite")
    image = np.zeros((20, 30, 3), "uint8")
    map_ = salzoo.load_model(path)(image)
    np.testing.assert_array_equal(map_, salzoo.predict(image))
    with pytest.raises(InputError, match=r"mine.tflite is a portable file, which TensorFlow does"):
        salzoo.load_model(path, engine="tensorflow")


@pytest.mark.parametrize("change", ["cut", "network", "no card", "other card", "bare"])
def test_damaged_files_are_refused(shipped, tmp_path, change):
    content = bytearray(pathlib.Path(SHIPPED).read_bytes())
    card = dict(shipped.card)
    if change == "cut":
        content = content[:-100]
    elif change == "network":
        content[1000] ^= 1
    path = tmp_path / "file.tflite"
    path.write_bytes(content)
    if change == "no card":
        path.write_bytes(shipped.network)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("notes.txt", "")
    elif change == "bare":
        path.write_bytes(shipped.network)
    elif change == "other card":
        card["geometry"] = {**card["geometry"], "fit_mode": "fill"}
        write_portable_file(str(path), b"network", card, "w", True, "float32")
    with pytest.raises(InputError, match=r"file\.tflite is"):
        read_portable_file(str(path))
