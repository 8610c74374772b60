"""Latency of a prediction: of `salzoo predict` as a program, and of a loaded model.

    python experiments/prediction_speed.py [--cold 7] [--rounds 30] [--image_size 480x640]
        [--photos 60] [--than CHECKOUT] [--beside SOURCE]

Cold: `salzoo predict photo.jpg` as a program, compared with a program that only imports
tensorflow and keras. Warm: from a decoded float32 image to its map at the size of the
image, with batch size 1; msinet_lite at its default size is compared with msinet at
240x320, with msinet_lite by TensorFlow, with msinet_lite and test-time augmentation, and with the
model `--beside`, such as the portable file of other weights.

Folder: time a photo of `salzoo predict FOLDER`, all files written: what a folder of `--photos`
JPEGs takes longer than one of 2, by TensorFlow and by LiteRT. `--than` names a checkout of another
version of salzoo, which is measured instead of TensorFlow in this one.

Rounds alternate between the two; medians of processor time and elapsed time are printed, and
their ratios. Processor time is affected less by other load on the machine.
"""

import argparse
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image

from salzoo.cli.parsers import parse_size, whole_number

TENSORFLOW = ("--engine", "tensorflow")
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


def folder(image, photos, than, rounds):
    """Return `medians` of a photo of a large folder, by another program and by this one."""
    command = [sys.executable, "-m", "salzoo", "predict", "photos", "--out"]
    times = {}
    with tempfile.TemporaryDirectory() as place:

        def program(count, checkout, *flags):
            environment = {**os.environ, "PYTHONPATH": str(checkout)}
            out = os.path.join(place, "maps")

            def run():
                shutil.rmtree(out, ignore_errors=True)
                subprocess.run(
                    [*command, out, *flags],
                    cwd=os.path.join(place, str(count)),
                    env=environment,
                    check=True,
                    capture_output=True,
                )

            return run

        for count in (2, photos):
            os.makedirs(os.path.join(place, str(count), "photos"))
            for number in range(count):
                image.rotate(number, expand=False).save(
                    os.path.join(place, str(count), "photos", f"{number}.jpg"), quality=90
                )
        others = [(str(than), than, ())] if than else [("tensorflow", ROOT, TENSORFLOW)]
        calls = {
            (name, count): program(count, checkout, *flags)
            for name, checkout, flags in [*others, ("salzoo predict FOLDER", ROOT, ())]
            for count in (2, photos)
        }
        times = medians(calls, rounds, processor_of_children)
    names = dict.fromkeys(name for name, _ in times)
    return {
        name: [
            (many - few) / (photos - 2)
            for few, many in zip(times[name, 2], times[name, photos], strict=True)
        ]
        for name in names
    }


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
    parser.add_argument("--photos", type=whole_number(3), default=60, help="in the folder")
    parser.add_argument("--folders", type=whole_number(0), default=3, help="rounds of the folder")
    parser.add_argument("--than", metavar="CHECKOUT", help="of another version of salzoo")
    parser.add_argument("--beside", metavar="SOURCE", help="another model, measured when warm")
    arguments = parser.parse_args()
    rows, columns = arguments.image_size
    random = np.random.default_rng(0)
    levels = random.integers(0, 256, (12, 16, 3), dtype="uint8")
    smooth = Image.fromarray(levels).resize((columns, rows), Image.Resampling.BICUBIC)
    # As grainy as photos, whose overlays are packed to half their size.
    grain = random.normal(0, 3, (rows, columns, 3))
    image = Image.fromarray(np.uint8(np.clip(smooth + grain, 0, 255)))
    size_text = f"{rows}x{columns}"
    show(f"cold, {size_text}", cold(image, arguments.cold), 1, "s")

    if arguments.folders:
        than = arguments.than and os.path.abspath(arguments.than)
        times = folder(image, arguments.photos, than, arguments.folders)
        show(f"a photo of {arguments.photos}, {size_text}", times, 1e3, "ms")

    from salzoo import load_model
    from salzoo.models import build_model

    lite = {"msinet_lite": load_model("msinet_lite")}
    others = [
        {"tensorflow": load_model("msinet_lite", engine="tensorflow")},
        {"msinet": load_model(build_model("msinet"))},
        {"tta": load_model("msinet_lite", tta=True)},
    ]
    if arguments.beside:
        others.append({"beside": load_model(arguments.beside)})
    for other in others:
        show(f"warm, {size_text}", warm({**lite, **other}, image, arguments.rounds), 1e3, "ms")


if __name__ == "__main__":
    main()
