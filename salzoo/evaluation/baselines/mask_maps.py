"""What is known of salient objects without looking at the image."""

from dataclasses import dataclass, field, replace

import numpy as np
from tqdm import tqdm

from salzoo.evaluation.baselines.fixation_maps import fitted_to
from salzoo.utils.resize import resized

LATTICE = (256, 256)


class ConstantMask:
    """One half everywhere: chance."""

    name = "constant mask"
    needs = "nothing"

    @classmethod
    def make(cls, training, evaluated):
        return cls()

    def __call__(self, sample):
        return np.full(sample.size, 0.5)


@dataclass
class MeanMask:
    """The mean of all masks, each stretched to one size, brought to the size of the image.

    An image that is itself among those averaged is left out for its own map.

    total: float64, sum of the masks on a lattice. paths: of their images.
    """

    total: np.ndarray = field(repr=False)
    paths: frozenset = field(repr=False)

    name = "mean mask"
    needs = "masks of two images"

    @classmethod
    def make(cls, training, evaluated):
        samples = fitted_to(training, evaluated, lambda sample: sample.mask_path is not None)
        return cls.fit(samples) if len(samples) > 1 else None

    @classmethod
    def fit(cls, samples):
        """Average the masks of the samples; shows a bar."""
        progress = tqdm(samples, desc="mean mask", unit="mask", disable=None)
        total = sum((_on_lattice(sample) for sample in progress), np.zeros(LATTICE))
        return cls(total, frozenset(sample.image_path for sample in samples))

    def __call__(self, sample):
        total, count = self.total, len(self.paths)
        if sample.image_path in self.paths:
            total, count = total - _on_lattice(sample), count - 1
        return resized(total / count, sample.size)


def _on_lattice(sample):
    # Of a copy, since a sample keeps the mask it has read.
    return resized(replace(sample).mask, LATTICE)
