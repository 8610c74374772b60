"""Compute the golden values of tests/metrics/test_pysaliency.py with pysaliency.

    python3.11 -m venv pysaliency
    pysaliency/bin/pip install cython "numpy<2.4" "setuptools<81" torch pysaliency==0.2.22
    pysaliency/bin/python tests/golden/make_pysaliency.py

Writes pysaliency.json beside this file. Numpy before 2.4 has the trapz that it
calls; null is where it fails or says NaN.
"""

import json
import pathlib
import warnings
from importlib.metadata import version

import numpy as np

SIZES = [(4, 5), (17, 31), (48, 64)]
MAPS = ["smooth", "8-bit", "ties", "negative", "density", "constant", "zero", "inverted"]
TRUTHS = ["many", "one", "repeated"]
EPSILON = 2.2204e-16


def cases():
    """Yield name, map, fixations, density, others' fixations and baseline, always the same."""
    for number, (rows, columns) in enumerate(SIZES):
        y, x = np.mgrid[:rows, :columns]
        for truth in TRUTHS:
            random = np.random.default_rng(number)
            centre = random.random(2) * (columns, rows)
            count = {"many": 40, "one": 1, "repeated": 12}[truth]
            fixations = centre + random.normal(size=(count, 2)) * (columns / 6, rows / 6)
            fixations = np.clip(fixations, 0, np.array([columns, rows]) - 0.01)
            if truth == "repeated":
                fixations = np.concatenate([fixations, fixations[:5], fixations[:2]])
            others = random.random((300, 2)) * (columns, rows)
            distances = ((x[..., None] - fixations[:, 0]) / columns) ** 2
            distances = distances + ((y[..., None] - fixations[:, 1]) / rows) ** 2
            density = np.exp(-distances * 40).sum(axis=-1)
            baseline = np.exp(-4 * ((x / columns - 0.5) ** 2 + (y / rows - 0.5) ** 2))
            noise = random.random((rows, columns))
            near = np.exp(-6 * (((x - centre[0]) / columns) ** 2 + ((y - centre[1]) / rows) ** 2))
            smooth = near + 0.3 * noise
            maps = {
                "smooth": smooth,
                "8-bit": np.floor(smooth / smooth.max() * 255),
                "ties": np.floor(3 * near),
                "negative": smooth - 0.5,
                "density": density / density.sum(),
                "constant": np.full((rows, columns), 0.25),
                "zero": np.zeros((rows, columns)),
                "inverted": -density,
            }
            for kind in MAPS:
                name = f"{rows}x{columns} {kind} map, {truth} fixations"
                yield name, maps[kind], fixations, density, others, baseline
    map_ = np.arange(12.0).reshape(3, 4)
    flat, point, others = np.ones((3, 4)), np.array([[1.5, 1.0]]), np.array([[0.0, 0], [3, 2]])
    yield "constant density", map_, point, flat, others, flat
    yield "both constant", flat, point, 2 * flat, others, flat
    yield "density of zeros", map_, point, 0 * flat, others, flat


def metrics(map_, fixations, density, others, baseline):
    """Return {name: function} of the metrics as the benchmark calls pysaliency."""
    import pysaliency
    from pysaliency.models import SaliencyMapNormalizingModel

    class Fixed(pysaliency.SaliencyMapModel):
        def __init__(self, values):
            super().__init__()
            self.values = values

        def _saliency_map(self, stimulus):
            return self.values

    def points(xy):
        zeros = np.zeros(len(xy), int)
        return pysaliency.Fixations.create_without_history(xy[:, 0], xy[:, 1], zeros)

    stimuli = pysaliency.Stimuli([np.zeros((*map_.shape, 3), "uint8")])
    model, gold = Fixed(map_.copy()), Fixed(density.copy())
    own, base = (SaliencyMapNormalizingModel(each) for each in (model, Fixed(baseline)))
    fixated, nonfixated = points(fixations), points(others)
    regular = {"log_regularization": EPSILON, "quotient_regularization": EPSILON}
    return {
        "AUC": lambda: model.AUC(stimuli, fixated, average="image"),
        "AUC-Judd": lambda: model.AUC_Judd(stimuli, fixated),
        "sAUC": lambda: model.AUC(stimuli, fixated, average="image", nonfixations=nonfixated),
        "NSS": lambda: model.NSS(stimuli, fixated),
        "CC": lambda: model.CC(stimuli, gold),
        "SIM": lambda: model.SIM(stimuli, gold),
        "KLD": lambda: model.KLDiv(stimuli, gold, minimum_value=0, **regular),
        "IG": lambda: own.information_gain(stimuli, fixated, base),
    }


def number(call):
    """A float; None for NaN or a failure; text for an infinity, which JSON lacks."""
    try:
        value = float(call())
    except Exception as error:
        print(f"fails: {error!r}")
        return None
    if np.isnan(value):
        return None
    return value if np.isfinite(value) else str(value)


def main():
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        golden = {
            case: {name: number(call) for name, call in metrics(*inputs).items()}
            for case, *inputs in cases()
        }
    made = {package: version(package) for package in ("pysaliency", "numpy")}
    path = pathlib.Path(__file__).with_name("pysaliency.json")
    path.write_text(json.dumps({"made with": made, "cases": golden}, indent=1) + "\n")


if __name__ == "__main__":
    main()
