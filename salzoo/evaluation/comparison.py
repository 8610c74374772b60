"""Evaluations of the same images against each other: what differs, and how surely."""

import itertools
from dataclasses import dataclass

import numpy as np

from salzoo.evaluation import statistics
from salzoo.evaluation.pairing import (
    Measured,
    labels,
    refuse_other_definitions,
    refuse_other_images,
    refuse_twice,
    shared_conventions,
)
from salzoo.evaluation.report.sections import mean
from salzoo.evaluation.results import OF_CURVES
from salzoo.utils.errors import InputError


@dataclass
class Difference:
    """One metric of two sides under one convention, over the images where both are defined.

    difference: first minus second; low, high: its 95 % bootstrap interval.
    t_test, permutation: two-tailed p values over images. better, same, worse: images
    of the first side against the second. one_tailed: p value that the first is
    better, over runs, None with one run a side. spreads: standard deviations
    (ddof 1) over runs, or None.
    """

    convention: str
    metric: str
    first: str
    second: str
    means: tuple
    spreads: tuple | None
    difference: float
    low: float
    high: float
    t_test: float
    permutation: float
    better: int
    same: int
    worse: int
    one_tailed: float | None

    @property
    def improved(self):
        """Whether the first is better, worse (False), or neither surely (None)."""
        if np.isnan(self.difference) or not (self.low > 0 or self.high < 0):
            return None
        return statistics.better(self.metric, *self.means) > 0


