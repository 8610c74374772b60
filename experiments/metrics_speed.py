"""Speed of the metrics of one map relative to pysaliency.

    python experiments/metrics_speed.py [--pysaliency PYTHON] [--rounds 15]

One 480x640 map, 100 fixations, sAUC against 100 fixations on each of 1,000 other images,
convention tuebingen, all metrics that pysaliency has (EMD is not among them). Rounds
alternate between the two libraries; medians of processor time and elapsed time are
printed, and their ratios. PYTHON is the interpreter of an environment with pysaliency;
without it the script creates one in a temporary folder, with uv or pip. The noise of
AUC-Judd is drawn once for all images of a size; the time of the round that draws it is
printed as the first round.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
PACKAGES = ["cython", "numpy<2.4", "setuptools<81", "torch", "pysaliency==0.2.22"]
SIZE = (480, 640)
NAMES = ["AUC", "AUC-Judd", "sAUC", "NSS", "CC", "SIM", "KLD", "IG"]


def arrays():
    """Return map, fixations, density, fixations of other images and baseline of both sides."""
    random = np.random.default_rng(0)
    rows, columns = SIZE
    y, x = np.mgrid[:rows, :columns]
    fixations = random.normal(0.5, 0.15, (100, 2)).clip(0, 0.999) * (columns, rows)
    others = random.normal(0.5, 0.2, (100_000, 2)).clip(0, 0.999) * (columns, rows)
    blob = [np.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * 24**2)) for a, b in fixations[:10]]
    map_ = sum(blob[:6]) + 0.2 * random.random(SIZE)
    baseline = np.exp(-4 * ((x / columns - 0.5) ** 2 + (y / rows - 0.5) ** 2))
    return map_, fixations, sum(blob) + 1e-9, others, baseline


def ours():
    """Return {name: function} of salzoo's metrics."""
    sys.path.insert(0, str(ROOT))
    from salzoo import metrics
    from salzoo.metrics.fixation_case import pixel_indices

    map_, fixations, density, others, baseline = arrays()
    truth = {"fixations": fixations, "density_map": density, "baseline_map": baseline}
    # An evaluation counts the fixations of all images once and subtracts those of an image.
    counts = np.bincount(pixel_indices(others, SIZE), minlength=map_.size).reshape(SIZE)

    def scores(names, **how):
        return metrics.fixation_scores(map_, names=names, convention="tuebingen", **truth, **how)

    alone = {name: lambda name=name: scores([name], other_fixations=others)[name] for name in NAMES}
    return {
        **alone,
        "all": lambda: list(scores(NAMES, other_fixations=others).values()),
        "all, others counted before": lambda: list(scores(NAMES, other_counts=counts).values()),
    }


def theirs():
    """Return {name: function} of pysaliency's metrics, called as in its benchmark."""
    import warnings

    warnings.simplefilter("ignore")
    sys.path.insert(0, str(ROOT))
    from tests.golden.make_pysaliency import metrics

    calls = metrics(*arrays())
    return {**calls, "all": lambda: [calls[name]() for name in NAMES]}


def answer(functions):
    """Print times and result of the functions that the lines of stdin name."""
    for line in sys.stdin:
        function = functions[line.strip()]
        clock, processor = time.perf_counter(), time.process_time()
        result = function()
        times = [time.process_time() - processor, time.perf_counter() - clock]
        print(json.dumps([times, np.asarray(result, "float64").tolist()]), flush=True)


class Side:
    """One of the two libraries, in a process of its own."""

    def __init__(self, python, name):
        command = [python, __file__, "--side", name]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, name):
        """Run a function; return [processor seconds, elapsed seconds] and its result."""
        self._process.stdin.write(name + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def environment(folder):
    """Create an environment with pysaliency; return its interpreter."""
    python = str(pathlib.Path(folder) / "bin" / "python")
    if shutil.which("uv"):
        subprocess.run(["uv", "venv", "-q", "--python", sys.executable, folder], check=True)
        install = ["uv", "pip", "install", "-q", "--python", python]
    else:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        install = [python, "-m", "pip", "install", "-q"]
    subprocess.run([*install, *PACKAGES], check=True)
    return python


def compare(python, rounds):
    """Measure both libraries and print the table."""
    salzoo, pysaliency = Side(sys.executable, "salzoo"), Side(python, "pysaliency")
    first, result = salzoo.run("all")
    _, reference = pysaliency.run("all")
    np.testing.assert_allclose(result, reference, rtol=1e-9)
    rows = [*NAMES, "all", "all, others counted before"]
    times = {(side, row): [] for side in (salzoo, pysaliency) for row in rows}
    for _ in range(rounds):
        for row in rows:
            times[salzoo, row].append(salzoo.run(row)[0])
            times[pysaliency, row].append(pysaliency.run(row.split(",")[0])[0])
    salzoo.close()
    pysaliency.close()
    print(f"Medians of {rounds} rounds, ms, processor (clock); the results are equal to 1e-9.")
    print(f"{'':28}{'salzoo':>18}{'pysaliency':>18}{'ratio':>16}")
    for row in rows:
        mine, other = (
            [1e3 * statistics.median(column) for column in zip(*times[side, row], strict=True)]
            for side in (salzoo, pysaliency)
        )
        cells = [f"{processor:.1f} ({clock:.1f})" for processor, clock in (mine, other)]
        ratios = f"{other[0] / mine[0]:.1f} ({other[1] / mine[1]:.1f})"
        print(f"{row:28}{cells[0]:>18}{cells[1]:>18}{ratios:>16}")
    print(f"first round of salzoo: {first[0] * 1e3:.1f} ({first[1] * 1e3:.1f}) ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--pysaliency", metavar="PYTHON", help="interpreter of an environment with pysaliency"
    )
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--side", choices=["salzoo", "pysaliency"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.side:
        answer(ours() if arguments.side == "salzoo" else theirs())
    elif arguments.pysaliency:
        compare(arguments.pysaliency, arguments.rounds)
    else:
        with tempfile.TemporaryDirectory() as folder:
            compare(environment(folder), arguments.rounds)


if __name__ == "__main__":
    main()
