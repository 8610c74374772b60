"""Batches on a Dask cluster: speed, endurance with dying workers, and what a million images take.

    python -m experiments.batch_prediction speed [--images 200] [--rounds 5] [--workers 1,2]
    python -m experiments.batch_prediction endurance [--images 100000] [--kill_every 120]
        [--work batch_endurance] [--workers 2] [--map_size 320]
    python -m experiments.batch_prediction scale [--counts 10000,100000,1000000]

`speed`: images per second of `salzoo predict --cluster` on one and two worker processes, of one
thread each, and of loops with as many threads that do the same work without Dask: decode, predict,
encode, write Parquet files. Rounds alternate between all of them, so that other load on the machine
affects them alike; medians and ratios are printed, start-up separately, and the processor time of
each stage of an image, from which what a million images take is extrapolated.

`endurance`: a scheduler and workers as programs of their own, `salzoo predict --cluster` on drawn
JPEG files, and a random worker process killed every so many seconds. At the end all rows are read:
none may be lost or there twice, errors are exactly those of the files that were damaged on purpose,
and maps are those of the model in this process. The memory of client, scheduler and workers is
noted every ten seconds. The command may be interrupted: given again, it goes on, and its counts
(in WORK/log.jsonl) go on too.

`scale`: seconds and memory of the client for planning so many images and for finding them done.
"""

import argparse
import collections
import contextlib
import ctypes
import io
import json
import os
import pathlib
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import psutil
from PIL import Image

from salzoo.cli.parsers import parse_names, whole_number
from salzoo.utils.table import Table

ROOT = pathlib.Path(__file__).resolve().parents[1]
DISTINCT, DAMAGED_EVERY = 400, 997
IMAGE_SIZE = (480, 640)


def draw_images(folder, count):
    """Write JPEG files of smooth random colours, hard links to DISTINCT ones; skip those there.

    Every DAMAGED_EVERY-th one is cut short. Returns the paths of the damaged ones.
    """
    drawn, images = folder / "drawn", folder / "images"
    drawn.mkdir(parents=True, exist_ok=True)
    images.mkdir(exist_ok=True)
    for number in range(min(DISTINCT, count)):
        path = drawn / f"{number:03d}.jpg"
        if not path.exists():
            path.write_bytes(draw_jpeg(number))
    damaged = []
    (drawn / "damaged.jpg").write_bytes((drawn / "000.jpg").read_bytes()[:-100])
    for number in range(count):
        name = images / f"{number:07d}.jpg"
        is_damaged = number % DAMAGED_EVERY == DAMAGED_EVERY - 1
        source = drawn / ("damaged.jpg" if is_damaged else f"{number % DISTINCT:03d}.jpg")
        if not name.exists():
            os.link(source, name)
        if is_damaged:
            damaged.append(str(name))
    return damaged


def draw_jpeg(seed):
    """Return a JPEG file of smooth random colours."""
    coarse = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), dtype="uint8")
    picture = Image.fromarray(coarse).resize(IMAGE_SIZE[::-1], Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


# ---- speed ----


def speed(arguments):
    """Compare the cluster with plain loops; print the table."""
    from salzoo.prediction.batch import predict_batch
    from salzoo.prediction.batch.batch_job import StoredOptions
    from salzoo.prediction.batch.batch_run import _make_job
    from salzoo.prediction.options import InferenceOptions
    from salzoo.utils.cluster import connect

    counts = [int(name) for name in arguments.workers]
    shard = max(1, arguments.images // (4 * max(counts)))
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        work = pathlib.Path(name)
        draw_images(work, min(arguments.images, DAMAGED_EVERY - 1))
        images = sorted(map(str, (work / "images").iterdir()))
        stored = StoredOptions(map_size=arguments.map_size)
        job = _make_job(arguments.model, InferenceOptions(), stored, name, shard, 300, None)
        calls, started = {}, {}
        for count in counts:
            begun = time.perf_counter()
            cluster = stack.enter_context(connect("local", count))
            started[count] = time.perf_counter() - begun

            def batch(out, cluster=cluster):
                options = {"map_size": arguments.map_size, "shard_size": shard, "quiet": True}
                return predict_batch(
                    images, out, arguments.model, cluster=cluster.client, **options
                ).seconds

            calls[f"loop, {count}"] = lambda out, count=count: plain_loop(job, images, out, count)
            calls[f"cluster, {count}"] = batch
        rates = collections.defaultdict(list)
        first = {}
        for turn in range(arguments.rounds + 1):
            for call, function in calls.items():
                out = work / f"out-{turn}-{call.replace(', ', '-')}"
                out.mkdir()
                seconds = function(out)
                first.setdefault(call, seconds)
                if turn:  # the first one loads the model
                    rates[call].append(len(images) / seconds)
                shutil.rmtree(out)
        rows = []
        for count in counts:
            loop, cluster = (rates[f"{kind}, {count}"] for kind in ("loop", "cluster"))
            ratios = [one / other for one, other in zip(cluster, loop, strict=True)]
            medians = [f"{statistics.median(values):.1f}" for values in (loop, cluster)]
            ratio = f"{statistics.median(ratios):.2f}"
            later = first[f"cluster, {count}"] - len(images) / statistics.median(cluster)
            rows.append([str(count), *medians, ratio, f"{started[count]:.1f}", f"{later:.1f}"])
        header = ["workers", "loop: images/s", "cluster: images/s", "ratio", "start s", "model s"]
        title = f"{len(images)} images of 640x480, shards of {shard}, {arguments.rounds} rounds"
        print(Table(title, header, rows).text())
        print_stages(job, images[:40])


def plain_loop(job, images, out, threads):
    """Do what workers do in threads of this process, without Dask; return the seconds."""
    from salzoo.prediction.batch import row_table
    from salzoo.prediction.batch.image_rows import compute_rows, open_session

    open_session(job)
    begun = time.perf_counter()
    parts = [
        images[first : first + job.shard_size] for first in range(0, len(images), job.shard_size)
    ]

    def work(number):
        rows = compute_rows(job, parts[number], None)
        row_table.write_rows(f"{out}/{number}.parquet", rows, row_table.schema(job))

    if threads == 1:
        collections.deque(map(work, range(len(parts))), 0)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(len(parts))))
    return time.perf_counter() - begun


