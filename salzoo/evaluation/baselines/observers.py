"""Baselines from observers: each observer by the others, and the density of another image."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from salzoo.data.fixations import sparse_density_map
from salzoo.data.sample import Sample
from salzoo.evaluation.baselines.fixation_maps import width_of_blur
from salzoo.utils.resize import resize_map


class OneObserverOut:
    """Inter-observer consistency: each observer's fixations by the density of the others.

    An upper bound that no model is expected to exceed by much (the "gold standard" of
    Kümmerer, Wallis and Bethge, PNAS 112, 2015). There are as many maps as observers, so
    a sample has no single map: see `pairs`. One fixation spread evenly over the image is
    added to the density of the others, so that it is 0 nowhere. This changes the
    logarithms of KLD and information gain, not AUC, NSS or CC.

    CC, SIM and KLD compare with the density of the one observer, whose few fixations no map
    of the others equals. They cannot be compared with those of the other models, whose
    ground truth is the density of all observers; a report says so.
    """

    name = "one observer out"
    needs = "fixations of two observers on an image"

    @classmethod
    def make(
        cls, training: Sequence[Sample], evaluated: Sequence[Sample]
    ) -> "OneObserverOut | None":
        """Return the baseline, None without two observers of an image."""
        return cls() if any(len(_observers(sample)) > 1 for sample in evaluated) else None

    def pairs(self, sample: Sample) -> Iterator[tuple[np.ndarray, Sample]]:
        """Yield (map of the other observers, ground truth of this one) for each observer.

        The density of the ground truth is made of this observer's fixations, even where
        the dataset has a density map. Yields nothing with fewer than two observers.

        Args:
            sample: image with the fixations of all observers.
        """
        observers = _observers(sample)
        if len(observers) < 2:
            return
        fixations, sigma = sample.fixations, width_of_blur(sample)
        assert fixations is not None and sample.observers is not None
        # The blur is linear: the density of the others is that of all minus one's own.
        of_all = sparse_density_map(fixations, sample.size, sigma)
        for observer in observers:
            own = sample.observers == observer
            density = sparse_density_map(fixations[own], sample.size, sigma)
            others = of_all - density
            # Exactly 0 where nobody else looked: rounding would rank these pixels. A Gaussian cut
            # at four sigma is not below 1e-7 of its peak.
            others[others < 1e-12 * of_all.max()] = 0
            truth = replace(
                sample,
                fixations=fixations[own],
                observers=sample.observers[own],
                durations=None,
                sigma=sigma,
                density_path=None,
            )
            yield others + 1 / others.size, truth.with_density(density)


def _observers(sample: Sample) -> Sequence[int]:
    """Return the observers with fixations, sorted; empty where they are unknown."""
    if sample.observers is None or sample.fixations is None:
        return []
    return np.unique(sample.observers).tolist()


@dataclass
class Permutation:
    """The density of another image of the same dataset: human fixations, wrong image.

    Attributes:
        others: {image path: the `Sample` whose density is used}. No image has its own,
            and each is used once.
    """

    others: dict[str, Sample] = field(repr=False)

    name = "permutation"
    needs = "two images with fixations or densities"

    @classmethod
    def make(cls, training: Sequence[Sample], evaluated: Sequence[Sample]) -> "Permutation | None":
        """Return the baseline, None with fixations on fewer than two images."""
        samples = [sample for sample in evaluated if sample.has_fixations]
        return cls.shuffle(samples) if len(samples) > 1 else None

    @classmethod
    def shuffle(cls, samples: Sequence[Sample], seed: int = 0) -> "Permutation":
        """Assign to each sample the next one of a random cyclic order.

        Args:
            samples: two or more.
            seed: of the order.
        """
        order = np.random.default_rng(seed).permutation(len(samples))
        following = zip(order, np.roll(order, -1), strict=True)
        return cls({samples[i].image_path: samples[j] for i, j in following})

    def __call__(self, sample: Sample) -> np.ndarray:
        """Return the map of a sample, float64 (rows, columns)."""
        # Of a copy, since a sample caches its density.
        density = replace(self.others[sample.image_path]).density
        assert density is not None
        return resize_map(density, sample.size)
