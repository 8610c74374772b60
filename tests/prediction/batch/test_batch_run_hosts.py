"""The commands of docs/batch.md for several machines, word by word, on two network namespaces."""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
from collections import Counter

import pytest
from PIL import Image

import salzoo
from tests.prediction.batch.pictures import draw, need_packages

need_packages()
pq = pytest.importorskip("pyarrow.parquet")
pytestmark = pytest.mark.slow
ROOT = pathlib.Path(salzoo.__file__).resolve().parents[1]
FIRST, SECOND = "10.0.0.1", "10.0.0.2"


def documented():
    """Return the three commands for machines that are reached by SSH."""
    text = (ROOT / "docs" / "batch.md").read_text(encoding="utf-8")
    block = re.search(r"\*\*Several machines by SSH\*\*.*?```sh\n(.*?)```", text, re.S)
    return [line.split("#")[0].strip() for line in block[1].splitlines()]


@pytest.fixture
def hosts():
    """Two network namespaces with one cable between them; return their names by address."""
    if os.geteuid() or not shutil.which("ip"):
        pytest.skip("network namespaces need root and iproute2")
    names = {address: f"salzoo-{os.getpid()}-{address[-1]}" for address in (FIRST, SECOND)}
    cable = [f"sz{os.getpid() % 100000}{end}" for end in "ab"]

    def ip(*arguments):
        subprocess.run(["ip", *arguments], check=True, capture_output=True)

    with contextlib.ExitStack() as stack:
        try:
            ip("link", "add", cable[0], "type", "veth", "peer", "name", cable[1])
            for (address, name), end in zip(names.items(), cable, strict=True):
                ip("netns", "add", name)
                stack.callback(ip, "netns", "del", name)
                ip("link", "set", end, "netns", name)
                ip("-n", name, "addr", "add", f"{address}/24", "dev", end)
                for device in (end, "lo"):
                    ip("-n", name, "link", "set", device, "up")
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network namespaces here ({error.stderr.decode().strip()})")
        yield names


def test_two_hosts(hosts, tmp_path):
    """A worker on each; that on the second is killed on the way, and its nanny starts another."""
    scheduler, worker, predict = documented()
    shared = tmp_path / "shared"
    images = draw(shared / "archive", 60)
    binaries = os.path.dirname(sys.executable)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PATH": f"{binaries}:{os.environ['PATH']}",
    }
    log = open(tmp_path / "log", "w")  # noqa: SIM115 (of the programs)

    def start(address, command):
        command = command.replace("/shared", str(shared)).replace("--nworkers 8", "--nworkers 1")
        return subprocess.Popen(
            ["ip", "netns", "exec", hosts[address], *command.split()],
            env=environment,
            stdout=log,
            stderr=log,
            cwd=tmp_path,
        )

    programs = [start(FIRST, scheduler), start(FIRST, worker), start(SECOND, worker)]
    try:
        client = start(FIRST, f"{predict} --workers 2 --shard_size 4")
        killed = False
        while client.poll() is None:
            time.sleep(0.05)
            if not killed and list((shared / "maps" / "results").glob("part-*")):
                killed = kill_worker(programs[2].pid)
        assert client.returncode == 0, (tmp_path / "log").read_text()
    finally:
        for program in programs[::-1]:
            program.terminate()
        for program in programs:
            program.wait(60)
        log.close()
    assert killed
    rows = pq.read_table(shared / "maps" / "results").to_pylist()
    assert Counter(row["image"] for row in rows) == Counter(images)
    assert not any(row["error"] for row in rows)


def kill_worker(nanny):
    """Kill the process that a nanny has started; return whether there was one."""
    import psutil

    for child in psutil.Process(nanny).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "spawn_main" in " ".join(child.cmdline()):
                child.kill()
                return True
    return False


def test_an_image_that_hangs(tmp_path):
    """A server that never answers costs three tries of a worker, and no other image."""
    import socket

    images = draw(tmp_path / "in", 6)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hanging = f"http://127.0.0.1:{silent.getsockname()[1]}/never.jpg"
        (tmp_path / "list.txt").write_text("\n".join([*images[:3], hanging, *images[3:]]))
        result = salzoo.predict_batch(
            tmp_path / "list.txt", tmp_path / "out", workers=2, timeout=3, quiet=True
        )
    assert (result.given, result.done, result.failed, result.retries) == (7, 6, 1, 3)
    rows = pq.read_table(tmp_path / "out" / "results").to_pylist()
    assert [row["image"] for row in rows] == [*images[:3], hanging, *images[3:]]
    (error,) = {row["error"] for row in rows} - {None}
    assert error == "It was tried 3 times; the last time it took more than 3 seconds."


def test_the_client_and_the_scheduler_are_killed(tmp_path):
    """The same command goes on; manifest and rows agree at any time."""
    from experiments.batch_prediction import Programs

    images = draw(tmp_path / "in", 60)
    out = tmp_path / "out"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def command(address):
        arguments = ["predict", str(tmp_path / "in"), "--cluster", address, "--shard_size", "5"]
        return subprocess.Popen(
            [sys.executable, "-m", "salzoo", *arguments, "--out", str(out)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def wait(client, files):
        while client.poll() is None and len(list(out.glob("results/part-*"))) < files:
            time.sleep(0.02)

    programs = Programs(tmp_path, 1)
    try:
        client = command(programs.address)
        wait(client, 2)
        client.kill()
        client.communicate()
        client = command(programs.address)
        wait(client, 5)
        programs.scheduler.kill()
        _, err = client.communicate(timeout=120)
        assert client.returncode == 2 and "Traceback" not in err
        assert "salzoo predict: The connection to the scheduler is lost; what is finished is" in err
    finally:
        programs.stop()
    rows = pq.read_table(out / "results", columns=["image"]).num_rows
    assert rows < 60
    programs = Programs(tmp_path, 1)
    try:
        printed, err = command(programs.address).communicate(timeout=120)
        assert printed.startswith("60 of 60 images"), err
    finally:
        programs.stop()
    rows = pq.read_table(out / "results").to_pylist()
    assert Counter(row["image"] for row in rows) == Counter(images)


def test_an_image_that_takes_too_much_memory(tmp_path):
    """It ends three workers before the kernel or Dask does, and says why; all others are done."""
    from experiments.batch_prediction import Programs

    images = draw(tmp_path / "in", 4)
    large = str(tmp_path / "in" / "001-large.jpg")
    Image.new("RGB", (9000, 9000), "red").save(large)
    programs = Programs(tmp_path, 1, memory="600MB")
    try:
        result = salzoo.predict_batch(
            [tmp_path / "in"], tmp_path / "out", cluster=programs.address, map_size=64, quiet=True
        )
    finally:
        programs.stop()
    assert (result.done, result.failed, result.retries) == (4, 1, 3)
    rows = pq.read_table(tmp_path / "out" / "results").to_pylist()
    assert [row["image"] for row in rows] == sorted([*images, large])
    (failed,) = [row for row in rows if row["error"]]
    assert failed["image"] == large and "it took more than 0.5 GB of memory" in failed["error"]
