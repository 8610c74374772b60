"""Latency of a prediction: of `salzoo predict` as a program, and of a loaded model.

    python experiments/prediction_speed.py [--cold 7] [--rounds 30] [--image_size 480x640]

Cold: `salzoo predict photo.jpg` as a program, compared with a program that only imports
tensorflow and keras. Warm: from a decoded float32 image to its map at the size of the
image, with batch size 1; msinet_lite at its default size is compared with msinet at
240x320, and with msinet_lite and test-time augmentation. Rounds alternate between the two;
medians of processor time and elapsed time are printed, and their ratios. Processor time is
affected less by other load on the machine.
"""

import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image

from salzoo.cli.parsers import parse_size, whole_number

ROOT = pathlib.Path(__file__).resolve().parents[1]


def processor_of_children():
    """Return the processor time in seconds of ended child processes, without system calls."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime


def medians(calls, rounds, processor):
    """Measure functions in alternating rounds, after one round to warm up.

    Args:
        calls: {name: function}.
        rounds: number of rounds.
        processor: function that returns the processor time in seconds.

    Returns:
        {name: [median processor seconds, median elapsed seconds]}.
    """
    times = {name: [] for name in calls}
    for turn in range(rounds + 1):
        for name, call in calls.items():
            start = processor(), time.perf_counter()
            call()
            if turn:
                times[name].append((processor() - start[0], time.perf_counter() - start[1]))
    return {
        name: [statistics.median(column) for column in zip(*taken, strict=True)]
        for name, taken in times.items()
    }


def cold(image, rounds):
    """Return `medians` of programs; the first round fills the file cache of the machine."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as folder:
        image.save(os.path.join(folder, "photo.jpg"))

        def program(*arguments):
            command = [sys.executable, *arguments]
            return lambda: subprocess.run(
                command, cwd=folder, env=environment, check=True, capture_output=True
            )

        calls = {
            "import tensorflow, keras": program("-c", "import tensorflow, keras"),
            "salzoo predict photo.jpg": program("-m", "salzoo", "predict", "photo.jpg"),
        }
        return medians(calls, rounds, processor_of_children)


def warm(models, image, rounds):
    """Return `medians` of one prediction with loaded models, {name: model}."""
    image = np.asarray(image, "float32")
    calls = {
        f"{name} at {'x'.join(map(str, model.card['geometry']['size']))}": (
            lambda model=model: model(image)
        )
        for name, model in models.items()
    }
    return medians(calls, rounds, time.process_time)


def show(title, times, scale, unit):
    """Print a table of two rows and the ratio of the second to the first."""
    print(f"{title:<28}{'processor':>12}{'clock':>12}")
    for name, values in times.items():
        print(f"{name:<28}" + "".join(f"{value * scale:>9.1f} {unit:<2}" for value in values))
    first, second = times.values()
    ratios = (b / a for a, b in zip(first, second, strict=True))
    print(f"{'second over first':<28}" + "".join(f"{ratio:>9.2f}   " for ratio in ratios) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--cold", type=whole_number(1), default=7, help="rounds of the programs")
    parser.add_argument(
        "--rounds", type=whole_number(1), default=30, help="rounds of single predictions"
    )
    parser.add_argument("--image_size", type=parse_size, default=(480, 640), metavar="ROWSxCOLUMNS")
    arguments = parser.parse_args()
    rows, columns = arguments.image_size
    levels = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype="uint8")
    image = Image.fromarray(levels).resize((columns, rows), Image.Resampling.BICUBIC)
    size_text = f"{rows}x{columns}"
    show(f"cold, {size_text}", cold(image, arguments.cold), 1, "s")

    from salzoo import load_model
    from salzoo.models import build_model

    lite = {"msinet_lite": load_model("msinet_lite")}
    for other in (
        {"msinet": load_model(build_model("msinet"))},
        {"tta": load_model("msinet_lite", tta=True)},
    ):
        show(f"warm, {size_text}", warm({**lite, **other}, image, arguments.rounds), 1e3, "ms")


if __name__ == "__main__":
    main()
