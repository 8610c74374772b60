"""The fuzzing script finds planted faults, keeps their files, and runs over all readers."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import zlib

import pytest

from experiments import fuzzing
from experiments.fuzz.mutations import mutate_bytes
from experiments.fuzz.packed import mutate_npy, mutate_png
from experiments.fuzz.texts import mutate_csv, mutate_json, mutate_json_lines
from salzoo.utils.errors import InputError

SEED = b"a valid file of a kind"
LIMITS = fuzzing.Limits(processor=0.2, clock=5.0, memory=100_000_000, batch=0.5)
# For faults that take no time by themselves, on a busy machine too.
PATIENT = fuzzing.Limits(processor=20.0, clock=60.0, memory=100_000_000, batch=0.5)


class Fake:
    """A reader with a fault for files that differ from the valid one."""

    file, mutate, beside, errors = "a.bin", (), {"beside.txt": b"b"}, ("KeyError",)

    def __init__(self, fault):
        self.name, self.fault, self.seeds = fault.__name__, fault, {"a.bin": SEED}

    def read(self, path):
        assert os.path.exists(os.path.join(os.path.dirname(path), "beside.txt"))
        with open(path, "rb") as file:
            if file.read() != SEED:
                self.fault()


def fine():
    raise InputError("One line.")


def documented():
    raise KeyError("x")


def other_error():
    raise IndexError("x")


def long_message():
    raise InputError("x" * 2000)


def loop():
    while True:
        pass


def wait():
    time.sleep(60)


def memory():
    bytearray(200_000_000)


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


@pytest.mark.parametrize(
    ("fault", "kind", "text"),
    [
        (other_error, "IndexError", "in other_error"),
        (long_message, "AssertionError", "a message of 2000 characters"),
        (loop, "Slow", "in loop"),
        (wait, "ended", "in wait"),
        (memory, "MemoryError", " GB"),
        (crash, "ended", "exit status -11"),
    ],
)
def test_a_planted_fault_is_found_and_its_file_kept(tmp_path, fault, kind, text):
    limits = LIMITS if fault in (loop, wait) else PATIENT
    for _ in range(20):  # on a busy machine a batch may have no time for more than the valid file
        count = fuzzing.fuzz([Fake(fault)], 0.005, 0, str(tmp_path), limits)[fault.__name__]
        if count.findings:
            break
    assert count.findings >= 1 and count.cases > 1
    [folder] = (tmp_path / "findings").iterdir()  # one, however often it was met
    assert folder.name.startswith(f"{kind}-{fault.__name__}")
    assert (folder / "a.bin").read_bytes() != SEED
    report = (folder / "report.txt").read_text()
    assert text in report
    number = int(re.search(r"case (\d+)", report)[1])
    assert fuzzing.make_case(Fake(fault), 0, number) == ("a.bin", (folder / "a.bin").read_bytes())


@pytest.mark.parametrize("fault", [fine, documented])
def test_a_refusal_is_no_finding(tmp_path, fault):
    counts = fuzzing.fuzz([Fake(fault)], 0.005, 0, str(tmp_path), LIMITS)
    assert counts[fault.__name__].findings == 0 and counts[fault.__name__].accepted >= 1
    assert not list((tmp_path / "findings").iterdir())


def test_the_same_command_goes_on(tmp_path):
    first = fuzzing.fuzz([Fake(fine)], 0.002, 5, str(tmp_path), LIMITS)["fine"]
    again = fuzzing.fuzz([Fake(fine)], 0.002, 5, str(tmp_path), LIMITS)["fine"]
    assert again.cases > first.cases and again.seconds > first.seconds
    assert json.loads((tmp_path / "progress.json").read_text())["seed"] == 5
    with pytest.raises(InputError, match="has cases of 5"):
        fuzzing.fuzz([Fake(fine)], 0.002, 6, str(tmp_path), LIMITS)


@pytest.mark.parametrize(
    ("mutate", "content"),
    [
        (mutate_bytes, b"some content" * 30),
        (mutate_bytes, b""),
        (mutate_json, b'{"a": [1, {"b": null}], "c": "text"}'),
        (mutate_json, b"no json"),
        (mutate_json_lines, b'{"a": 1}\n{"b": 2}\n'),
        (mutate_csv, b"image,x\n1.jpg,3\n2.jpg,4\n"),
        (mutate_csv, b""),
        (mutate_npy, b"\x93NUMPY\x01\x00\x02\x00{}abc"),
    ],
)
def test_mutations_depend_on_the_seed_alone(mutate, content):
    made = {mutate(content, [content], random.Random(seed)) for seed in range(200)}
    assert len(made) >= 20
    again = mutate(content, [content], random.Random(7))
    assert again == mutate(content, [content], random.Random(7))


def test_a_mutated_png_has_right_checksums():
    body = b"IHDR" + bytes(13)
    chunk = (13).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    seed = b"\x89PNG\r\n\x1a\n" + chunk
    changed = 0
    for number in range(100):
        content = mutate_png(seed, [seed], random.Random(number))
        changed += content != seed
        place = 8
        while place < len(content):
            length = int.from_bytes(content[place : place + 4], "big")
            body = content[place + 4 : place + 8 + length]
            assert int.from_bytes(content[place + 8 + length :][:4], "big") == zlib.crc32(body)
            place += length + 12
    assert changed > 90


def test_a_moment_of_all_readers(tmp_path):
    command = [sys.executable, "-m", "experiments.fuzzing", "--minutes", "0.001", "--seed", "1"]
    result = subprocess.run(
        [*command, "--out", str(tmp_path)], capture_output=True, text=True, timeout=300
    )
    assert result.returncode == 0, result.stdout + result.stderr[-3000:]
    assert "0 kinds of findings" in result.stdout
    counts = json.loads((tmp_path / "progress.json").read_text())["counts"]
    # The first case of each is a valid file.
    assert len(counts) > 20 and all(count["accepted"] for count in counts.values()), counts
