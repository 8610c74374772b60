"""The arguments of the scoring of each image: its maps and the fixations of other images."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from salzoo import metrics as known_metrics
from salzoo.data.sample import Sample
from salzoo.evaluation.evaluation_config import EvaluationConfig
from salzoo.evaluation.other_fixations import OtherFixations
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task


@dataclass(frozen=True)
class ScoringInputs:
    """Makes the arguments of `Scoring` for each image; networks predict here.

    Attributes:
        config: the settings.
        samples: the evaluated samples.
        images: names of their images.
        networks: {name: function of a `Sample` to a map}.
        others: the fixations of the whole split, for shuffled AUC.
    """

    config: EvaluationConfig
    samples: list[Sample]
    images: list[str]
    networks: Mapping[str, Callable[[Sample], np.ndarray]]
    others: OtherFixations

    def of_row(self, row: int) -> tuple[int, tuple[Any, ...]]:
        """Return the number of an image and the arguments of `Scoring.__call__` for it."""
        sample, name = self.samples[row], self.images[row]
        maps = {model: _predict(network, sample, model) for model, network in self.networks.items()}
        drawn = {}
        needed = needs_truth(self.config, "other_fixations")
        for convention in self.config.conventions if needed else ():
            rule = known_metrics.convention(convention)
            drawn[convention] = self.others.for_convention(rule, name, sample, self.config.seed)
        return row, (sample, maps, drawn)


def needs_truth(config: EvaluationConfig, ground_truth: str) -> bool:
    """Return whether a metric of an evaluation needs a part of the ground truth.

    Args:
        config: of the evaluation.
        ground_truth: name of the part, as in the metrics' records.
    """
    objects = config.task is Task.OBJECTS
    records = known_metrics.OBJECT_METRICS if objects else known_metrics.FIXATION_METRICS
    return any(ground_truth in records[name].needs for name in config.metrics)


def _predict(network: Callable[[Sample], np.ndarray], sample: Sample, model: str) -> np.ndarray:
    """Return the map of a network, checked."""
    map_ = np.asarray(network(sample))
    if map_.shape != tuple(sample.size):
        raise InputError(
            f"{model} gives a map of shape {map_.shape} for {sample.image_path}, which is "
            f"{tuple(sample.size)}; give maps (rows, columns) of the size of the image."
        )
    if not np.isfinite(map_).all():
        raise InputError(f"{model} gives a map of {sample.image_path} that is not finite.")
    return map_
