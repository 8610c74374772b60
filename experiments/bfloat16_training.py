"""Training in bfloat16 on CPUs: does it change the loss more than another seed does?

    python -m experiments.bfloat16_training [--models msinet_lite,msinet] [--dataset synthetic]
        [--data_dir DATA] [--steps 200] [--seeds 3] [--input_size ROWSxCOLUMNS]
        [--batch_size N] [--limit_val 40] [--out runs/bfloat16]

Each model is trained for `--steps` steps with each seed in float32 and in bfloat16, alternating,
with the recipe of the dataset and without early stopping, and validated once. Printed are the mean
validation losses, the standard deviation over the seeds in float32, the mean difference of pairs
with the same seed, and the median seconds a step. A model passes, and may have
`bfloat16_training=True` in its record, if the mean difference is less than the standard deviation.

An interrupted measurement goes on when the same command is given again.
"""

import argparse
import csv
import itertools
import math
import os
import statistics
import time

from salzoo.cli.parsers import parse_size, whole_number
from salzoo.utils.table import Table

PRECISIONS = {"float32": False, "bfloat16": True}


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", default="msinet_lite,msinet")
    parser.add_argument("--dataset", default="synthetic")
    parser.add_argument("--data_dir")
    parser.add_argument("--steps", type=whole_number(2), default=200)
    parser.add_argument("--seeds", type=whole_number(2), default=3)
    parser.add_argument("--input_size", type=parse_size)
    parser.add_argument("--batch_size", type=whole_number(1))
    parser.add_argument("--limit_val", type=whole_number(1), default=40)
    parser.add_argument("--out", default="runs/bfloat16")
    options = parser.parse_args(arguments)
    rows = []
    for model in options.models.split(","):
        losses = {precision: [] for precision in PRECISIONS}
        seconds = {precision: [] for precision in PRECISIONS}
        for seed in range(options.seeds):
            for precision in PRECISIONS:
                loss, taken = train(model, precision, seed, options)
                losses[precision].append(loss)
                seconds[precision].append(taken)
                print(f"{model} {precision} seed {seed}: loss {loss:.5f}", flush=True)
        rows.append(summarise(model, losses, seconds))
    header = ["model", "float32", "bfloat16", "seed to seed", "difference", "s/step", "bf16 s/step"]
    title = f"validation loss after {options.steps} steps on {options.dataset}"
    print(Table(title, [*header, "passes"], rows).text())


def summarise(model, losses, seconds):
    """Return a row of the table.

    Args:
        model: name.
        losses: {precision: losses by seed}.
        seconds: {precision: seconds a step by seed, NaN where the run was there already}.
    """
    spread = statistics.stdev(losses["float32"])
    pairs = zip(losses["bfloat16"], losses["float32"], strict=True)
    difference = statistics.mean(other - one for other, one in pairs)
    means = [statistics.mean(losses[precision]) for precision in PRECISIONS]
    speeds = [_median(seconds[precision]) for precision in PRECISIONS]
    figures = [f"{value:.5f}" for value in (*means, spread, difference)]
    passes = "yes" if abs(difference) < spread else "no"
    return [model, *figures, *(f"{speed:.3f}" for speed in speeds), passes]


def _median(values):
    known = [value for value in values if not math.isnan(value)]
    return statistics.median(known) if known else math.nan


def train(model, precision, seed, options):
    """Train and validate; return the validation loss and the seconds of a step."""
    from salzoo.training import loop
    from salzoo.training.callbacks import Watch
    from salzoo.training.config import new_config

    folder = os.path.join(options.out, f"{model}-{precision}-{seed}")
    history = os.path.join(folder, "history.csv")
    times = []
    if not os.path.exists(history):
        given = {
            "model": model,
            "dataset": options.dataset,
            "data_dir": options.data_dir,
            "input_size": options.input_size,
            "batch_size": options.batch_size,
            "limit_val": options.limit_val,
            "validate_every": options.steps,
            "epochs": 10_000,
            "backbone_weights": "none" if options.dataset == "synthetic" else None,
            "mixed_precision": PRECISIONS[precision],
            "seed": seed,
        }
        original = Watch.on_train_batch_end

        def timed(self, batch, logs=None):
            original(self, batch, logs)
            times.append(time.perf_counter())

        Watch.on_train_batch_end = timed
        try:
            train_steps(loop, new_config(given), folder, options.steps)
        finally:
            Watch.on_train_batch_end = original
    with open(history) as file:
        row = next(row for row in csv.DictReader(file) if int(row["step"]) == options.steps)
    steps = [after - before for before, after in itertools.pairwise(times[1:])]
    return float(row["val_loss"]), statistics.median(steps) if steps else math.nan


def train_steps(loop, config, folder, steps):
    """Train until the validation after so many steps."""
    from salzoo.training.checkpoint import Progress

    finished = Progress.finished
    Progress.finished = property(lambda self: self.validated >= steps)
    try:
        loop.train(config, folder, verbose=0, resume=os.path.exists(folder))
    finally:
        Progress.finished = finished


if __name__ == "__main__":
    main()
