"""Compute the golden values of tests/metrics/test_objects.py with PySODMetrics.

    python -m venv pysod && pysod/bin/pip install pysodmetrics==1.6.2
    pysod/bin/python tests/golden/make_pysodmetrics.py

Writes pysodmetrics.json beside this file. Curves are kept as every 51st of
their 256 values and their sum.
"""

import json
import pathlib
import re
import warnings
from importlib.metadata import version

import numpy as np

SIZES = [(1, 1), (1, 9), (3, 5), (17, 31), (60, 47)]
TRUTHS = ["object", "noise", "empty", "full", "one pixel"]
MAPS = ["good", "noise", "dark", "inverted", "black", "white", "binary"]


def cases():
    """Yield name, map uint8 and mask uint8 0/255, always the same."""
    for number, (rows, columns) in enumerate(SIZES):
        y, x = np.mgrid[:rows, :columns]
        for truth in TRUTHS:
            random = np.random.default_rng(number)
            row, column = random.integers(rows), random.integers(columns)
            near = ((y - row) / rows) ** 2 + ((x - column) / columns) ** 2
            mask = {
                "object": near < 0.1,
                "noise": random.random((rows, columns)) < 0.4,
                "empty": near < 0,
                "full": near >= 0,
                "one pixel": near == 0,
            }[truth]
            noise = random.integers(0, 256, (rows, columns))
            good = 0.6 * 255 * np.exp(-near / 0.1) * (near < 0.3) + 0.4 * noise
            maps = {
                "good": good,
                "noise": noise,
                "dark": 20 + noise // 8,
                "inverted": 255 - good,
                "black": np.zeros((rows, columns)),
                "white": np.full((rows, columns), 255),
                "binary": 255 * (noise > 99),
            }
            for name in MAPS:
                yield (
                    f"{rows}x{columns}, {truth}, {name}",
                    np.uint8(maps[name]),
                    255 * np.uint8(mask),
                )


def thinned(curve):
    """Return what is kept of a curve."""
    return [*curve[::51], curve.sum()]


def scores(map_, mask, normalize):
    """Return PySODMetrics' numbers of one image."""
    import py_sod_metrics

    names = ["MAE", "Fmeasure", "WeightedFmeasure", "Smeasure", "Emeasure"]
    results = {}
    for name in names:
        metric = getattr(py_sod_metrics, name)()
        metric.step(map_, mask, normalize=normalize)
        results.update(metric.get_results())
    curves = {"f": results["fm"]["curve"], "e": results["em"]["curve"]}
    golden = {
        "MAE": results["mae"],
        "maxF": curves["f"].max(),
        "meanF": curves["f"].mean(),
        "adpF": results["fm"]["adp"],
        "wF": results["wfm"],
        "S": results["sm"],
        "maxE": curves["e"].max(),
        "meanE": curves["e"].mean(),
        "adpE": results["em"]["adp"],
    }
    curves |= {"precision": results["pr"]["p"], "recall": results["pr"]["r"]}
    golden |= {name: thinned(curve) for name, curve in curves.items()}
    return {name: np.array(value).tolist() for name, value in golden.items()}


def main():
    """Write pysodmetrics.json."""
    warnings.simplefilter("ignore")
    golden = {}
    for name, map_, mask in cases():
        golden[name] = {
            "pysod": scores(map_, mask, True),
            # Without stretching it takes floats and booleans.
            "raw": scores(map_ / 255, mask > 128, False),
        }
    # Twelve digits are enough.
    text = json.dumps(golden, separators=(",", ":")).replace('},"', '},\n"')
    text = re.sub(r"-?\d+\.\d+(e-?\d+)?", lambda number: f"{float(number[0]):.12g}", text)
    versions = {name: version(name) for name in ("pysodmetrics", "numpy", "scipy")}
    path = pathlib.Path(__file__).with_name("pysodmetrics.json")
    path.write_text(f'{{"versions":{json.dumps(versions)},\n"cases":{text}}}\n')
    print(f"{path}: {len(golden)} cases")


if __name__ == "__main__":
    main()