def print_stages(job, images):
    """Print the processor time of each stage of an image, and what a million images take."""
    from salzoo.data.images import decode_file
    from salzoo.prediction.batch.image_rows import open_session
    from salzoo.prediction.batch.map_encoding import encode, quantise, resize

    predictor, seconds, size = open_session(job), collections.defaultdict(float), 0
    for image in images:
        moments = [time.process_time()]
        rgb = decode_file(image).rgb
        moments.append(time.process_time())
        map_ = predictor(rgb)
        moments.append(time.process_time())
        size += len(encode(quantise(resize(map_, job.stored.map_size), job.stored.map)[0]))
        moments.append(time.process_time())
        for stage, taken in zip(("decode", "predict", "encode"), np.diff(moments), strict=True):
            seconds[stage] += taken
    count = len(images)
    stages = [f"{stage} {1000 * taken / count:.1f}" for stage, taken in seconds.items()]
    hours = 1e6 * sum(seconds.values()) / count / 3600
    print(f"Processor ms an image: {', '.join(stages)}; its map {size / count / 1000:.1f} kB")
    print(f"A million images: {hours:.1f} hours of a core, {size / count / 1000:.1f} GB of maps")


# ---- endurance ----


def die_with_parent():
    """Let a program end when this script is killed (Linux)."""
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Programs:
    """A scheduler and worker processes, as the commands of Dask start them."""

    def __init__(self, folder, workers, memory="3GB"):
        self.folder = folder
        dask = [sys.executable, "-m", "dask"]
        file = folder / "scheduler.json"
        file.unlink(missing_ok=True)
        limits = ["--nthreads", "1", "--memory-limit", memory, "--local-directory", "/tmp"]
        common = ["--scheduler-file", str(file)]
        self.scheduler = self._start(
            "scheduler", [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", *common]
        )
        self.workers = [
            self._start(f"worker-{number}", [*dask, "worker", *common, *limits])
            for number in range(workers)
        ]
        while not file.exists() or not file.read_text():
            time.sleep(0.1)
        self.address = json.loads(file.read_text())["address"]

    def _start(self, name, command):
        log = open(self.folder / f"{name}.log", "a")  # noqa: SIM115 (the process has it)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(
            command, stdout=log, stderr=log, env=environment, preexec_fn=die_with_parent
        )

    def processes(self):
        """Return the processes that compute, children of the nannies."""
        children = []
        for nanny in self.workers:
            with contextlib.suppress(psutil.NoSuchProcess):
                children += psutil.Process(nanny.pid).children()
        return [child for child in children if "spawn_main" in " ".join(command_of(child))]

    def stop(self):
        """End all."""
        for process in [*self.workers, self.scheduler]:
            process.terminate()
        for process in [*self.workers, self.scheduler]:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:  # a worker whose scheduler is gone
                process.kill()
                process.wait()


def command_of(process):
    """Return the command line of a process, [] if it has ended."""
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


