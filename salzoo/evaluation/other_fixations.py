"""Fixations on the other images of a split: the negatives of shuffled AUC."""

import zlib
from collections.abc import Sequence

import numpy as np

from salzoo.data.fixations import PooledFixations, scaled
from salzoo.data.sample import Sample
from salzoo.metrics import Convention


class OtherFixations:
    """The fixations on all images of a split, scaled to the size of one of them.

    Args:
        samples: all samples of the split; those without fixations are ignored.
        names: of their images, which decide the random draws.
    """

    def __init__(self, samples: Sequence[Sample], names: Sequence[str]) -> None:
        known = {
            name: sample
            for name, sample in zip(names, samples, strict=True)
            if sample.fixations is not None and len(sample.fixations) > 0
        }
        self._samples = dict(sorted(known.items()))
        self._pools: dict[bool, PooledFixations] = {}

    def for_convention(
        self, rule: Convention, name: str, sample: Sample, seed: int
    ) -> dict[str, np.ndarray]:
        """Return the keyword arguments of shuffled AUC under a convention.

        Args:
            rule: the convention.
            name: of the image.
            sample: of the image.
            seed: of the draw.
        """
        if rule.other_images is None:
            once = rule.other_repeats != "fixation"
            return {"other_counts": self.counts(name, sample, once)}
        return {"other_fixations": self.drawn(name, sample, rule.other_images, seed)}

    def counts(self, name: str, sample: Sample, once: bool = False) -> np.ndarray:
        """Return the fixations on all other images as counts, float64 (rows, columns).

        Args:
            name: of the image.
            sample: of the image.
            once: count each fixated pixel of an image once.
        """
        if once not in self._pools:
            self._pools[once] = PooledFixations(self._samples.values(), once)
        pool = self._pools[once]
        return pool.counts_without(sample) if name in self._samples else pool.counts(sample.size)

    def drawn(self, name: str, sample: Sample, images: int, seed: int) -> np.ndarray:
        """Return the fixations on randomly drawn other images, float64 (n, 2).

        Args:
            name: of the image, which decides the draw with the seed.
            sample: of the image.
            images: number of other images.
            seed: of the draw.
        """
        others = [other for other in self._samples if other != name]
        random = np.random.default_rng((seed, zlib.crc32(name.encode())))
        chosen = random.permutation(len(others))[:images]
        parts = [self._samples[others[place]] for place in sorted(chosen)]
        moved = [scaled(np.asarray(other.fixations), other.size, sample.size) for other in parts]
        return np.concatenate([np.empty((0, 2)), *moved])
