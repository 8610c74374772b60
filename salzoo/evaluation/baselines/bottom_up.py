"""The two classical models of bottom-up attention, as baselines."""

from collections.abc import Sequence

import numpy as np

from salzoo.data.images import read_image
from salzoo.data.sample import Sample
from salzoo.evaluation.baselines.gbvs import gbvs
from salzoo.evaluation.baselines.itti import itti_koch_niebur


class IttiKochNiebur:
    """The model of Itti, Koch and Niebur (1998), see `salzoo.evaluation.baselines.itti`."""

    name = "IKN"
    needs = "nothing"

    @classmethod
    def make(cls, training: Sequence[Sample], evaluated: Sequence[Sample]) -> "IttiKochNiebur":
        """Return the baseline; the samples do not matter."""
        return cls()

    def __call__(self, sample: Sample) -> np.ndarray:
        """Return the map of a sample, float64 (rows, columns)."""
        return itti_koch_niebur(read_image(sample.image_path, exif=False))


class GBVS:
    """Graph-based visual saliency (Harel, Koch and Perona), see `gbvs`."""

    name = "GBVS"
    needs = "nothing"

    @classmethod
    def make(cls, training: Sequence[Sample], evaluated: Sequence[Sample]) -> "GBVS":
        """Return the baseline; the samples do not matter."""
        return cls()

    def __call__(self, sample: Sample) -> np.ndarray:
        """Return the map of a sample, float64 (rows, columns)."""
        return gbvs(read_image(sample.image_path, exif=False))
