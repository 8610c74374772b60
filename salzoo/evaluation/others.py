"""Where people looked in the other images of a split: what shuffled AUC compares with."""

import zlib

import numpy as np

from salzoo.data.density import fixation_map


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
        by_size = {}
        for sample in self._samples.values():
            by_size.setdefault(tuple(sample.size), []).append(sample.fixations)
        self._points = {size: np.concatenate(parts) for size, parts in by_size.items()}
        self._last = None, None

    def for_convention(self, rule, name, sample, seed):
        """Return keyword arguments of shuffled AUC under a `Convention`."""
        if rule.other_images is None:
            return {"other_counts": self.counts(name, sample)}
        return {"other_fixations": self.drawn(name, sample, rule.other_images, seed)}

    def counts(self, name, sample):
        """Return the fixations of all other images as counts, float64 (rows, columns)."""
        size = tuple(sample.size)
        if self._last[0] != size:
            moved = [_moved(points, of, size) for of, points in self._points.items()]
            points = np.concatenate([np.empty((0, 2)), *moved])
            self._last = size, fixation_map(points, size)
        counts = self._last[1]
        if name in self._samples:
            counts = counts - fixation_map(sample.fixations, size)
        return counts

    def drawn(self, name, sample, images, seed):
        """Return the fixations (n, 2) of so many other images, the same for equal seeds."""
        others = [other for other in self._samples if other != name]
        random = np.random.default_rng((seed, zlib.crc32(name.encode())))
        chosen = random.permutation(len(others))[:images]
        parts = [self._samples[others[place]] for place in sorted(chosen)]
        moved = [_moved(other.fixations, other.size, sample.size) for other in parts]
        return np.concatenate([np.empty((0, 2)), *moved])


def _moved(points, size, new_size):
    """Scale points with their image; a factor of exactly 1 where sizes are equal."""
    return points * np.divide(new_size, size)[::-1]