def megabytes(processes):
    """Return the largest resident memory of some processes."""
    found = [0.0]
    for process in processes:
        with contextlib.suppress(psutil.Error):
            found.append(process.memory_info().rss / 1e6)
    return max(found)


def endurance(arguments):
    """Run a batch while workers are killed; check all rows; print the counts."""
    work = pathlib.Path(arguments.work).resolve()
    work.mkdir(parents=True, exist_ok=True)
    damaged = draw_images(work, arguments.images)
    programs = Programs(work, arguments.workers)
    command = [
        *(sys.executable, "-m", "salzoo", "predict", str(work / "images")),
        *("--cluster", programs.address, "--workers", str(arguments.workers)),
        *("--map_size", str(arguments.map_size), "--out", str(work / "out")),
        *("--shard_size", str(arguments.shard_size), "--model", arguments.model),
    ]
    client = None
    try:
        with open(work / "client.log", "a") as log:
            client = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                preexec_fn=die_with_parent,
            )
            watch(arguments, work, programs, client)
    finally:
        if client is not None and client.poll() is None:
            client.terminate()
            client.wait(30)
        programs.stop()
    if client.returncode not in (0, 1):
        sys.exit(f"the client ended with status {client.returncode}; see {work}/client.log")
    report(arguments, work, damaged)


def watch(arguments, work, programs, client):
    """Kill a worker every so many seconds, and note memory and counts every ten."""
    killed = noted = time.monotonic()
    with open(work / "log.jsonl", "a") as log:
        while client.poll() is None:
            time.sleep(0.5)
            now = time.monotonic()
            running = programs.processes()
            if now - killed >= arguments.kill_every and running:
                victim = random.choice(running)
                with contextlib.suppress(psutil.NoSuchProcess):
                    victim.kill()
                killed = now
                log.write(json.dumps({"event": "kill", "time": time.time()}) + "\n")
            if now - noted >= 10:
                scheduler = [psutil.Process(programs.scheduler.pid)]
                entry = {
                    "event": "memory",
                    "time": time.time(),
                    "seconds": now - noted,
                    "worker": megabytes(running),
                    "scheduler": megabytes(scheduler),
                    "client": megabytes([psutil.Process(client.pid)]),
                }
                noted = now
                with contextlib.suppress(OSError, ValueError):
                    counts = json.loads((work / "out" / "manifest.json").read_text())
                    entry["done"] = counts["done"] + counts["failed"]
                log.write(json.dumps(entry) + "\n")
            log.flush()
        with contextlib.suppress(OSError, ValueError):
            manifest = json.loads((work / "out" / "manifest.json").read_text())
            log.write(json.dumps({"event": "end", "retries": manifest["retries"]}) + "\n")