class Comparison:
    """Two or more sides, each one run or several, measured on the same images.

    Args:
        sides: lists of texts for `Measured.read`.
        conventions: names of those to compare under; None: all that are everywhere.
        seed: of the draws.

    Attributes:
        labels: of the sides. conventions: those compared. notes: sentences.

    Raises:
        InputError: fewer than two sides, other images, truth or definitions, nothing
            in common.
    """

    def __init__(self, sides, conventions=None, seed=0):
        self.seed = seed
        self._differences = {}
        self.sides = [[Measured.read(text) for text in side] for side in sides]
        if len(self.sides) < 2:
            raise InputError("Give two evaluations or more to compare.")
        self._runs = list(itertools.chain(*self.sides))
        refuse_twice(self._runs)
        for run in self._runs[1:]:
            refuse_other_images(self._runs[0], run)
        self.labels = labels(self.sides)
        self.conventions = shared_conventions(self._runs, conventions)
        for run in self._runs[1:]:
            refuse_other_definitions(self._runs[0], run, self.conventions)
        self.notes = self._notes(conventions)

    @property
    def images(self):
        """The sorted names of the images."""
        return sorted(self._runs[0].evaluation.images)

    def metrics(self, convention):
        """Return the metrics that every run has under a convention."""
        each = [run.evaluation.scores[convention][run.model] for run in self._runs]
        return [name for name in each[0] if all(name in scores for scores in each)]

    def values(self, side, convention, metric):
        """Return a side's values (images,), means over its runs."""
        return np.mean([run.values(convention, metric) for run in self.sides[side]], axis=0)

    def gaps(self, convention, metric, second):
        """Return the first side's values minus another's (images,)."""
        with np.errstate(invalid="ignore"):  # infinity minus infinity
            return self.values(0, convention, metric) - self.values(second, convention, metric)

    def differences(self, convention, second):
        """Return a `Difference` a metric of the first side against another, by its place."""
        if (convention, second) not in self._differences:
            self._differences[convention, second] = [
                self._difference(convention, name, second) for name in self.metrics(convention)
            ]
        return self._differences[convention, second]

    def ranks(self, convention):
        """Return {label: cumulative rank} as MSI-Net ranks, None where a metric is missing."""
        if not set(statistics.RANKED) <= set(self.metrics(convention)):
            return None
        means = {
            label: {name: mean(self.values(side, convention, name)) for name in statistics.RANKED}
            for side, label in enumerate(self.labels)
        }
        try:
            return statistics.cumulative_rank(means)
        except ValueError:  # a metric that is nowhere defined
            return None

    def categories(self, convention, second):
        """Return how the first side differs from another in each category.

        Returns:
            {category: {metric: mean difference}}, what improved most first, by the
            cumulative rank of the differences as in MSI-Net's table 7 (over all
            metrics where sAUC, CC and KLD are missing); {} without two categories.
        """
        evaluation = self._runs[0].evaluation
        of_image = dict(zip(evaluation.images, evaluation.categories, strict=True))
        categories = np.array([of_image[image] or "" for image in self.images])
        names = sorted(set(categories) - {""})
        if len(names) < 2:
            return {}
        means = {name: {} for name in names}
        for metric in self.metrics(convention):
            values = self.gaps(convention, metric, second)
            for name in names:
                means[name][metric] = mean(values[categories == name])
        known = [
            metric
            for metric in self.metrics(convention)
            if not any(np.isnan(means[name][metric]) for name in names)
        ]
        ranked = [metric for metric in known if metric in statistics.RANKED] or known
        ranks = statistics.cumulative_rank(means, ranked)
        return {name: means[name] for name in sorted(names, key=ranks.get)}

    def _difference(self, convention, metric, second):
        first_values, second_values = (
            self.values(side, convention, metric) for side in (0, second)
        )
        pairs = ~np.isnan(first_values) & ~np.isnan(second_values)
        first_values, second_values = first_values[pairs], second_values[pairs]
        counts = [np.sum(first_values > second_values), np.sum(first_values == second_values)]
        counts.append(len(first_values) - sum(counts))
        if metric in statistics.LOWER_IS_BETTER:
            counts.reverse()
        first_runs, second_runs, (low, high) = self._over_runs(convention, metric, second, pairs)
        several = len(first_runs) > 1
        means = float(np.mean(first_runs)), float(np.mean(second_runs))
        return Difference(
            convention,
            metric,
            self.labels[0],
            self.labels[second],
            means,
            tuple(float(np.std(runs, ddof=1)) for runs in (first_runs, second_runs))
            if several
            else None,
            means[0] - means[1],
            low,
            high,
            statistics.paired_t_test(first_values, second_values),
            statistics.permutation_test(first_values, second_values, seed=self.seed),
            *map(int, counts),
            statistics.one_tailed_t_test(
                first_runs,
                second_runs,
                higher_is_better=metric not in statistics.LOWER_IS_BETTER,
            )
            if several
            else None,
        )

    def _over_runs(self, convention, metric, second, pairs):
        """Return the means of either side's runs, and the interval of their difference.

        Maximum and mean of F and E are those of the mean curve over the images.
        """
        runs = [*self.sides[0], *self.sides[second]]
        count = len(self.sides[0])
        name, of_curve = OF_CURVES.get(metric, (None, None))
        if name is None or runs[0].curves(convention, name) is None:
            values = np.stack([run.values(convention, metric)[pairs] for run in runs], axis=1)
            of_mean = _itself
        else:
            values = np.stack([run.curves(convention, name)[pairs] for run in runs], axis=1)

            def of_mean(means):
                return of_curve(means, axis=-1)

        def difference(means):
            means = of_mean(means)
            with np.errstate(invalid="ignore"):  # infinity minus infinity
                return means[:, :count].mean(axis=1) - means[:, count:].mean(axis=1)

        if not pairs.any():
            return [np.nan] * count, [np.nan] * (len(runs) - count), (np.nan, np.nan)
        means = of_mean(values.mean(axis=0, dtype="float64"))
        interval = statistics.bootstrap_interval(values, seed=self.seed, statistic=difference)
        return means[:count], means[count:], interval

    def _notes(self, wanted):
        counts = [len(side) for side in self.sides]
        notes = []
        if max(counts) > 1:
            notes.append(
                f"{counts[0]} runs a side: an image's value is the mean over them, and the "
                "one-tailed paired t-test is over runs, as MSI-Net's tables 6 and A.8 have it."
            )
        everywhere = {name for run in self._runs for name in run.evaluation.conventions}
        left_out = sorted(everywhere - set(self.conventions))
        if left_out and wanted is None:
            notes.append(f"Not compared: convention {', '.join(left_out)}.")
        for convention in self.conventions:
            names = {
                name for run in self._runs for name in run.evaluation.scores[convention][run.model]
            }
            missing = sorted(names - set(self.metrics(convention)))
            if missing:
                notes.append(f"Not measured on every side ({convention}): {', '.join(missing)}.")
        return notes


def _itself(means):
    return means
