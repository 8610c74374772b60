"""Synthetic evaluations for tests of reports and comparisons."""

import numpy as np

from salzoo.evaluation.results import Evaluation
from salzoo.utils.task import Task

METRICS = ["AUC", "AUC-Judd", "sAUC", "NSS", "CC", "SIM", "KLD", "IG", "EMD"]
LACKING = {"mit": {"AUC"}, "tuebingen": {"AUC-Judd", "EMD"}}
CENTRES = {"NSS": 1.5, "KLD": 0.9, "IG": 0.4, "EMD": 2.0}
CATEGORIES = ("Action", "Noisy", "Pattern", "Satellite")


def fixation_evaluation(models=("uniform", "mean map", "msinet"), images=60, seed=0, **fields):
    """Scores that grow better from model to model (KLD, EMD: lower), some of them undefined."""
    random = np.random.default_rng(seed)
    hardness = random.normal(0, 0.1, images)
    scores = {
        convention: {
            model: {
                metric: CENTRES.get(metric, 0.7)
                + (-1 if metric in ("KLD", "EMD") else 1)
                * (0.05 * place + hardness + random.normal(0, 0.05, images))
                for metric in METRICS
                if metric not in LACKING[convention]
            }
            for place, model in enumerate(models)
        }
        for convention in LACKING
    }
    scores["mit"][models[0]]["NSS"][:3] = np.nan
    settings = {
        "title": f"cat2000 val, {images} images, sigma 40 px",
        "truth": "sigma 40 px",
        "truth_hash": "1",
        "task": Task.FIXATIONS,
        "dataset": "cat2000",
        "split": "val",
        "conventions": list(LACKING),
        "metrics": METRICS,
        "images": [f"{CATEGORIES[n % 4]}/{n:03d}.jpg" for n in range(images)],
        "categories": [CATEGORIES[n % 4] for n in range(images)],
        "definitions": {
            name: {"CC": f"Pearson's correlation, as {name} does it."} for name in LACKING
        },
        "versions": {"salzoo": "0.1.0", "numpy": "2.4.0"},
        "baselines": [model for model in models if model in ("uniform", "mean map")],
    }
    return Evaluation(scores=scores, **{**settings, **fields})


def object_evaluation(models=("mean mask", "asnet"), images=40, seed=0, **fields):
    """Curves with their peak at another threshold than the images' own."""
    random = np.random.default_rng(seed)
    thresholds = np.linspace(0, 1, 256)
    curves, scores = {}, {}
    for place, model in enumerate(models):
        peaks = random.uniform(0.2, 0.8, (images, 1))
        f = (0.7 + 0.1 * place) * np.exp(-((thresholds - peaks) ** 2) / 0.1)
        recall = np.broadcast_to(thresholds, f.shape)
        noise = random.normal(0, 0.02, (images, 1))
        precision = np.clip(1 - (0.6 - 0.2 * place) * thresholds**2 + noise, 0, 1)
        of_model = {"precision": precision, "recall": recall, "f": f, "e": f**0.5}
        curves[model] = {name: values.astype("float32") for name, values in of_model.items()}
        scores[model] = {
            "MAE": random.uniform(0.05, 0.2, images) - 0.02 * place,
            "maxF": curves[model]["f"].max(axis=1).astype("float64"),
            "S": random.uniform(0.6, 0.8, images) + 0.05 * place,
        }
    settings = {
        "title": f"ecssd test, {images} images",
        "task": Task.OBJECTS,
        "dataset": "ecssd",
        "split": "test",
        "conventions": ["pysod"],
        "metrics": ["MAE", "maxF", "S"],
        "images": [f"images/{number:04d}.jpg" for number in range(images)],
        "categories": [None] * images,
        "definitions": {"pysod": {"MAE": "Mean absolute difference."}},
        "versions": {"salzoo": "0.1.0"},
        "baselines": ["mean mask"],
    }
    return Evaluation(scores={"pysod": scores}, curves={"pysod": curves}, **{**settings, **fields})
