"""Order and augmentation of the images of an epoch, drawn from (seed, epoch) alone.

The same seed gives the same batches on every machine, a run can be resumed at any step
of any epoch, and parallel workers need no communication.
"""

from dataclasses import dataclass

import numpy as np

from salzoo.utils.errors import InputError

MAX_RATIO = 1000


@dataclass(frozen=True)
class Augmentation:
    """Random changes of training images.

    Attributes:
        flip: mirror half of them left to right.
        rotate: turn them by up to so many degrees, to both sides.
        zoom: enlarge or shrink them by up to this share, and shift them as far as the
            frame then leaves room.
        colour: change brightness, contrast and saturation by up to this share.
    """

    flip: bool = False
    rotate: float = 0.0
    zoom: float = 0.0
    colour: float = 0.0

    def draw(self, random: np.random.Generator, count: int) -> dict[str, np.ndarray]:
        """Draw the changes of images.

        Args:
            random: source of randomness.
            count: number of images.

        Returns:
            Arrays by name, see `Plan.epoch`.
        """
        mirror = random.random(count) < 0.5
        degrees = random.uniform(-self.rotate, self.rotate, count)
        drawn: dict[str, np.ndarray] = {"mirror": mirror} if self.flip else {}
        if self.rotate or self.zoom:
            zoom = (1 + self.zoom) ** random.uniform(-1, 1, count)
            shift = random.uniform(-1, 1, (2, count)) * (zoom - 1) / 2
            drawn["move"] = np.stack([degrees, zoom, *shift], axis=1)
        if self.colour:
            drawn["colour"] = 1 + random.uniform(-self.colour, self.colour, (count, 3))
        return drawn


NONE = Augmentation()


@dataclass(frozen=True)
class Plan:
    """Order of the samples of one or several datasets, joined in one list.

    Attributes:
        counts: images of each dataset.
        batch_size: images per step, of all workers together.
        weights: relative frequency of the images of each dataset; None: as many as it
            has. Every image of every dataset comes at least once an epoch: the dataset
            that is largest for its weight comes once, the others are repeated.
        devices: number of devices, of all workers together. They divide every batch into
            equal parts; a short last batch is filled up with images of the weight 0, so that
            losses and metrics are those of one device.
        worker: number of this worker, from 0.
        workers: number of workers. They divide every batch in the order of their numbers.

    Raises:
        InputError: no images, weights that do not fit the datasets, no such worker, a batch that
            the devices cannot divide.
    """

    counts: tuple[int, ...]
    batch_size: int = 1
    weights: tuple[float, ...] | None = None
    devices: int = 1
    worker: int = 0
    workers: int = 1

    def __post_init__(self) -> None:
        if min(self.counts, default=0) < 1:
            raise InputError("The split is empty: there is nothing to read.")
        weights = self.weights
        if weights is not None and (len(weights) != len(self.counts) or min(weights) <= 0):
            raise InputError(
                f"`mix` {','.join(map(str, weights))}: give a number above 0 for each of the "
                f"{len(self.counts)} datasets."
            )
        if weights is not None and max(weights) > MAX_RATIO * min(weights):
            raise InputError(
                f"`mix` {','.join(map(str, weights))}: one dataset may come at most {MAX_RATIO} "
                "times as often as another."
            )
        if not 0 <= self.worker < self.workers:
            raise InputError(f"worker {self.worker} of {self.workers}: count from 0.")
        if self.devices % self.workers:
            raise InputError(f"{self.devices} devices cannot be divided by {self.workers} workers.")
        if self.batch_size % self.devices:
            raise InputError(
                f"`batch_size` {self.batch_size} cannot be divided by {self.devices} devices; give "
                f"a multiple of {self.devices}, or another number of `devices`."
            )

    @property
    def draws(self) -> tuple[int, ...]:
        """Images of an epoch from each dataset."""
        if self.weights is None:
            return self.counts
        unit = max(np.divide(self.counts, self.weights))
        return tuple(
            max(count, round(unit * weight))
            for count, weight in zip(self.counts, self.weights, strict=True)
        )

    @property
    def steps(self) -> int:
        """Steps of an epoch, the same for every worker."""
        return -(-sum(self.draws) // self.batch_size)

    @property
    def worker_batch_size(self) -> int:
        """This worker's images of a step."""
        return self.batch_size // self.workers

    @property
    def fill(self) -> float:
        """How many times as many images the last batch of an epoch has as it draws, 1 or more."""
        rest = sum(self.draws) % self.batch_size
        return (rest + -rest % self.devices) / rest if rest else 1.0

    def in_order(self) -> dict[str, np.ndarray]:
        """Return this worker's part of all indices, once and in their order.

        Returns:
            Arrays by name: "index"; for several devices "weight", which is the same for all
            images, except 0 for those that fill the last batch up.
        """
        count = sum(self.counts)
        weights = np.full(count, (count + -count % self.devices) / count)
        return self._share({"index": np.arange(count)}, weights)

    def epoch(
        self, seed: int, epoch: int, augmentation: Augmentation = NONE
    ) -> dict[str, np.ndarray]:
        """Draw this worker's images of an epoch.

        Args:
            seed: of the run.
            epoch: number of the epoch.
            augmentation: changes of the images.

        Returns:
            Arrays of n rows by name: "index", and of the augmentation what is switched
            on: "mirror", bool; "move", (n, 4), see `salzoo.data.augmentation.moved`;
            "colour", (n, 3), see `recoloured`; for several devices "weight", whose mean over
            each batch is 1. The last step may be short.
        """
        random = np.random.default_rng((seed, epoch))
        starts = np.cumsum((0, *self.counts[:-1]))
        indices = [
            start + _repeated(random, count, draw)
            for start, count, draw in zip(starts, self.counts, self.draws, strict=True)
        ]
        order = random.permutation(np.concatenate(indices))
        drawn = {"index": order, **augmentation.draw(random, len(order))}
        weights = np.ones(len(order))
        weights[(self.steps - 1) * self.batch_size :] = self.fill
        return self._share(drawn, weights)

    def _share(self, drawn: dict[str, np.ndarray], weights: np.ndarray) -> dict[str, np.ndarray]:
        """Fill the last batch up, and return this worker's part of every batch."""
        if self.devices == 1:
            return drawn
        count = len(weights)
        missing = -count % self.devices
        places = np.minimum(np.arange(count + missing), count - 1)
        filled = {name: values[places] for name, values in drawn.items()}
        filled["weight"] = np.append(weights, np.zeros(missing)).astype("float32")
        whole = (count + missing) // self.batch_size * self.batch_size
        batches = np.arange(whole).reshape(-1, self.workers, self.worker_batch_size)
        last = np.arange(whole, count + missing).reshape(self.workers, -1)
        mine = np.append(batches[:, self.worker], last[self.worker])
        return {name: values[mine] for name, values in filled.items()}


def _repeated(random: np.random.Generator, count: int, draw: int) -> np.ndarray:
    """Return `draw` of `count` images: all of them equally often, a random rest once more."""
    rounds, rest = divmod(draw, count)
    drawn = np.tile(np.arange(count), rounds)
    return np.concatenate([drawn, random.permutation(count)[:rest]]) if rest else drawn
