"""Throughput, latency and memory of `salzoo serve` beside plain loops in Python.

    python experiments/server_load.py [--requests 10000] [--clients 1,4,16] [--block 50]
        [--loops load_model,saved_model] [--image_size 600x800] [--model msinet_lite]

The server runs as a program of its own and answers JPEG files by 16-bit PNG maps over HTTP on
the loopback interface. The loops do the same work without HTTP, one image after the other:
`load_model` decodes, predicts and encodes as the server does, `saved_model` calls the signature
`serving_default` of an export in TensorFlow. Blocks of requests alternate between all of them, so
that other load on the machine affects them alike. For each are printed images per second, the
median and the 99th percentile of the seconds of a request, processor time an image (which other
load affects less), and the resident memory after the first block and after the last one.
"""

import argparse
import concurrent.futures
import http.client
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image
from tqdm import tqdm

from salzoo.cli.parsers import parse_names, parse_size, whole_number
from salzoo.utils.table import Table

ROOT = pathlib.Path(__file__).resolve().parents[1]
LOOPS = ("load_model", "saved_model")


def draw_jpegs(size, count=8):
    """Return JPEG files of smooth random colours."""
    files = []
    for seed in range(count):
        coarse = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), dtype="uint8")
        picture = Image.fromarray(coarse).resize(size[::-1], Image.Resampling.BICUBIC)
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=90)
        files.append(buffer.getvalue())
    return files


def memory_of(process):
    """Return the resident memory of a process in MB (Linux)."""
    with open(f"/proc/{process}/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))


def processor_of(process):
    """Return the processor seconds of a process (Linux)."""
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Measured:
    """Blocks of requests to one process.

    Args:
        name: for the table.
        process: identifier of the process.
        run: function of a number of requests that makes them and returns their seconds.
    """

    def __init__(self, name, process, run):
        self.name, self.process, self._run = name, process, run
        self.seconds, self.elapsed, self.processor, self.memory = [], 0.0, 0.0, []

    def run(self, count):
        """Make requests and measure them."""
        before, begun = processor_of(self.process), time.perf_counter()
        self.seconds += self._run(count)
        self.elapsed += time.perf_counter() - begun
        self.processor += processor_of(self.process) - before
        self.memory.append(memory_of(self.process))

    def row(self):
        """Return the cells of the table."""
        count = len(self.seconds)
        milliseconds = 1000 * np.quantile(self.seconds, [0.5, 0.99])
        first, last = self.memory[0], self.memory[-1]
        return [
            self.name,
            str(count),
            f"{count / self.elapsed:.1f}",
            *(f"{value:.0f}" for value in milliseconds),
            f"{1000 * self.processor / count:.0f}",
            f"{first:.0f}",
            f"{last:.0f}",
        ]


def request_all(address, model, files, count, clients):
    """Send requests from several clients, each with one connection; return their seconds."""

    def work(number):
        connection = http.client.HTTPConnection(address, timeout=300)
        seconds = []
        for turn in range(number, count, clients):
            begun = time.perf_counter()
            connection.request(
                "POST",
                f"/v1/models/{model}:predict",
                files[turn % len(files)],
                {"Content-Type": "image/jpeg"},
            )
            response = connection.getresponse()
            body = response.read()
            seconds.append(time.perf_counter() - begun)
            assert response.status == 200, (response.status, body)
        connection.close()
        return seconds

    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        return [value for part in pool.map(work, range(clients)) for value in part]


def start_server(model, folder):
    """Start `salzoo serve`; return the process, its address and the model's name there."""
    log = folder / "log"
    with open(log, "w") as file:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "salzoo", "serve", "--port", "0", "--queue", "100"),
                *("--model", f"measured={model}"),
            ],
            stderr=file,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    address = None
    while True:
        if process.poll() is not None:
            sys.exit(log.read_text())
        for line in log.read_text().splitlines():
            event = json.loads(line) if line.startswith("{") and line.endswith("}") else {}
            if event.get("event") == "listening":
                address = event["url"].removeprefix("http://")
            if event.get("event") == "ready":
                return process, address, "measured"
        time.sleep(0.1)


def start_loop(name, model, files, folder):
    """Start this script as a plain loop; return the process and a function of a count."""
    (folder / "files").mkdir(exist_ok=True)
    for number, content in enumerate(files):
        (folder / f"files/{number}.jpg").write_bytes(content)
    process = subprocess.Popen(
        [sys.executable, __file__, "--as_loop", name, "--model", model, "--folder", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    def run(count):
        process.stdin.write(f"{count}\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    run(1)
    return process, run


def be_loop(name, model, folder):
    """Answer counts on the standard input by the seconds of that many images."""
    files = [path.read_bytes() for path in sorted((folder / "files").iterdir())]
    if name == "load_model":
        import salzoo
        from salzoo.serving.answers import Question, compute_answer
        from salzoo.serving.bodies import Body
        from salzoo.serving.negotiation import choose_answer

        predictor, question = salzoo.load_model(model), Question(choose_answer(None, None))

        def answer(content):
            return compute_answer(predictor, Body(content, "the body"), question, 10**8).content
    else:
        import tensorflow as tf

        from salzoo.export import export_model

        exported = tf.saved_model.load(export_model(model, str(folder / "export")))
        signature = exported.signatures["serving_default"]

        def answer(content):
            return signature(images=tf.constant([content]))["maps_bytes"][0].numpy()

    for line in sys.stdin:
        seconds = []
        for turn in range(int(line)):
            begun = time.perf_counter()
            assert answer(files[turn % len(files)]).startswith(b"\x89PNG")
            seconds.append(time.perf_counter() - begun)
        print(json.dumps(seconds), flush=True)


def measure(measured, requests, block):
    """Alternate blocks of requests until each has answered all of them; return the table."""
    done = 0
    for each in measured:
        each._run(2)
    bar = tqdm(total=requests, unit="image")
    while done < requests:
        count = min(block, requests - done)
        for each in measured:
            each.run(count)
        done += count
        bar.update(count)
    bar.close()
    header = ["", "images", "images/s", "p50 ms", "p99 ms", "processor ms", "MB first", "MB last"]
    return Table("Server and loops", header, [each.row() for each in measured]).text()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--requests", type=whole_number(1), default=10_000)
    parser.add_argument("--clients", type=parse_names, default=["1", "4", "16"])
    parser.add_argument("--block", type=whole_number(1), default=50)
    parser.add_argument("--loops", type=parse_names, default=[*LOOPS])
    parser.add_argument("--image_size", type=parse_size, default=(600, 800))
    parser.add_argument("--model", default="msinet_lite")
    parser.add_argument("--as_loop", choices=LOOPS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=pathlib.Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.as_loop:
        be_loop(arguments.as_loop, arguments.model, arguments.folder)
        return
    files = draw_jpegs(arguments.image_size)
    with tempfile.TemporaryDirectory() as name:
        folder, processes, measured = pathlib.Path(name), [], []
        try:
            process, address, model = start_server(arguments.model, folder)
            processes.append(process)
            for clients in map(int, arguments.clients):

                def ask(count, clients=clients):
                    return request_all(address, model, files, count, clients)

                measured.append(Measured(f"server, clients: {clients}", process.pid, ask))
            for loop in arguments.loops:
                if loop != "none":
                    process, run = start_loop(loop, arguments.model, files, folder)
                    processes.append(process)
                    measured.append(Measured(f"loop: {loop}", process.pid, run))
            print(measure(measured, arguments.requests, arguments.block))
        finally:
            for process in processes:
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
