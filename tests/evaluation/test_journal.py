"""The journal: complete entries are read back, and nothing else."""

import os

import numpy as np
import pytest

from salzoo.evaluation.journal import Journal, remove_journals

FINGERPRINT = {"models": {"mine": "0a"}, "settings": ["fixations", None, 3]}


def reopened(folder, fingerprint=FINGERPRINT):
    journal = Journal(folder, fingerprint)
    journal.close()
    return journal.done


def written(folder, count=3):
    journal = Journal(folder, FINGERPRINT)
    for number in range(count):
        journal.add(f"{number}.png", {"scores": {"NSS": number / 3, "CC": float("nan")}})
    journal.close()
    return journal.path


def test_entries_come_back_to_the_last_digit(tmp_path):
    written(tmp_path)
    done = reopened(tmp_path)
    assert list(done) == ["0.png", "1.png", "2.png"]
    assert done["2.png"]["scores"]["NSS"] == 2 / 3 and np.isnan(done["2.png"]["scores"]["CC"])


def test_cut_anywhere_it_goes_on_with_the_whole_lines(tmp_path):
    path = written(tmp_path)
    with open(path, "rb") as file:
        content = file.read()
    for length in range(len(content)):
        with open(path, "wb") as file:
            file.write(content[:length])
        whole = max(0, content[:length].count(b"\n") - 1)
        assert len(reopened(tmp_path)) == whole
        journal = Journal(tmp_path, FINGERPRINT)
        journal.add("new.png", {})
        journal.close()
        assert list(reopened(tmp_path))[whole:] == ["new.png"]


@pytest.mark.parametrize(
    "rubbish", [b"\0\0\0\0\n", b"[1]\n", b"\xff\n", b"{}\n", b'{"image": 9}\n']
)
def test_rubbish_ends_it(tmp_path, rubbish):
    path = written(tmp_path, 2)
    with open(path, "rb") as file:
        header, first, second = file.readlines()
    with open(path, "wb") as file:
        file.write(header + first + rubbish + second)
    assert list(reopened(tmp_path)) == ["0.png"]
    assert os.path.getsize(path) == len(header + first)


def test_of_another_fingerprint_it_is_discarded_by_name_of_what_changed(tmp_path, caplog):
    written(tmp_path)
    assert reopened(tmp_path, {**FINGERPRINT, "models": {"mine": "0b"}}) == {}
    assert "was discarded: it had other models" in caplog.text
    assert len(os.listdir(tmp_path)) == 1
    assert reopened(tmp_path) == {}


def test_removed(tmp_path):
    written(tmp_path)
    (tmp_path / "scores.csv").touch()
    remove_journals(tmp_path)
    assert os.listdir(tmp_path) == ["scores.csv"]
