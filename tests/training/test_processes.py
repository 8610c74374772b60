"""Processes that train together: their places, what happens when one dies, the same losses."""

import os
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest

from salzoo.training.processes import VARIABLES, Place, check_own_name, find_place
from salzoo.utils.errors import InputError
from tests.training.test_devices import history
from tests.training.test_stored_backend import ON_JAX, assert_near, start  # noqa: F401

# A process that only watches the others; "finish" ends it well.
WATCH = """
import sys, time
from salzoo.training.processes import Watchdog

port, processes, process, seconds, end = sys.argv[1:]
watchdog = Watchdog(f"127.0.0.1:{port}", int(processes), int(process))
print("connected", flush=True)
time.sleep(float(seconds))
getattr(watchdog, end)()
"""
# Trains three steps; process 1 kills itself in step `die`.
TRAIN = """
import os, signal, sys
from dataclasses import replace
from salzoo.training.processes import Place, joined

port, process, die, start, folder = sys.argv[1:]
with joined(Place(f"127.0.0.1:{port}", 2, int(process))) as watchdog:
    from salzoo.training import loop
    from salzoo.training.callbacks import Watch
    from salzoo.training.devices import devices_of_processes
    from tests.training.test_stored_backend import of_start

    config = of_start(start, "jax")
    config = replace(config, recipe=config.recipe.override(validate_every=1))
    original, steps = Watch.on_train_batch_end, []

    def step(self, batch, logs=None):
        original(self, batch, logs)
        steps.append(batch)
        if int(process) and len(steps) == int(die):
            os.kill(os.getpid(), signal.SIGKILL)

    Watch.on_train_batch_end = step
    devices = devices_of_processes(watchdog)
    assert devices.count == 2
    resume = os.path.exists(f"{folder}/config.json")
    loop.train(config, folder, resume=resume, verbose=0, devices=devices)
"""
ALONE = """
import sys
from dataclasses import replace
from salzoo.training import loop
from tests.training.test_stored_backend import of_start

config = of_start(sys.argv[1], "jax")
config = replace(config, recipe=config.recipe.override(validate_every=1))
loop.train(config, sys.argv[2], verbose=0)
"""


def free_port():
    """Return the first of two neighbouring free ports."""
    for _ in range(99):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
                return port
            except (OSError, OverflowError):
                continue
    raise AssertionError("no two free ports")


def begin(script, *arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def watchers(count, seconds, end="finish"):
    port = free_port()
    found = [begin(WATCH, port, count, number, seconds[number], end) for number in range(count)]
    for process in found:
        assert process.stdout.readline() == "connected\n", process.stderr.read()
    return found


@pytest.mark.parametrize("dead", [0, 2])
def test_a_killed_process_ends_the_others_with_one_sentence(dead):
    found = watchers(3, [60, 60, 60])
    found[dead].send_signal(signal.SIGKILL)
    for number, process in enumerate(found):
        _, errors = process.communicate(timeout=60)
        if number != dead:
            assert process.returncode == 2
            assert errors == (
                f"salzoo train: process {dead} of 3 has ended, and with it this training; to go "
                "on, start all processes again with --resume.\n"
            )


def test_a_process_that_fails_ends_the_others():
    _, other = found = watchers(2, [0.1, 60], "fail")
    assert "process 0 of 2 has ended" in other.communicate(timeout=60)[1]
    assert [process.wait(60) for process in found] == [2, 2]


def test_an_error_of_jax_waits_for_the_sentence():
    """The connection of the other process may break before that of the watchdog."""
    _, other = found = watchers(2, [0.1, 0.0], "wait")
    found[0].send_signal(signal.SIGKILL)
    assert "process 0 of 2 has ended" in other.communicate(timeout=60)[1]
    assert other.returncode == 2


def test_processes_that_finish_do_not():
    found = watchers(3, [1.0, 0.1, 0.5])
    assert [process.communicate(timeout=60) for process in found] == [("", "")] * 3
    assert [process.returncode for process in found] == [0, 0, 0]


def test_places(monkeypatch):
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    assert find_place() == Place()  # to be found by JAX
    assert find_place("host:1234", 4, 3) == Place("host:1234", 4, 3)
    for missing in ((None, 4, 3), ("host:1234", None, 3), ("host:1234", 4, None)):
        with pytest.raises(InputError, match=r"needs `\w+` \(\$KERAS_DISTRIBUTION_\w+\) too"):
            find_place(*missing)
    for wrong in (("host", 2, 0), ("host:x", 2, 0), (":5", 2, 0), ("h:65535", 2, 0), ("h:5", 2, 2)):
        with pytest.raises(InputError, match=r"`(coordinator|process)` .*: give"):
            find_place(*wrong)
    for variable, value in zip(VARIABLES.values(), ("a:5,b:6", "2", "1"), strict=True):
        monkeypatch.setenv(variable, value)
    assert find_place() == Place("a:5", 2, 1)
    assert find_place(process=0) == Place("a:5", 2, 0)
    monkeypatch.setenv(VARIABLES["processes"], "two")
    with pytest.raises(InputError, match="NUM_PROCESSES is two: give a whole number"):
        find_place()


@pytest.mark.parametrize(
    ("coordinator", "address", "refused"),
    [
        ("10.77.0.1:9", "127.0.1.1", True),
        ("[2001:db8::1]:9", "::1", True),
        ("10.77.0.1:9", "10.77.0.2", False),
        ("127.0.0.1:9", "127.0.0.1", False),
        ("10.77.0.1:9", None, False),  # a name that nobody knows: JAX says so
    ],
)
def test_machines_need_a_name(monkeypatch, coordinator, address, refused):
    found = socket.getaddrinfo

    def resolve(host, port):
        if host != "machine":
            return found(host, port, flags=socket.AI_NUMERICHOST)
        if address is None:
            raise socket.gaierror
        return found(address, port, flags=socket.AI_NUMERICHOST)

    monkeypatch.setattr(socket, "gethostname", lambda: "machine")
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    if refused:
        with pytest.raises(InputError, match="its name, machine, which stands for 127.0.0.1; give"):
            check_own_name(coordinator)
    else:
        check_own_name(coordinator)


@pytest.mark.slow
def test_two_processes_train_as_one_although_one_dies(start, tmp_path):  # noqa: F811
    """Process 1 dies in the second step; both go on from the checkpoint after the first."""
    port = free_port()
    pair = [begin(TRAIN, port, number, 2, start, tmp_path / "two", **ON_JAX) for number in range(2)]
    ends = [process.communicate(timeout=900)[1] for process in pair]
    assert [process.returncode for process in pair] == [2, -signal.SIGKILL], ends
    told = [line for line in ends[0].splitlines() if line.startswith("salzoo train: ")]
    assert len(told) == 1 and "process 1 of 2 has ended" in told[0]
    port = free_port()
    pair = [begin(TRAIN, port, number, 0, start, tmp_path / "two", **ON_JAX) for number in range(2)]
    ends = [process.communicate(timeout=900)[1] for process in pair]
    assert [process.returncode for process in pair] == [0, 0], ends
    alone = begin(ALONE, start, tmp_path / "alone", **ON_JAX)
    assert alone.communicate(timeout=900) and alone.returncode == 0
    expected, found = (np.array(history(tmp_path / name)) for name in ("alone", "two"))
    assert len(expected) == 4
    losses = [2, 7]
    np.testing.assert_allclose(found[:, losses], expected[:, losses], rtol=1e-6)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert_near(tmp_path, "two", "alone", 1e-5)
