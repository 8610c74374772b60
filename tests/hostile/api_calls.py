"""Hostile files through the Python API: each call works or raises `InputError`.

Arguments: what to try, and the sandbox. Prints a line of JSON: [[what, other error], ...].
"""

import contextlib
import io
import json
import os
import pathlib
import signal
import sys
import traceback

import numpy as np

import salzoo

SECONDS = 100  # of processor time
MAP_OPTIONS = {"task": "fixations", "metrics": ["NSS", "CC", "KLD"], "baselines": ["uniform"]}


class Hang(BaseException):
    """A call that takes too long."""


def stop(*_):
    raise Hang


def attempt(what, call, failures):
    """Call; note what is raised other than a sentence of salzoo."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            call()
    except salzoo.InputError as error:
        text = str(error)
        if "\n" in text or len(text) > 1500 or not text.isprintable():
            failures.append([what, f"message {text[:300]!r} of {len(text)} characters"])
    except Hang:
        failures.append([what, "hangs: " + traceback.format_exc(-3)[-400:].replace("Trace", "")])
    except BaseException as error:
        place = traceback.extract_tb(error.__traceback__)[-3:]
        where = " < ".join(f"{frame.filename[-40:]}:{frame.lineno}" for frame in place[::-1])
        failures.append([what, f"{type(error).__name__}: {str(error)[:200]} at {where}"])
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def images(sandbox):
    predictor = salzoo.load_model()
    good = np.zeros((12, 16, 3), "uint8")

    def check(path):
        map_ = predictor(path)
        assert map_.ndim == 2 and np.isfinite(map_).all() and map_.min() >= 0

    predictor(good)
    for name in sorted(os.listdir(sandbox / "images")):
        yield name, lambda name=name: check(sandbox / "images" / name)


def models(sandbox):
    image = np.random.default_rng(0).integers(0, 256, (24, 32, 3)).astype("uint8")

    def check(path):
        map_ = salzoo.load_model(path)(image)
        assert map_.shape == (24, 32) and np.isfinite(map_).all() and map_.min() >= 0

    for name in sorted(os.listdir(sandbox / "models")):
        yield name, lambda name=name: check(sandbox / "models" / name)


def maps(sandbox):
    options = {**MAP_OPTIONS, "data_dir": sandbox / "good_data", "split": "all", "jobs": 1}
    for kind in ("maps", "special_maps"):
        for name in sorted(os.listdir(sandbox / kind)):
            yield (
                f"{kind}/{name}",
                lambda place=sandbox / kind / name: str(
                    salzoo.evaluate(place, "folder", quiet=True, **options)
                ),
            )


def datasets(sandbox):
    maps = sandbox / "good_maps"
    for name in sorted(os.listdir(sandbox / "datasets")):
        place = sandbox / "datasets" / name
        options = {**MAP_OPTIONS, "data_dir": place, "jobs": 1, "quiet": True}
        yield f"load {name}", lambda place=place: salzoo.load_dataset("folder", place)
        yield f"evaluate {name}", lambda o=options: salzoo.evaluate(maps, "folder", **o)


def evaluations(sandbox):
    from salzoo.evaluation import Evaluation
    from salzoo.evaluation.comparison import Comparison
    from salzoo.evaluation.report import comparison_report

    def compare(first, second):
        comparison = Comparison([[first], [second]])
        comparison_report.render_text(comparison)
        comparison_report.render_html(comparison)

    root = sandbox / "evaluations"
    for name in sorted(os.listdir(root)):
        yield f"read {name}", lambda name=name: str(Evaluation.read(root / name))
        yield (
            f"compare {name}",
            lambda name=name: compare(str(root / "good"), str(root / name)),
        )


def main(kinds, sandbox):
    signal.signal(signal.SIGPROF, stop)
    failures = []
    for kind in kinds:
        for what, call in globals()[kind](pathlib.Path(sandbox)):
            attempt(what, call, failures)
    print(json.dumps(failures))


if __name__ == "__main__":
    main(sys.argv[1].split(","), sys.argv[2])
