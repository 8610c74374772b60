"""The scores of all models on one image.

Worker processes import this module; it does not import TensorFlow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from salzoo import metrics
from salzoo.data.sample import Sample
from salzoo.evaluation import baselines
from salzoo.evaluation.map_folder import MapFolder
from salzoo.metrics.metric import CURVES
from salzoo.metrics.undefined import Undefined
from salzoo.utils.errors import InputError
from salzoo.utils.resize import resize_map
from salzoo.utils.task import Task


@dataclass
class Scoring:
    """Scores all models on one image.

    Attributes:
        task: `Task.FIXATIONS` or `Task.OBJECTS`.
        conventions: names.
        metrics: names.
        seed: of all random draws.
        models: {name: baseline or `MapFolder`}, which are called here.
        centre: baseline of information gain, or None.
    """

    task: Task
    conventions: list[str]
    metrics: list[str]
    seed: int
    models: Mapping[str, Any] = field(repr=False)
    centre: Any = None

    def __call__(
        self,
        sample: Sample,
        maps: Mapping[str, np.ndarray],
        others: Mapping[str, Mapping[str, Any]],
    ) -> tuple[dict[str, dict[str, dict[str, float]]], dict[str, dict[str, np.ndarray]]]:
        """Score all models.

        Args:
            sample: image and ground truth.
            maps: {name: map (rows, columns)} of models that were called elsewhere.
            others: {convention: keyword arguments of shuffled AUC}.

        Returns:
            {convention: {model: {metric: float}}}, and for objects {convention: {model:
            float32 (4, 256)}}, the curves in the order of CURVES, else {}.

        Raises:
            InputError: a map is unusable.
        """
        sample = replace(sample)  # the density and mask that it caches go with this copy
        scores: dict[str, dict[str, dict[str, float]]] = {name: {} for name in self.conventions}
        curves: dict[str, dict[str, np.ndarray]] = {}
        for name in [*self.models, *maps]:
            try:
                pairs = [(maps[name], sample)] if name in maps else self._pairs(name, sample)
                for convention in self.conventions:
                    scored = [self._score(convention, *pair, others) for pair in pairs]
                    scores[convention][name] = self._average([values for values, _ in scored])
                    for _, of_map in scored[:1]:
                        if of_map is not None:
                            curves.setdefault(convention, {})[name] = of_map
            except InputError:
                raise
            except ValueError as error:
                raise InputError(f"{sample.image_path}: map of {name}: {error}") from error
        return scores, curves

    def _pairs(self, name: str, sample: Sample) -> list[tuple[np.ndarray, Sample]]:
        """Return (map, ground truth) pairs of a model that is called here."""
        model = self.models[name]
        if isinstance(model, MapFolder):
            return [(model.read(sample), sample)]
        return list(baselines.pairs(model, sample))

    def _score(
        self,
        convention: str,
        map_: np.ndarray,
        truth: Sample,
        others: Mapping[str, Mapping[str, Any]],
    ) -> tuple[dict[str, float], np.ndarray | None]:
        """Return the scores and the curves (None for fixations) of one map."""
        if self.task is Task.OBJECTS:
            mask: Any = truth.mask  # of an evaluation of objects, never None
            scores, curves = metrics.object_scores(
                resize_map(map_, truth.size), mask, convention=convention, names=self.metrics
            )
            return scores, np.stack([curves[name] for name in CURVES]).astype("float32")
        if metrics.convention(convention).resize is None:
            map_ = resize_map(map_, truth.size)
        return metrics.fixation_scores(
            map_,
            names=self.metrics,
            convention=convention,
            fixations=truth.fixations,
            density_map=truth.density,
            baseline_map=None if self.centre is None else self.centre(truth),
            seed=self.seed,
            **others.get(convention, {}),
        ), None

    def _average(self, scored: Sequence[Mapping[str, float]]) -> dict[str, float]:
        """Return the means over the pairs where a metric is defined, `Undefined` where none is."""
        if not scored:
            return {
                name: Undefined("the baseline has no map of the image") for name in self.metrics
            }
        means = {}
        for name in scored[0]:
            values = np.array([of_pair[name] for of_pair in scored], "float64")
            values = values[~np.isnan(values)]
            means[name] = float(values.mean()) if values.size else scored[0][name]
        return means
