"""Where people looked in the other images of a split: what shuffled AUC compares with."""

import zlib

import numpy as np

from salzoo.data.fixations import PooledFixations, scaled


class OtherFixations:
    """The fixations of all images of a split, brought to the size of one of them.

    Args:
        samples: list of `Sample`; those without fixations are passed over.
        names: of their images, which decide what is drawn.
    """

    def __init__(self, samples, names):
        known = {
            name: sample
            for name, sample in zip(names, samples, strict=True)
            if sample.fixations is not None and len(sample.fixations)
        }
        self._samples = dict(sorted(known.items()))
        self._pools = {}

    def for_convention(self, rule, name, sample, seed):
        """Return keyword arguments of shuffled AUC under a `Convention`."""
        if rule.other_images is None:
            once = rule.other_repeats != "fixation"
            return {"other_counts": self.counts(name, sample, once)}
        return {"other_fixations": self.drawn(name, sample, rule.other_images, seed)}

    def counts(self, name, sample, once=False):
        """Return the fixations of all other images as counts, float64 (rows, columns).

        once: count no pixel of an image twice.
        """
        if once not in self._pools:
            self._pools[once] = PooledFixations(self._samples.values(), once)
        pool = self._pools[once]
        return pool.counts_without(sample) if name in self._samples else pool.counts(sample.size)

    def drawn(self, name, sample, images, seed):
        """Return the fixations (n, 2) of so many other images, the same for equal seeds."""
        others = [other for other in self._samples if other != name]
        random = np.random.default_rng((seed, zlib.crc32(name.encode())))
        chosen = random.permutation(len(others))[:images]
        parts = [self._samples[others[place]] for place in sorted(chosen)]
        moved = [scaled(other.fixations, other.size, sample.size) for other in parts]
        return np.concatenate([np.empty((0, 2)), *moved])
