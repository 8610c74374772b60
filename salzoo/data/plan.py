"""Which image comes when: epochs planned in numpy, from (seed, epoch) alone.

So the same seed gives the same batches on every machine, a run can go on from
any step of any epoch, and workers agree without talking to each other.
"""

from dataclasses import dataclass

import numpy as np

from salzoo.errors import InputError

MAX_RATIO = 1000


@dataclass(frozen=True)
class Plan:
    """The order of one or several datasets that follow each other in one list.

    counts: images of each dataset.
    batch_size: images per step and worker.
    weights: how often images of each dataset come, relative to each other; None:
        as many as it has. Every image of every dataset comes at least once an
        epoch: the dataset that is largest for its weight comes once, the others
        are repeated.
    worker, workers: this one of so many, which divide every batch among them:
        together they see what one worker with `workers * batch_size` would.
    """

    counts: tuple
    batch_size: int = 1
    weights: tuple | None = None
    worker: int = 0
    workers: int = 1

    def __post_init__(self):
        if min(self.counts, default=0) < 1:
            raise InputError("The split is empty: there is nothing to read.")
        weights = self.weights
        if weights is not None and (len(weights) != len(self.counts) or min(weights) <= 0):
            raise InputError(
                f"--mix {','.join(map(str, weights))}: give a number above 0 for each of the "
                f"{len(self.counts)} datasets."
            )
        if weights is not None and max(weights) > MAX_RATIO * min(weights):
            raise InputError(
                f"--mix {','.join(map(str, weights))}: one dataset may come at most {MAX_RATIO} "
                "times as often as another."
            )
        if not 0 <= self.worker < self.workers:
            raise InputError(f"worker {self.worker} of {self.workers}: count from 0.")

    @property
    def draws(self):
        """Images that an epoch takes from each dataset."""
        if self.weights is None:
            return self.counts
        unit = max(np.divide(self.counts, self.weights))
        return tuple(
            max(count, round(unit * weight))
            for count, weight in zip(self.counts, self.weights, strict=True)
        )

    @property
    def steps(self):
        """Steps of an epoch, the same for every worker."""
        return -(-sum(self.draws) // (self.batch_size * self.workers))

    def in_order(self):
        """Return all indices once, in their order."""
        return np.arange(sum(self.counts))

    def epoch(self, seed, epoch, flip=False, rotate=0.0):
        """Return the indices of an epoch for this worker, which to mirror, and how far to turn.

        Returns:
            int64 (n,), bool (n,), degrees (n,) within -rotate..rotate. A single
            worker's last step may be short; several workers get full ones,
            topped up from the epoch's start.
        """
        random = np.random.default_rng((seed, epoch))
        starts = np.cumsum((0, *self.counts[:-1]))
        drawn = [
            start + _repeated(random, count, draw)
            for start, count, draw in zip(starts, self.counts, self.draws, strict=True)
        ]
        order = random.permutation(np.concatenate(drawn))
        mirrored = random.random(len(order)) < (0.5 if flip else 0.0)
        degrees = random.uniform(-rotate, rotate, len(order))
        drawn = order, mirrored, degrees
        if self.workers > 1:
            shape = (self.steps, self.workers, self.batch_size)
            drawn = (np.resize(each, shape)[:, self.worker].ravel() for each in drawn)
        return tuple(drawn)


def _repeated(random, count, draw):
    """Return `draw` of `count` images: all of them equally often, a random rest once more."""
    rounds, rest = divmod(draw, count)
    drawn = np.tile(np.arange(count), rounds)
    return np.concatenate([drawn, random.permutation(count)[:rest]]) if rest else drawn
