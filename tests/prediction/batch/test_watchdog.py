"""A process ends itself where an image takes too long or too much memory, and says why."""

import subprocess
import sys
import time

import pytest

from tests.prediction.batch.pictures import need_packages

need_packages()

SCRIPT = """
import sys, time
from salzoo.prediction.batch.watchdog import watch
tell = lambda reason: print(reason, flush=True)
for _ in range(3):
    with watch(0.5, 0, tell):
        pass
time.sleep(0.8)  # nothing is watched
with watch(float(sys.argv[1]), int(sys.argv[2]), tell):
    {code}
print("survived")
"""


@pytest.mark.parametrize(
    "code, limits, status, said",
    [
        ("time.sleep(30)", ("0.5", "0"), 75, "it took more than 0.5 seconds"),
        (
            "x = bytearray(400_000_000); time.sleep(30)",
            ("20", "300000000"),
            75,
            "it took more than 0.3 GB of memory",
        ),
        ("time.sleep(0.3)", ("5", "4000000000"), 0, "survived"),
    ],
)
def test_limits(code, limits, status, said):
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(code=code), *limits],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout.strip()) == (status, said), done.stderr
    assert time.monotonic() - begun < 20
