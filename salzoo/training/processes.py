"""Processes on one or several machines that train together, with JAX."""

from __future__ import annotations

import atexit
import contextlib
import ipaddress
import os
import select
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from salzoo.utils.errors import InputError

# Keras' own variables, for launchers that set the same flags for every process.
VARIABLES = {
    "coordinator": "KERAS_DISTRIBUTION_JOB_ADDRESSES",
    "processes": "KERAS_DISTRIBUTION_NUM_PROCESSES",
    "process": "KERAS_DISTRIBUTION_PROCESS_ID",
}
# How long the processes wait for one another at the start.
START_SECONDS = 300
DONE = (2**32 - 1).to_bytes(4, "big")
FAILED = 2  # exit status


@dataclass(frozen=True)
class Place:
    """The place of this process among those of a training.

    Attributes:
        coordinator: HOST:PORT of process 0, or None: found by JAX (SLURM, Open MPI, Kubernetes).
        processes: number of processes, or None: found by JAX.
        process: number of this process, from 0, or None: found by JAX.
    """

    coordinator: str | None = None
    processes: int | None = None
    process: int | None = None


def find_place(
    coordinator: str | None = None, processes: int | None = None, process: int | None = None
) -> Place:
    """Return the place that parameters or else environment variables give.

    Args:
        coordinator: HOST:PORT of process 0.
        processes: number of processes.
        process: number of this process, from 0.

    Raises:
        InputError: only some of them are given, or they do not go together.
    """
    given: dict[str, Any] = {"coordinator": coordinator, "processes": processes, "process": process}
    for name, variable in VARIABLES.items():
        if given[name] is None and os.environ.get(variable):
            text = os.environ[variable]
            given[name] = text.split(",")[0] if name == "coordinator" else _whole(variable, text)
    missing = [name for name, value in given.items() if value is None]
    if len(missing) == len(given):
        return Place()
    if missing:
        names = " and ".join(f"`{name}` (${VARIABLES[name]})" for name in missing)
        raise InputError(f"`distributed` needs {names} too, or none of the three on SLURM.")
    host, _, port = given["coordinator"].rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65535:
        raise InputError(f"`coordinator` {given['coordinator']}: give HOST:PORT of process 0.")
    if not 0 <= given["process"] < given["processes"]:
        last = given["processes"] - 1
        raise InputError(f"`process` {given['process']}: give a number from 0 to {last}.")
    return Place(**given)


def _whole(variable: str, text: str) -> int:
    if not text.isdecimal():
        raise InputError(f"{variable} is {text}: give a whole number.")
    return int(text)


