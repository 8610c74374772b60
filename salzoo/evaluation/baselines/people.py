"""What other people say of an image, and what people say of another image."""

from dataclasses import dataclass, field, replace

import numpy as np

from salzoo.data.fixations import density_map
from salzoo.evaluation.baselines.fixation_maps import width_of_blur
from salzoo.utils.resize import resized


class OneObserverOut:
    """How well people predict people: each observer's fixations by the others' density.

    A limit that no model is expected to pass by much (the "gold standard" of
    Kümmerer, Wallis and Bethge, PNAS 112, 2015). There are as many maps as
    observers, hence no single map of a sample: see `pairs`. One fixation spread
    evenly over the image is added to the others', so that no place is impossible;
    this changes the logarithms of KLD and information gain, not AUC, NSS or CC.
    """

    name = "one observer out"
    needs = "fixations of two observers on an image"

    @classmethod
    def make(cls, training, evaluated):
        return cls() if any(len(_observers(sample)) > 1 for sample in evaluated) else None

    def pairs(self, sample):
        """Yield, for each observer, (map of the others, `Sample` with this observer's truth).

        The truth's density is the blur of this observer's own fixations, even
        where the set brings a density map. Nothing where there are not two.
        """
        observers = _observers(sample)
        if len(observers) < 2:
            return
        for observer in observers:
            own = sample.observers == observer
            others = density_map(sample.fixations[~own], sample.size, width_of_blur(sample))
            truth = replace(
                sample,
                fixations=sample.fixations[own],
                observers=sample.observers[own],
                durations=None,
                sigma=width_of_blur(sample),
                density_path=None,
            )
            yield others + 1 / others.size, truth


def _observers(sample):
    """Who made a fixation, sorted; nobody where that is not known."""
    if sample.observers is None or sample.fixations is None:
        return []
    return np.unique(sample.observers)


@dataclass
class Permutation:
    """The density of another image of the same set: right for people, wrong for the image.

    others: {path of an image: the `Sample` whose density is taken}. No image has
        itself, and each is taken once.
    """

    others: dict = field(repr=False)

    name = "permutation"
    needs = "two images with fixations or densities"

    @classmethod
    def make(cls, training, evaluated):
        samples = [s for s in evaluated if s.fixations is not None or s.density_path is not None]
        return cls.shuffle(samples) if len(samples) > 1 else None

    @classmethod
    def shuffle(cls, samples, seed=0):
        """Give each sample the next one around a circle in random order."""
        order = np.random.default_rng(seed).permutation(len(samples))
        following = zip(order, np.roll(order, -1), strict=True)
        return cls({samples[i].image_path: samples[j] for i, j in following})

    def __call__(self, sample):
        # Of a copy, since a sample keeps the density it has made.
        density = replace(self.others[sample.image_path]).density
        return resized(density, sample.size)
