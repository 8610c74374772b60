"""Comparisons of evaluations of the same images: differences, intervals, tests and ranks."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salzoo.evaluation import statistics
from salzoo.evaluation.metric_properties import LOWER_IS_BETTER, of_curves
from salzoo.evaluation.pairing import (
    MeasuredModel,
    check_different,
    check_same_definitions,
    check_same_images,
    find_shared_conventions,
    label_sides,
)
from salzoo.evaluation.statistics import mean_of_defined
from salzoo.utils.errors import InputError


@dataclass
class Difference:
    """One metric of two sides under one convention, over the images where both are defined.

    Attributes:
        convention: name.
        metric: name.
        first: label of the first side.
        second: label of the second side.
        means: of both sides.
        spreads: standard deviations over the runs of both sides (ddof 1); None with one
            run a side.
        difference: first minus second mean.
        low: lower end of the difference's 95 % bootstrap interval.
        high: upper end of it.
        t_test: two-tailed p value of the paired t-test over images.
        permutation: two-tailed p value of the permutation test over images.
        better: number of images on which the first side is better.
        same: number of images with equal values.
        worse: number of images on which the first side is worse.
        one_tailed: one-tailed p value over runs that the first side is better; None with
            one run a side.
    """

    convention: str
    metric: str
    first: str
    second: str
    means: tuple[float, float]
    spreads: tuple[float, float] | None
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
    def improved(self) -> bool | None:
        """Whether the first side is better; None if the interval contains 0."""
        if np.isnan(self.difference) or not (self.low > 0 or self.high < 0):
            return None
        return statistics.improvement(self.metric, *self.means) > 0


class Comparison:
    """Two or more sides of one or several runs, measured on the same images.

    Args:
        sides: lists of texts for `MeasuredModel.read`.
        conventions: names of those to compare under; None: all that are shared.
        seed: of all random draws.

    Attributes:
        sides: the runs of each side.
        labels: of the sides.
        conventions: names of the compared ones.
        notes: what was not compared.

    Raises:
        InputError: fewer than two sides, other images, other ground truth or definitions,
            or no shared convention.
    """

    def __init__(
        self,
        sides: Sequence[Sequence[str]],
        conventions: Sequence[str] | None = None,
        seed: int = 0,
    ) -> None:
        self.seed = seed
        self._differences: dict[tuple[str, int], list[Difference]] = {}
        self.sides = [[MeasuredModel.read(text) for text in side] for side in sides]
        if len(self.sides) < 2:
            raise InputError("Give two evaluations or more to compare.")
        self._runs = list(itertools.chain(*self.sides))
        check_different(self._runs)
        for run in self._runs[1:]:
            check_same_images(self._runs[0], run)
        self.labels = label_sides(self.sides)
        self.conventions = find_shared_conventions(self._runs, conventions)
        for run in self._runs[1:]:
            check_same_definitions(self._runs[0], run, self.conventions)
        self.notes = self._make_notes(conventions)

    @property
    def images(self) -> list[str]:
        """The sorted names of the images."""
        return sorted(self._runs[0].evaluation.images)

    def metrics(self, convention: str) -> list[str]:
        """Return the names of the metrics that all runs have under a convention."""
        of_runs = [run.evaluation.scores[convention][run.model] for run in self._runs]
        return [name for name in of_runs[0] if all(name in scores for scores in of_runs)]

    def values(self, side: int, convention: str, metric: str) -> np.ndarray:
        """Return the values of a side, float64 (images,), means over its runs.

        Args:
            side: index.
            convention: name.
            metric: name.
        """
        return np.mean([run.values(convention, metric) for run in self.sides[side]], axis=0)

    def gaps(self, convention: str, metric: str, second: int) -> np.ndarray:
        """Return the values of the first side minus those of another, float64 (images,).

        Args:
            convention: name.
            metric: name.
            second: index of the other side.
        """
        with np.errstate(invalid="ignore"):  # infinity minus infinity
            return self.values(0, convention, metric) - self.values(second, convention, metric)

    def differences(self, convention: str, second: int) -> list[Difference]:
        """Return the differences of the first side from another, one per metric.

        Args:
            convention: name.
            second: index of the other side.
        """
        if (convention, second) not in self._differences:
            self._differences[convention, second] = [
                self._difference(convention, name, second) for name in self.metrics(convention)
            ]
        return self._differences[convention, second]

    def ranks(self, convention: str) -> dict[str, int] | None:
        """Return {label: cumulative rank} as in MSI-Net; None where a metric is missing.

        Args:
            convention: name.
        """
        if not set(statistics.RANKED) <= set(self.metrics(convention)):
            return None
        means = {
            label: {
                name: mean_of_defined(self.values(side, convention, name))
                for name in statistics.RANKED
            }
            for side, label in enumerate(self.labels)
        }
        try:
            return statistics.cumulative_rank(means)
        except ValueError:  # a metric is undefined on all images
            return None

    def categories(self, convention: str, second: int) -> dict[str, dict[str, float]]:
        """Return the differences of the first side from another in each category.

        Args:
            convention: name.
            second: index of the other side.

        Returns:
            {category: {metric: mean difference}}, the largest improvement first: by the
            cumulative rank of the differences as in MSI-Net's table 7 (over all metrics
            where sAUC, CC and KLD are missing). {} without two categories.
        """
        evaluation = self._runs[0].evaluation
        of_image = dict(zip(evaluation.images, evaluation.categories, strict=True))
        categories = np.array([of_image[image] or "" for image in self.images])
        names = sorted(set(categories) - {""})
        if len(names) < 2:
            return {}
        means: dict[str, dict[str, float]] = {name: {} for name in names}
        for metric in self.metrics(convention):
            values = self.gaps(convention, metric, second)
            for name in names:
                means[name][metric] = mean_of_defined(values[categories == name])
        known = [
            metric
            for metric in self.metrics(convention)
            if not any(np.isnan(means[name][metric]) for name in names)
        ]
        ranked = [metric for metric in known if metric in statistics.RANKED] or known
        ranks = statistics.cumulative_rank(means, ranked)
        return {name: means[name] for name in sorted(names, key=ranks.__getitem__)}

    def _difference(self, convention: str, metric: str, second: int) -> Difference:
        """Compare one metric of the first side with another side."""
        first_values, second_values = (
            self.values(side, convention, metric) for side in (0, second)
        )
        pairs = ~np.isnan(first_values) & ~np.isnan(second_values)
        first_values, second_values = first_values[pairs], second_values[pairs]
        counts = [np.sum(first_values > second_values), np.sum(first_values == second_values)]
        counts.append(len(first_values) - sum(counts))
        if metric in LOWER_IS_BETTER:
            counts.reverse()
        first_runs, second_runs, (low, high) = self._over_runs(convention, metric, second, pairs)
        means = float(np.mean(first_runs)), float(np.mean(second_runs))
        spreads = one_tailed = None
        if len(first_runs) > 1:
            spreads = float(np.std(first_runs, ddof=1)), float(np.std(second_runs, ddof=1))
            one_tailed = statistics.one_tailed_t_test(
                first_runs, second_runs, higher_is_better=metric not in LOWER_IS_BETTER
            )
        better, same, worse = map(int, counts)
        return Difference(
            convention=convention,
            metric=metric,
            first=self.labels[0],
            second=self.labels[second],
            means=means,
            spreads=spreads,
            difference=means[0] - means[1],
            low=low,
            high=high,
            t_test=statistics.paired_t_test(first_values, second_values),
            permutation=statistics.permutation_test(first_values, second_values, seed=self.seed),
            better=better,
            same=same,
            worse=worse,
            one_tailed=one_tailed,
        )

    def _over_runs(
        self, convention: str, metric: str, second: int, pairs: np.ndarray
    ) -> tuple[Sequence[float], Sequence[float], tuple[float, float]]:
        """Return the means of the runs of both sides, and the interval of their difference.

        Maximum and mean of F and E are those of the mean curve over the images.

        Args:
            convention: name.
            metric: name.
            second: index of the other side.
            pairs: bool (images,), whether an image has a value on both sides.
        """
        runs = [*self.sides[0], *self.sides[second]]
        count = len(self.sides[0])
        rule = of_curves(convention, metric)
        if rule is not None and all(run.has_curves for run in runs):
            of_runs = [run.curves(convention, rule.curves)[pairs] for run in runs]
        else:
            rule, of_runs = None, [run.values(convention, metric)[pairs] for run in runs]
        values = np.stack(of_runs, axis=1)

        def of_mean(means: np.ndarray) -> np.ndarray:
            return means if rule is None else rule.reduce(means)

        def difference(means: np.ndarray) -> np.ndarray:
            means = of_mean(means)
            with np.errstate(invalid="ignore"):  # infinity minus infinity
                return means[:, :count].mean(axis=1) - means[:, count:].mean(axis=1)

        if not pairs.any():
            return [np.nan] * count, [np.nan] * (len(runs) - count), (np.nan, np.nan)
        means = of_mean(values.mean(axis=0, dtype="float64"))
        low, high = statistics.bootstrap_interval(values, seed=self.seed, statistic=difference)
        return means[:count].tolist(), means[count:].tolist(), (float(low), float(high))

    def _make_notes(self, wanted: Sequence[str] | None) -> list[str]:
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
