"""The commands of docs/distributed.md between two network namespaces, as between two machines.

    python -m experiments.two_hosts [--out runs/two_hosts] [--epochs 2] [--limit 24]

Needs Linux, root and the command `ip`. The namespaces salzoo-a (10.77.0.1) and salzoo-b
(10.77.0.2) are connected by two virtual interfaces and have no other network; both are removed
at the end.

1. The two commands under "Two machines", taken from the page, each in its namespace, until the
   first checkpoint. `--epochs`, `--limit_train` and a small input are added.
2. Process 1 is killed with SIGKILL: process 0 must end with one sentence and the status 2.
3. The two commands under "When a process dies": the run must end.
4. Process 0 of a second training is killed: process 1 must end with one sentence, or by JAX.
5. The same training by one process: the losses must be equal to 1e-6, the metrics to 1e-4.
"""

import argparse
import csv
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "distributed.md"
HOSTS = {"salzoo-a": "10.77.0.1", "salzoo-b": "10.77.0.2"}
SENTENCE = "process {} of 2 has ended, and with it this training"
RUN = "runs/two"
LOSSES = ("loss", "val_loss")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", default="runs/two_hosts")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--limit", type=int, default=24)
    options = parser.parse_args()
    if os.geteuid() != 0 or shutil.which("ip") is None:
        sys.exit("two_hosts needs root and the command ip (package iproute2).")
    out = pathlib.Path(options.out).resolve()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    small = (
        f"--epochs {options.epochs} --limit_train {options.limit} --limit_val 8 --input_size 64x64"
    )
    remove_hosts()
    make_hosts()
    try:
        check(out, small)
    finally:
        remove_hosts()


def check(out, small):
    first, second, resume_first, resume_second = commands_of_page()
    start = time.perf_counter()
    pair = [
        begin(out, host, f"{command} {small}")
        for host, command in zip(HOSTS, (first, second), strict=True)
    ]
    wait_for(out / RUN / "last.weights.h5", pair)
    told("both started, first checkpoint", start)
    dies(pair, 1)
    told("process 1 killed, process 0 ended with one sentence", start)
    pair = [
        begin(out, host, command)
        for host, command in zip(HOSTS, (resume_first, resume_second), strict=True)
    ]
    for process in pair:
        status = process.wait(1800)
        assert status == 0, f"status {status}: {process.stderr.read()[-2000:]}"
    told("resumed, trained to the end and evaluated", start)
    other = [
        begin(out, host, f"{command} {small}".replace(RUN, "runs/other"))
        for host, command in zip(HOSTS, (first, second), strict=True)
    ]
    wait_for(out / "runs/other/last.weights.h5", other)
    dies(other, 0)
    told("process 0 killed, process 1 ended", start)
    alone = re.sub(r"--distributed .*", "", f"{first}").replace(RUN, "runs/alone")
    process = begin(out, "salzoo-a", f"{alone} {small}")
    assert process.wait(1800) == 0, process.stderr.read()[-2000:]
    losses, metrics = (
        largest_difference(out / RUN, out / "runs/alone", names) for names in (LOSSES, None)
    )
    told(f"one process: losses differ by {losses:.1e} of them, metrics by {metrics:.1e}", start)
    assert losses < 1e-6 and metrics < 1e-4, "the runs differ"
    print("all passed")


def told(what, start):
    print(f"{time.perf_counter() - start:6.0f} s  {what}", flush=True)


def commands_of_page():
    """Return the commands of the page that name a coordinator, word by word."""
    text = PAGE.read_text(encoding="utf-8").replace("\\\n", " ")
    found = [line.strip() for line in text.splitlines() if "--process " in line]
    assert len(found) == 4, found
    return [" ".join(line.split()) for line in found]


def make_hosts():
    first, second = HOSTS
    for name in HOSTS:
        ip(f"netns add {name}")
    ip(f"link add salzoo0 netns {first} type veth peer name salzoo0 netns {second}")
    for name, address in HOSTS.items():
        ip(f"-n {name} address add {address}/24 dev salzoo0")
        ip(f"-n {name} link set salzoo0 up")
        ip(f"-n {name} link set lo up")
        # `ip netns exec` shows this as /etc/hosts: the machine's name stands for the address.
        folder = pathlib.Path("/etc/netns") / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "hosts").write_text(f"127.0.0.1 localhost\n{address} {socket.gethostname()}\n")


def remove_hosts():
    for name in HOSTS:
        subprocess.run(["ip", "netns", "delete", name], stderr=subprocess.DEVNULL)
        shutil.rmtree(pathlib.Path("/etc/netns") / name, ignore_errors=True)


def ip(arguments):
    subprocess.run(["ip", *arguments.split()], check=True)


def begin(out, host, command):
    """Start a command of the page in a namespace."""
    program, *arguments = shlex.split(command)
    assert program == "salzoo"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"}
    return subprocess.Popen(
        ["ip", "netns", "exec", host, sys.executable, "-m", "salzoo", *arguments],
        cwd=out,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(path, processes, seconds=1800):
    """Wait until a file exists while all processes run."""
    for _ in range(seconds):
        if path.exists():
            return
        if any(process.poll() is not None for process in processes):
            raise AssertionError("\n".join(end_of_errors(process) for process in processes))
        time.sleep(1)
    raise AssertionError(f"{path} was not written")


def end_of_errors(process):
    """Wait for a process and return its status and the end of what it reported."""
    errors = process.communicate(timeout=120)[1]
    return f"status {process.returncode}: {errors[-2000:]}"


def dies(pair, number):
    """Kill a process; the other must end with the sentence about it."""
    os.kill(pair[number].pid, signal.SIGKILL)
    other = pair[1 - number]
    status, errors = other.wait(120), other.stderr.read()
    pair[number].stderr.close()
    if number == 0 and status == -signal.SIGABRT:  # JAX watches process 0 too
        assert "Terminating process because the JAX distributed service" in errors, errors
        return
    assert status == 2, (status, errors)
    lines = [line for line in errors.splitlines() if line.startswith("salzoo train: ")]
    assert lines == [line for line in lines if SENTENCE.format(number) in line] and lines, errors


def largest_difference(run, other, names=None):
    """Return the largest difference of two histories, relative to values of 0.01 or more.

    Args:
        run: its folder.
        other: another one.
        names: of the columns; None: all.
    """
    tables = []
    for folder in (run, other):
        with open(folder / "history.csv") as file:
            rows = list(csv.DictReader(file))
        tables.append([[float(row[name]) for name in names or row] for row in rows])
    pairs = [pair for rows in zip(*tables, strict=True) for pair in zip(*rows, strict=True)]
    return max(abs(mine - theirs) / max(abs(theirs), 0.01) for mine, theirs in pairs)


if __name__ == "__main__":
    main()
