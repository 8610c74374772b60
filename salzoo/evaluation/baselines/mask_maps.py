"""Baselines of salient objects that do not depend on the image."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from tqdm import tqdm

from salzoo.data.sample import Sample
from salzoo.evaluation.baselines.fixation_maps import fitted_to
from salzoo.utils.resize import resize_map

LATTICE = (256, 256)


class ConstantMask:
    """One half everywhere: chance level."""

    name = "constant mask"
    needs = "nothing"

    @classmethod
    def make(cls, training: Sequence[Sample], evaluated: Sequence[Sample]) -> "ConstantMask":
        """Return the baseline; the samples do not matter."""
        return cls()

    def __call__(self, sample: Sample) -> np.ndarray:
        """Return the map of a sample, float64 (rows, columns)."""
        return np.full(sample.size, 0.5)


@dataclass
class MeanMask:
    """The mean of all masks, resized to the size of the image.

    The map of an image that was averaged leaves out its own mask.

    Attributes:
        total: float64 (256, 256), sum of the resized masks.
        paths: of their images.
    """

    total: np.ndarray = field(repr=False)
    paths: frozenset[str] = field(repr=False)

    name = "mean mask"
    needs = "masks of two images"

    @classmethod
    def make(cls, training: Sequence[Sample], evaluated: Sequence[Sample]) -> "MeanMask | None":
        """Return the baseline, None with masks of fewer than two images."""
        samples = fitted_to(training, evaluated, lambda sample: sample.has_mask)
        return cls.fit(samples) if len(samples) > 1 else None

    @classmethod
    def fit(cls, samples: Sequence[Sample]) -> "MeanMask":
        """Average the masks of samples that all have one; shows a progress bar."""
        progress = tqdm(samples, desc="mean mask", unit="mask", disable=None)
        total = sum((_on_lattice(sample) for sample in progress), np.zeros(LATTICE))
        return cls(total, frozenset(sample.image_path for sample in samples))

    def __call__(self, sample: Sample) -> np.ndarray:
        """Return the map of a sample, float64 (rows, columns)."""
        total, count = self.total, len(self.paths)
        if sample.image_path in self.paths:
            total, count = total - _on_lattice(sample), count - 1
        return resize_map(total / count, sample.size)


def _on_lattice(sample: Sample) -> np.ndarray:
    # Of a copy, since a sample caches its mask.
    mask = replace(sample).mask
    assert mask is not None
    return resize_map(mask, LATTICE)
