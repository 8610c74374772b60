"""Maps against eye movements: tables of metrics at the original image size."""

import csv
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from salzoo import metrics
from salzoo.data.density import density_map
from salzoo.data.images import read_image
from salzoo.errors import InputError
from salzoo.files import whole_file, write_json

# name -> function of (map, fixations, density)
METRICS = {
    "AUC-Judd": lambda map_, fixations, density: metrics.auc_judd(map_, fixations),
    "NSS": lambda map_, fixations, density: metrics.nss(map_, fixations),
    "CC": lambda map_, fixations, density: metrics.cc(map_, density),
    "SIM": lambda map_, fixations, density: metrics.similarity(map_, density),
    "KLD": lambda map_, fixations, density: metrics.kl_divergence(map_, density),
}


@dataclass
class Evaluation:
    """Metrics of one or several models on the same samples.

    title: what was evaluated on what. names: of the images.
    scores: {model: {metric: float64 array, a value an image}}.
    """

    title: str
    names: list
    scores: dict

    def means(self):
        """Return {model: {metric: mean over the images where it is defined}}."""
        return {
            model: {name: _mean(values) for name, values in by_metric.items()}
            for model, by_metric in self.scores.items()
        }

    def table(self):
        """Return the means as a text table; a dash where a metric is undefined."""
        width = max(len(model) for model in self.scores)
        lines = [self.title, " " * width + "".join(f"{name:>10}" for name in METRICS)]
        for model, means in self.means().items():
            cells = "".join(
                f"{'-' if np.isnan(mean) else format(mean, '.3f'):>10}" for mean in means.values()
            )
            lines.append(f"{model:<{width}}{cells}")
        undefined = [
            f"{name} of {model} on {np.isnan(values).sum()} of {len(values)} images"
            for model, by_metric in self.scores.items()
            for name, values in by_metric.items()
            if 0 < np.isnan(values).sum() < len(values)
        ]
        if undefined:
            lines.append(f"Undefined and left out of the mean: {'; '.join(undefined)}.")
        return "\n".join(lines)

    def write(self, json_path, csv_path):
        """Write the means as json and every image's values as csv."""
        means = {
            model: {name: None if np.isnan(mean) else mean for name, mean in by_metric.items()}
            for model, by_metric in self.means().items()
        }
        write_json(json_path, {"title": self.title, "convention": "mit", "means": means})
        with whole_file(csv_path) as path, open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["model", "image", *METRICS])
            for model, by_metric in self.scores.items():
                for row, name in enumerate(self.names):
                    writer.writerow([model, name, *(values[row] for values in by_metric.values())])


def evaluate(title, models, samples):
    """Compute every metric of every model on every sample.

    Args:
        title: for the table.
        models: {name: function of a `Sample` to a map (rows, columns)}.
        samples: list of `Sample` with a density; metrics of fixations are
            undefined for those without.

    Returns:
        `Evaluation`.

    Raises:
        InputError: a sample has nothing to compare with.
    """
    scores = {model: {name: np.full(len(samples), np.nan) for name in METRICS} for model in models}
    for row, sample in enumerate(tqdm(samples, desc="evaluate", unit="image", disable=None)):
        if sample.density is None:
            raise InputError(
                f"{sample.image_path} has neither fixations nor a density to compare with; "
                "take a dataset of fixations, and a split with ground truth."
            )
        fixations = np.empty((0, 2)) if sample.fixations is None else sample.fixations
        for model, predict in models.items():
            map_ = predict(sample)
            for name, metric in METRICS.items():
                scores[model][name][row] = metric(map_, fixations, sample.density)
        vars(sample).pop("density", None)  # made on demand; 700 of them need 1.3 GB
    return Evaluation(title, [sample.image_path for sample in samples], scores)


def predicted_by(predictor):
    """Return a model for `evaluate`: what a `Predictor` says of the stored pixels."""
    return lambda sample: predictor(read_image(sample.image_path, exif=False))


def baselines(training):
    """Return the models that any other must beat, made from training samples.

    uniform: the same everywhere. centre Gaussian: centred, its two widths (as
    shares of the image's sides) fitted to the training fixations. mean map: all
    training fixations at once, blurred as the density of the image at hand.
    Without fixations to train on, uniform alone.
    """
    uniform = {"uniform": lambda sample: np.ones(sample.size)}
    training = [sample for sample in training if sample.fixations is not None]
    if not training:
        return uniform
    shares = [sample.fixations / sample.size[::-1] for sample in training]
    widths = np.sqrt(((np.concatenate(shares) - 0.5) ** 2).mean(axis=0))
    mean_maps = {}

    def mean_map(sample):
        key = sample.size, sample.sigma or max(sample.size) / 32
        if key not in mean_maps:
            # A factor of exactly 1 where sizes are equal: no point changes its pixel.
            points = [
                other.fixations * np.divide(sample.size, other.size)[::-1] for other in training
            ]
            mean_maps[key] = density_map(np.concatenate(points), *key)
        return mean_maps[key]

    return {
        **uniform,
        "centre Gaussian": lambda sample: _centre_gaussian(sample.size, widths),
        "mean map": mean_map,
    }


def _centre_gaussian(size, widths):
    rows, columns = (
        np.exp(-0.5 * (((np.arange(length) + 0.5) / length - 0.5) / width) ** 2)
        for length, width in zip(size, widths[::-1], strict=True)
    )
    return rows[:, None] * columns


def _mean(values):
    return float(np.nanmean(values)) if not np.isnan(values).all() else float("nan")