@contextlib.contextmanager
def joined(place: Place) -> Iterator[Watchdog]:
    """Join the other processes for the time of a training.

    Args:
        place: of this process.

    Yields:
        The watchdog of the processes.

    Raises:
        InputError: the others cannot be reached.
    """
    import jax

    # Of JAX's own choice where there are GPUs.
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    try:
        jax.distributed.initialize(
            place.coordinator,
            place.processes,
            place.process,
            initialization_timeout=START_SECONDS,
        )
    except (RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise InputError(
            f"The processes of `distributed` do not find one another ({reason}); give "
            "`coordinator`, `processes` and `process`, and start all within five minutes."
        ) from error
    # JAX has no public name for the address that it has found, as on SLURM.
    from jax._src.distributed import global_state

    address = str(global_state.coordinator_address)
    watchdog = Watchdog(address, jax.process_count(), jax.process_index())
    try:
        if jax.default_backend() == "cpu":
            check_own_name(address)
        yield watchdog
        watchdog.finish()
        jax.distributed.shutdown()
    except BaseException as error:
        of_jax = isinstance(error, RuntimeError | ValueError) and not isinstance(error, InputError)
        if of_jax:  # most likely since another process has died
            watchdog.wait()
        watchdog.fail()
        raise


def check_own_name(coordinator: str) -> None:
    """Check that other machines reach this one by its name, as Gloo does between CPUs.

    Args:
        coordinator: HOST:PORT of process 0.

    Raises:
        InputError: process 0 is on the network, and the name of this machine means itself only.
    """
    name = socket.gethostname()
    if _is_loopback(name) and not _is_loopback(coordinator.rpartition(":")[0].strip("[]")):
        raise InputError(
            f"The other machines do not reach this one by its name, {name}, which stands for "
            "127.0.0.1; give its address in /etc/hosts."
        )


def _is_loopback(host: str) -> bool:
    try:
        address = socket.getaddrinfo(host, None)[0][4][0]
    except OSError:
        return False
    return ipaddress.ip_address(str(address).partition("%")[0]).is_loopback


class Watchdog:
    """Ends this process with a sentence when another one of the training dies.

    Process 0 holds a connection to every other one. When a process dies, however it does, its
    system closes its connections; JAX alone would wait for it in the next step, or abort with a
    page of messages. The port is the one after the coordinator's.

    Args:
        coordinator: HOST:PORT of process 0.
        processes: number of processes.
        process: number of this process.
    """

    def __init__(self, coordinator: str, processes: int, process: int) -> None:
        self.processes, self.process = processes, process
        self.finished = threading.Event()
        host, _, port = coordinator.rpartition(":")
        self.peers: dict[socket.socket, int] = {}
        if process == 0:
            with socket.create_server(("", int(port) + 1), backlog=processes) as server:
                server.settimeout(START_SECONDS)
                while len(self.peers) < processes - 1:
                    peer, _ = server.accept()
                    peer.settimeout(START_SECONDS)
                    number = int.from_bytes(peer.recv(4), "big")
                    if 0 < number < processes:
                        self.peers[_kept_alive(peer)] = number
        else:
            peer = _connect((host.strip("[]"), int(port) + 1))
            peer.sendall(process.to_bytes(4, "big"))
            self.peers[_kept_alive(peer)] = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        waiting = dict(self.peers)
        while waiting:
            for peer in select.select(list(waiting), [], [])[0]:
                number = waiting.pop(peer)
                try:
                    message = peer.recv(4)
                except OSError:
                    message = b""
                if self.finished.is_set() or message == DONE:
                    continue
                dead = int.from_bytes(message, "big") if message else number
                for other in waiting:  # process 0 tells the rest
                    with contextlib.suppress(OSError):
                        other.sendall(dead.to_bytes(4, "big"))
                self._end(dead)

    def _end(self, dead: int) -> None:
        sys.stdout.flush()
        sys.stderr.write(
            f"salzoo train: process {dead} of {self.processes} has ended, and with it this "
            "training; to go on, start all processes again with --resume.\n"
        )
        sys.stderr.flush()
        os._exit(FAILED)

    def wait(self) -> None:
        """Wait for the sentence about a process that died, after JAX has failed."""
        self.finished.wait(10)

    def finish(self) -> None:
        """Tell the others that this process has not died, but finished."""
        self.finished.set()
        for peer in self.peers:
            with contextlib.suppress(OSError):
                peer.sendall(DONE)

    def fail(self) -> None:
        """End the others, and do not wait for them when this process exits."""
        self.finished.set()
        for peer in self.peers:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        # Called before JAX's own function, which would wait for the other processes.
        atexit.register(_exit_at_once)


def _exit_at_once() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(FAILED)


def _connect(address: tuple[str, int]) -> socket.socket:
    """Connect with process 0, which may not listen yet."""
    for _ in range(START_SECONDS):
        with contextlib.suppress(OSError):
            return socket.create_connection(address, timeout=10)
        threading.Event().wait(1)
    raise InputError(f"Process 0 does not listen on port {address[1]} of {address[0]}.")


def _kept_alive(peer: socket.socket) -> socket.socket:
    """Make a connection end within half a minute when the other machine is lost."""
    peer.settimeout(None)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):
            peer.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return peer
