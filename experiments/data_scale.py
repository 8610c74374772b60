"""Training and checking of large datasets: time to the first step, memory, cache, `salzoo check`.

    python -m experiments.data_scale [--times 1] [--of 1] [--out runs/data_scale] [--keep]

Draws a dataset in SALICON's layout and size (20,000 JPEGs of 640x480, .mat files of 50 observers
with samples and fixations, density maps), `--times` as many, or the part 1/`--of` of it. Few
pictures are drawn; the others are hard links of them. Then, each in a process of its own, with an
empty cache folder at the start:

- `salzoo check`: seconds, processor seconds and peak memory.
- `salzoo train msinet_lite` until the end of its first step: the same of the first run (which fits
  the targets), of two runs that start at once, and of a later run.

The time of disks that read the files for the first time is not included. Goals: check within five
minutes, a later run's first step within 60 s, memory below 3 GB.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import time

import numpy as np
from PIL import Image
from scipy.io import savemat
from scipy.ndimage import gaussian_filter

ROOT = pathlib.Path(__file__).resolve().parents[1]
COUNTS = {"train": 10000, "val": 5000, "test": 5000}
SIZE = (480, 640)
DRAWN = 20
OBSERVERS = 50
# Prints seconds and the peak of the memory in GB at the end of the first step.
FIRST_STEP = """
import os, resource, sys, time
start = time.time()
from salzoo import cli
from salzoo.utils.tensorflow import load_tensorflow
load_tensorflow()
from salzoo.training.callbacks import Watch

def stop(self, batch, logs=None):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    used = sum(os.times()[:4])
    print(f"FIRST STEP {time.time() - start:.1f} {used:.1f} {peak:.2f}", flush=True)
    os._exit(0)

Watch.on_train_batch_end = stop
sys.argv = ["salzoo", "train", *sys.argv[1:]]
cli.main()
"""
CHECK = """
import os, resource, sys, time
start = time.time()
from salzoo import cli
sys.argv = ["salzoo", "check", *sys.argv[1:]]
try:
    cli.main()
finally:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    used = sum(os.times()[:4])
    print(f"CHECK {time.time() - start:.1f} {used:.1f} {peak:.2f}", flush=True)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--of", type=int, default=1)
    parser.add_argument("--out", default="runs/data_scale")
    parser.add_argument("--keep", action="store_true", help="keep the dataset")
    options = parser.parse_args()
    out = pathlib.Path(options.out).resolve()
    counts = {split: count * options.times // options.of for split, count in COUNTS.items()}
    data = out / "salicon"
    start = time.perf_counter()
    if not data.exists():
        make(data, counts)
    print(
        f"{sum(counts.values()):,} images, made in {time.perf_counter() - start:.0f} s", flush=True
    )
    shutil.rmtree(out / "home", ignore_errors=True)
    report("salzoo check", *run(out, [CHECK, "salicon", "--data_dir", data]))
    command = [FIRST_STEP, "msinet_lite", "--dataset", "salicon", "--data_dir", data]
    command += ["--backbone_weights", "none", "--init_from", "none", "--run_dir"]
    report("first run", *run(out, [*command, out / "first"]))
    shutil.rmtree(out / "home", ignore_errors=True)
    pair = [begin(out, [*command, out / f"pair{number}"]) for number in range(2)]
    for process in pair:
        report("two at once, empty cache", *finish(process))
    report("later run", *run(out, [*command, out / "later"]))
    if not options.keep:
        shutil.rmtree(out)


def make(folder, counts):
    """Draw a few images with their ground truth and link the others."""
    random = np.random.default_rng(0)
    drawn = folder / ".drawn"
    drawn.mkdir(parents=True)
    for number in range(DRAWN):
        draw(drawn, number, random)
    number = 0
    for split, count in counts.items():
        places = {"images": "jpg", "fixations": "mat", "maps": "png"}
        if split == "test":
            places = {"images": "jpg"}
        for place in places:
            (folder / place / split).mkdir(parents=True)
        for _ in range(count):
            number += 1
            for place, ending in places.items():
                name = f"COCO_{split}2014_{number:012d}.{ending}"
                os.link(drawn / f"{number % DRAWN}.{ending}", folder / place / split / name)
    shutil.rmtree(drawn)


def draw(folder, number, random):
    """Draw an image of the detail of a photo, its fixations and its density map."""
    levels = random.normal(0, 1, (*SIZE, 3))
    smooth = sum(gaussian_filter(levels, (sigma, sigma, 0)) * sigma for sigma in (1, 4, 16, 64))
    smooth = (smooth - smooth.min()) / np.ptp(smooth) * 255
    Image.fromarray(smooth.astype("uint8")).save(folder / f"{number}.jpg", quality=90)
    rows, columns = SIZE
    gaze = np.zeros((OBSERVERS, 1), [("location", "O"), ("timestamp", "O"), ("fixations", "O")])
    counts = np.zeros(SIZE)
    for observer in range(OBSERVERS):
        where = random.uniform((1, 1), (columns, rows), (300, 2)).round().astype("uint16")
        fixations = where[:: random.integers(50, 90)]
        gaze[observer, 0] = (where, np.arange(300.0)[:, None], fixations)
        counts[fixations[:, 1] - 1, fixations[:, 0] - 1] += 1
    savemat(
        folder / f"{number}.mat",
        {"gaze": gaze, "resolution": np.array([SIZE])},
        do_compression=True,
    )
    density = gaussian_filter(counts, 19.0)
    Image.fromarray((density / density.max() * 255).astype("uint8")).save(folder / f"{number}.png")


def begin(out, command):
    script, *arguments = map(str, command)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SALZOO_HOME": str(out / "home")}
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    """Return seconds, processor seconds, peak GB of memory, what was told about the targets."""
    output, errors = process.communicate()
    found = [line.split() for line in output.splitlines() if line.startswith(("FIRST", "CHECK"))]
    if not found:
        sys.exit(f"{output}\n{errors[-3000:]}")
    told = [line.split(" /")[0] for line in errors.splitlines() if "Fitted targets" in line]
    return *map(float, found[0][-3:]), "; ".join(told)


def run(out, command):
    return finish(begin(out, command))


def report(what, seconds, used, peak, told):
    print(f"{what:<26} {seconds:7.1f} s   {used:7.1f} s CPU   {peak:.2f} GB   {told}", flush=True)


if __name__ == "__main__":
    main()
