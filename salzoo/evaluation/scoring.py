"""What happens to one image, in whatever process: maps and truth in, scores out.

Worker processes import this; no TensorFlow comes with it.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from salzoo import metrics
from salzoo.evaluation import baselines
from salzoo.evaluation.map_folder import MapFolder
from salzoo.evaluation.storage import CURVES
from salzoo.utils.errors import InputError
from salzoo.utils.resize import resized
from salzoo.utils.task import Task


@dataclass
class Scoring:
    """Scores every model on one image.

    task, conventions, metrics, seed: as of the `Evaluation`.
    models: {name: baseline or `MapFolder`}, which are called here.
    centre: baseline of information gain, or None.
    """

    task: Task
    conventions: list
    metrics: list
    seed: int
    models: dict = field(repr=False)
    centre: object = None

    def __call__(self, sample, maps, others):
        """Score all models.

        Args:
            sample: `Sample`. maps: {name: map (rows, columns)} of models called elsewhere.
            others: {convention: keyword arguments of sAUC}.

        Returns:
            {convention: {model: {metric: float}}}; of objects also {convention: {model:
            float32 (4, 256)}}, the curves in the order of CURVES, else {}.
        """
        sample = replace(sample)  # what it reads is forgotten with this copy
        scores, curves = {each: {} for each in self.conventions}, {}
        for name in [*self.models, *maps]:
            try:
                pairs = [(maps[name], sample)] if name in maps else self._pairs(name, sample)
                for convention in self.conventions:
                    scored = [self._score(convention, *pair, others) for pair in pairs]
                    scores[convention][name] = self._averaged([each for each, _ in scored])
                    if self.task is Task.OBJECTS:
                        curves.setdefault(convention, {})[name] = scored[0][1]
            except InputError:
                raise
            except ValueError as error:
                raise InputError(f"{sample.image_path}: map of {name}: {error}") from error
        return scores, curves

    def _pairs(self, name, sample):
        model = self.models[name]
        if isinstance(model, MapFolder):
            return [(model.read(sample), sample)]
        return list(baselines.pairs(model, sample))

    def _score(self, convention, map_, truth, others):
        if self.task is Task.OBJECTS:
            scores, curves = metrics.object_scores(
                resized(map_, truth.size), truth.mask, convention=convention, names=self.metrics
            )
            return scores, np.stack([curves[name] for name in CURVES]).astype("float32")
        if metrics.convention(convention).resize is None:
            map_ = resized(map_, truth.size)
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

    def _averaged(self, scored):
        """Return the mean over pairs where they are defined, NaN where none is."""
        names = scored[0] if scored else self.metrics
        means = {}
        for name in names:
            values = np.array([each[name] for each in scored], "float64")
            values = values[~np.isnan(values)]
            means[name] = float(values.mean()) if values.size else np.nan
        return means