def report(arguments, work, damaged):
    """Check every row and print what happened; exit with 1 if anything is wrong."""
    images = sorted(map(str, (work / "images").iterdir()))
    found = check_rows(work / "out", images, damaged)
    with open(work / "log.jsonl") as file:
        events = [json.loads(line) for line in file]
    kills = sum(event["event"] == "kill" for event in events)
    memory = [event for event in events if event["event"] == "memory"]
    seconds = sum(event["seconds"] for event in memory)
    size = sum(path.stat().st_size for path in (work / "out/results").glob("part-*"))
    rate = len(images) / seconds if seconds else float("nan")
    lines = {
        "images": f"{len(images):,}",
        "rows": f"{found['rows']:,}",
        "lost": found["lost"],
        "twice": found["twice"],
        "errors": f"{found['errors']:,}, of damaged files {len(damaged):,}",
        "other errors": found["other_errors"],
        "maps compared": f"{found['compared']}, that differ {found['differ']}",
        "workers killed": kills,
        "tasks tried again": sum(e["retries"] for e in events if e["event"] == "end"),
        "seconds": f"{seconds:.0f}, {rate:.1f} images/s",
        "kB a row": f"{size / max(1, found['rows']) / 1000:.2f}",
        "a million images": f"{1e6 / rate / 3600:.1f} hours, {size / len(images) / 1e3:.1f} GB",
    }
    for who in ("client", "scheduler", "worker"):
        values = [event[who] for event in memory]
        quarter = max(1, len(values) // 4)
        ends = (
            [statistics.median(part) for part in (values[:quarter], values[-quarter:])]
            if values
            else [0, 0]
        )
        lines[f"{who}, MB"] = f"{ends[0]:.0f} first quarter, {ends[1]:.0f} last quarter"
    print(
        Table("Endurance", ["", ""], [[name, str(value)] for name, value in lines.items()]).text()
    )
    wrong = ("lost", "twice", "other_errors", "differ")
    sys.exit(1 if any(found[name] for name in wrong) else 0)


def check_rows(out, images, damaged, compared=20):
    """Read all rows; return counts of what is wrong, independent of the manifest."""
    import pyarrow.parquet as pq

    import salzoo
    from salzoo.prediction.batch import decode_map
    from salzoo.prediction.batch.map_encoding import resize

    seen, errors = collections.Counter(), set()
    files = sorted((out / "results").glob("part-*.parquet"))
    for path in files:
        table = pq.read_table(path, columns=["image", "error"])
        seen.update(table["image"].to_pylist())
        errors |= {row["image"] for row in table.to_pylist() if row["error"] is not None}
    sample = random.Random(0).sample(files, min(compared, len(files)))
    differ = 0
    for path in sample:
        rows = (row for row in pq.read_table(path).to_pylist() if row["error"] is None)
        row = next(rows)
        expected = resize(salzoo.predict(row["image"]), max(row["map_rows"], row["map_columns"]))
        differ += not np.abs(decode_map(row) - expected).max() < 1 / 250
    return {
        "rows": seen.total(),
        "lost": len(set(images) - set(seen)),
        "twice": sum(count > 1 for count in seen.values()),
        "errors": len(errors),
        "other_errors": len(errors ^ set(damaged)),
        "compared": len(sample),
        "differ": differ,
    }


# ---- scale ----


def scale(arguments):
    """Print seconds and memory of the client alone, by number of images."""
    rows = []
    for count in map(int, arguments.counts):
        command = [sys.executable, "-m", "experiments.batch_prediction", "plan", str(count)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        rows.append([f"{count:,}", *json.loads(done.stdout)])
    header = ["images", "list and plan s", "MB", "find all done s", "MB "]
    print(Table("The client, shards of 500", header, rows).text())


def be_planned(arguments):
    """Plan so many images in this process, then find them done; print seconds and memory."""
    from salzoo.prediction.batch import row_table
    from salzoo.prediction.batch.batch_job import BatchJob, StoredOptions
    from salzoo.prediction.batch.batch_tasks import BatchTasks
    from salzoo.prediction.batch.image_lists import list_images
    from salzoo.prediction.batch.output_folder import OutputFolder
    from salzoo.prediction.options import InferenceOptions

    me = psutil.Process()
    with tempfile.TemporaryDirectory() as name:
        path = os.path.join(name, "list.txt")
        with open(path, "w") as file:
            for number in range(arguments.count):
                file.write(f"s3://archive/photos/2026/{number % 1000:03d}/{number:09d}.jpg\n")
        job = BatchJob("none", InferenceOptions(), ("0" * 64, {}), StoredOptions(), name)
        before, begun, figures = me.memory_info().rss, time.perf_counter(), []
        images = list_images([path]).images
        for _ in range(2):
            tasks = BatchTasks(job, OutputFolder(name), images, None, "", True)
            tasks.begin(False)
            figures.append(f"{time.perf_counter() - begun:.1f}")
            figures.append(f"{(me.memory_info().rss - before) / 1e6:.0f}")
            for shard in tasks._shards:
                rows = (row_table.empty_row(job, image) for image in shard.images)
                os.makedirs(f"{name}/results", exist_ok=True)
                row_table.write_rows(
                    f"{name}/results/{shard.name}.parquet", rows, row_table.schema(job)
                )
            begun = time.perf_counter()
        print(json.dumps(figures))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in (("speed", speed), ("endurance", endurance)):
        command = commands.add_parser(name)
        command.set_defaults(run=function)
        command.add_argument("--model", default="msinet_lite")
        command.add_argument("--map_size", type=whole_number(1), default=320)
        if name == "speed":
            command.add_argument("--images", type=whole_number(8), default=200)
            command.add_argument("--rounds", type=whole_number(1), default=5)
            command.add_argument("--workers", type=parse_names, default=["1", "2"])
        else:
            command.add_argument("--images", type=whole_number(1), default=100_000)
            command.add_argument("--workers", type=whole_number(1), default=2)
            command.add_argument("--shard_size", type=whole_number(1), default=500)
            command.add_argument("--kill_every", type=whole_number(1), default=120)
            command.add_argument("--work", default="batch_endurance")
    command = commands.add_parser("scale")
    command.set_defaults(run=scale)
    command.add_argument("--counts", type=parse_names, default=["10000", "100000", "1000000"])
    command = commands.add_parser("plan")
    command.set_defaults(run=be_planned)
    command.add_argument("count", type=whole_number(1))
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
