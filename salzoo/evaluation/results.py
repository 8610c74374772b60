"""The result of an evaluation: a value an image, and what becomes of them."""

import math
from dataclasses import dataclass, field

import numpy as np

from salzoo.evaluation import statistics, storage
from salzoo.evaluation.lookup import Mean, Named
from salzoo.utils.table import Table, number

# Of a whole data set, these are taken from the mean curve over its images.
OF_CURVES = {
    "maxF": ("f", np.max),
    "meanF": ("f", np.mean),
    "maxE": ("e", np.max),
    "meanE": ("e", np.mean),
}


@dataclass
class Evaluation:
    """Metrics of one or several models on the same images, under one or several conventions.

    Printed, it is the table. `evaluation["msinet"]["NSS"]` is the mean of a metric under
    the first convention, `evaluation["msinet", "tuebingen"]["NSS"]` under another; it is a
    `Mean`, which has the interval and every image's value as well.

    title: what was evaluated on what. task: `Task`, one of the two.
    dataset, split: by name. conventions, metrics: names, in the order of tables.
    images: paths relative to the data's folder. categories: of the images, or None.
    scores: {convention: {model: {metric: float64 (images,)}}}, NaN where undefined;
        without the metrics that a convention does not have.
    curves: of objects, {convention: {model: {"precision", "recall", "f", "e":
        float32 (images, 256)}}}; None for fixations.
    definitions: {convention: {metric: a sentence}}. versions: {package: version}.
    seed: of every random draw. notes: sentences about what was not as usual.
    baselines: those of the models that are baselines.
    truth: what was compared with, in words: the sigma of the densities, masks.
    truth_hash: of the fixations, masks and densities; evaluations of equal ones pair.
    command: line that made it, or "".
    """

    title: str
    task: str
    dataset: str
    split: str
    conventions: list
    metrics: list
    images: list
    categories: list
    scores: dict
    curves: dict | None = None
    definitions: dict = field(default_factory=dict)
    versions: dict = field(default_factory=dict)
    seed: int = 0
    notes: list = field(default_factory=list)
    baselines: list = field(default_factory=list)
    truth: str = ""
    truth_hash: str = ""
    command: str = ""
    _intervals: dict | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def models(self):
        """Names of the models, baselines included, in the order of tables."""
        return list(next(iter(self.scores.values())))

    def __getitem__(self, model):
        """Return {metric: `Mean`} of a model, or of (model, convention); case does not matter.

        Raises:
            InputError: a name that there is not; it names the nearest.
        """
        model, convention = model if isinstance(model, tuple) else (model, self.conventions[0])
        convention = Named("convention here", self.scores).spelled(convention)
        model = Named("model here", self.scores[convention]).spelled(model)
        means = self.means()[convention][model].items()
        named = {metric: Mean(mean, self, convention, model, metric) for metric, mean in means}
        return Named(f"metric of {model} here", named)

    def means(self):
        """Return {convention: {model: {metric: mean over the images where it is defined}}}.

        Maximum and mean of F and E are those of the mean curve over the images.
        """
        return self._each(self._mean)

    def intervals(self):
        """Return {convention: {model: {metric: (low, high)}}}, 95 % by bootstrap over images."""
        if self._intervals is None:
            self._intervals = {each: self._intervals_of(each) for each in self.conventions}
        return self._intervals

    def _intervals_of(self, convention):
        """Bootstrap all metrics of all models at once: they share the draws."""
        scores = self.scores[convention]
        ends = statistics.bootstrap_interval(
            np.stack([values for each in scores.values() for values in each.values()], axis=-1),
            seed=self.seed,
        )
        pairs = zip(*map(np.ndarray.tolist, ends), strict=True)
        intervals = {
            model: {metric: next(pairs) for metric in by_metric}
            for model, by_metric in scores.items()
        }
        if self.curves:
            self._take_from_curves(convention, intervals)
        return intervals

    def _take_from_curves(self, convention, intervals):
        curves = self.curves[convention]
        for metric, (name, of_curve) in OF_CURVES.items():
            if metric not in self.metrics:
                continue
            ends = statistics.bootstrap_interval(
                np.stack([of_model[name] for of_model in curves.values()], axis=1),
                seed=self.seed,
                statistic=lambda means, of_curve=of_curve: of_curve(means, axis=-1),
            )
            for model, low, high in zip(curves, *map(np.ndarray.tolist, ends), strict=True):
                intervals[model][metric] = low, high

    def undefined(self):
        """Return {convention: {model: {metric: number of images where it is undefined}}}."""
        return self._each(lambda *_, values: int(np.isnan(values).sum()))

    def _each(self, function):
        return {
            convention: {
                model: {
                    metric: function(convention, model, metric, values=values)
                    for metric, values in by_metric.items()
                }
                for model, by_metric in by_model.items()
            }
            for convention, by_model in self.scores.items()
        }

    def _mean(self, convention, model, metric, values):
        defined = ~np.isnan(values)
        if not defined.any():
            return math.nan
        if not self.curves or metric not in OF_CURVES:
            with np.errstate(invalid="ignore"):  # infinity minus infinity
                return float(values[defined].mean())
        name, of_curve = OF_CURVES[metric]
        return float(of_curve(self.curves[convention][model][name][defined].mean(0, "float64")))

    # ---- on the terminal ----

    def __str__(self):
        return self.table()

    def table(self):
        """Return the means as a text table; a dash where a metric is undefined."""
        several, means = len(self.conventions) > 1, self.means()
        rows = [
            [f"{model}  {convention}" if several else model]
            + [number(means[convention][model].get(metric)) for metric in self.metrics]
            for model in self.models
            for convention in self.conventions
        ]
        notes = [*filter(None, [self.left_out(self.conventions)]), *self.notes]
        return Table(self.title, ["", *self.metrics], rows, notes=notes).text()

    def left_out(self, conventions):
        """Return a sentence that counts what has no value on some images, "" if there is none."""
        counts = [
            f"{metric} of {model}"
            + (f" ({convention})" if len(conventions) > 1 else "")
            + f" on {count} of {len(self.images)} images"
            for convention, by_model in self.undefined().items()
            if convention in conventions
            for model, by_metric in by_model.items()
            for metric, count in by_metric.items()
            if 0 < count < len(self.images)
        ]
        return f"Undefined and left out of the mean: {'; '.join(counts)}." if counts else ""

    # ---- on disk ----

    def write(self, folder):
        """Write evaluation.json (means, intervals, definitions), scores.csv and curves.npz."""
        storage.write(self, folder)

    def write_scores(self, path):
        """Write a csv row for each convention, model and image; undefined values are empty."""
        storage.write_scores(self, path)

    @classmethod
    def read(cls, folder):
        """Read what `write` wrote.

        Raises:
            InputError: the folder does not hold an evaluation, or a damaged one.
        """
        return cls(**storage.read(folder))
