"""The result of an evaluation: the values of all images, their means and intervals."""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from salzoo.evaluation import scores_file, statistics, storage
from salzoo.evaluation.journal_entries import Reasons
from salzoo.evaluation.metric_properties import of_curves
from salzoo.evaluation.metric_values import Mean, NamedValues
from salzoo.evaluation.undefined_notes import describe_undefined
from salzoo.utils.table import Table, format_number
from salzoo.utils.task import Task

# {convention: {model: {metric: ...}}}
ByMetric = dict[str, dict[str, dict[str, Any]]]


@dataclass
class Evaluation:
    """Metrics of one or several models on the same images, under one or several conventions.

    `print` shows the table. `evaluation["msinet"]["NSS"]` is the mean of a metric under
    the first convention, `evaluation["msinet", "tuebingen"]["NSS"]` under another. It is a
    `Mean`: a float that also has the interval and the values of all images.

    Attributes:
        title: what was evaluated on what.
        task: `Task.FIXATIONS` or `Task.OBJECTS`.
        dataset: name.
        split: name.
        conventions: names, in the order of tables.
        metrics: names, in the order of tables.
        images: paths relative to the folder of the dataset.
        categories: category of each image, or None.
        scores: {convention: {model: {metric: float64 (images,)}}}, NaN where undefined,
            without the metrics that a convention does not define.
        curves: for objects {convention: {model: {"precision", "recall", "f", "e":
            float32 (images, 256)}}}; None for fixations.
        reasons: {convention: {model: {metric: {why it is undefined: number of images}}}}, the
            metrics that are undefined on an image.
        definitions: {convention: {metric: how it is computed}}.
        versions: {package: version}.
        seed: of all random draws.
        notes: what differs from a complete evaluation.
        baselines: names of the models that are baselines.
        truth: what was compared with: the sigma of the densities, or masks.
        truth_hash: hash of the fixations, masks and densities; evaluations with equal
            hashes can be compared.
        command: command line that made it, or "".
    """

    title: str
    task: Task
    dataset: str
    split: str
    conventions: list[str]
    metrics: list[str]
    images: list[str]
    categories: list[str | None]
    scores: dict[str, dict[str, dict[str, np.ndarray]]]
    curves: dict[str, dict[str, dict[str, np.ndarray]]] | None = None
    reasons: Reasons = field(default_factory=dict)
    definitions: dict[str, dict[str, str]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    seed: int = 0
    notes: list[str] = field(default_factory=list)
    baselines: list[str] = field(default_factory=list)
    truth: str = ""
    truth_hash: str = ""
    command: str = ""
    _intervals: ByMetric | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def models(self) -> list[str]:
        """Names of the models, baselines included, in the order of tables."""
        return list(next(iter(self.scores.values())))

    @property
    def main_model(self) -> str:
        """Name of the model that the evaluation is about: the last that is no baseline."""
        own = [model for model in self.models if model not in self.baselines]
        return (own or self.models)[-1]

    def __getitem__(self, model: str | tuple[str, str]) -> NamedValues:
        """Return {metric: `Mean`} of a model, or of (model, convention); case does not matter.

        Raises:
            InputError: there is no such name; the message names the nearest.
        """
        model, convention = model if isinstance(model, tuple) else (model, self.conventions[0])
        convention = NamedValues("convention here", self.scores).spell(convention)
        model = NamedValues("model here", self.scores[convention]).spell(model)
        means = self.means()[convention][model].items()
        named = {metric: Mean(mean, self, convention, model, metric) for metric, mean in means}
        return NamedValues(f"metric of {model} here", named)

    def means(self) -> ByMetric:
        """Return {convention: {model: {metric: mean over the images where it is defined}}}.

        Maximum and mean of F and E are those of the mean curve over the images.
        """
        return self._apply(self._mean)

    def intervals(self) -> ByMetric:
        """Return {convention: {model: {metric: (low, high)}}}, 95 % by bootstrap over images."""
        if self._intervals is None:
            self._intervals = {name: self._intervals_of(name) for name in self.conventions}
        return self._intervals

    def _intervals_of(self, convention: str) -> dict[str, dict[str, tuple[float, float]]]:
        """Bootstrap all metrics of all models at once, since they share the draws."""
        scores = self.scores[convention]
        ends = statistics.bootstrap_interval(
            np.stack(
                [values for by_metric in scores.values() for values in by_metric.values()], axis=-1
            ),
            seed=self.seed,
        )
        pairs = zip(*(np.asarray(end).tolist() for end in ends), strict=True)
        intervals = {
            model: {metric: next(pairs) for metric in by_metric}
            for model, by_metric in scores.items()
        }
        if self.curves:
            self._replace_by_curves(convention, self.curves[convention], intervals)
        return intervals

    def _replace_by_curves(
        self,
        convention: str,
        curves: dict[str, dict[str, np.ndarray]],
        intervals: dict[str, dict[str, tuple[float, float]]],
    ) -> None:
        """Replace the intervals of maximum and mean F and E by those of the mean curves."""
        for metric in self.metrics:
            rule = of_curves(convention, metric)
            if rule is None or metric not in next(iter(intervals.values())):
                continue
            stacked = [
                np.stack([of_model[name] for name in rule.curves], axis=1)
                for of_model in curves.values()
            ]
            ends = statistics.bootstrap_interval(
                np.stack(stacked, axis=1), seed=self.seed, statistic=rule.reduce
            )
            for model, low, high in zip(
                curves, *(np.asarray(end).tolist() for end in ends), strict=True
            ):
                intervals[model][metric] = low, high

    def undefined(self) -> ByMetric:
        """Return {convention: {model: {metric: number of images where it is undefined}}}."""
        return self._apply(lambda *_, values: int(np.isnan(values).sum()))

    def _apply(self, function: Callable[..., Any]) -> ByMetric:
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

    def _mean(self, convention: str, model: str, metric: str, values: np.ndarray) -> float:
        defined = ~np.isnan(values)
        if not defined.any():
            return math.nan
        rule = of_curves(convention, metric)
        if not self.curves or rule is None:
            with np.errstate(invalid="ignore"):  # infinity minus infinity
                return float(values[defined].mean())
        curves = self.curves[convention][model]
        means = [curves[name][defined].mean(0, "float64") for name in rule.curves]
        return float(rule.reduce(np.stack(means)))

    # ---- on the terminal ----

    def __str__(self) -> str:
        return self.table()

    def table(self) -> str:
        """Return the means as a text table; a dash where a metric is undefined."""
        several, means = len(self.conventions) > 1, self.means()
        rows = [
            [f"{model}  {convention}" if several else model]
            + [format_number(means[convention][model].get(metric)) for metric in self.metrics]
            for model in self.models
            for convention in self.conventions
        ]
        notes = [*describe_undefined(self, self.conventions), *self.notes]
        return Table(self.title, ["", *self.metrics], rows, notes=notes).text()

    # ---- on disk ----

    def write(self, folder: str | os.PathLike[str]) -> None:
        """Write evaluation.json (means, intervals, definitions), scores.csv and curves.npz.

        Args:
            folder: an existing folder.
        """
        storage.write(self, folder)

    def write_scores(self, path: str | os.PathLike[str]) -> None:
        """Write a CSV row per convention, model and image; undefined values are empty.

        Args:
            path: of the file.
        """
        scores_file.write_scores(self, path)

    @classmethod
    def read(cls, folder: str | os.PathLike[str]) -> "Evaluation":
        """Read what `write` wrote.

        Args:
            folder: with evaluation.json and scores.csv.

        Raises:
            InputError: the folder holds no evaluation, or a damaged one.
        """
        return cls(**storage.read(folder))
