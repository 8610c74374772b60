"""One image with what is known about it."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from salzoo.data.fixations import density_map
from salzoo.data.images import read_grey


@dataclass(frozen=True, eq=False)
class Sample:
    """One image of a dataset and its ground truth; what a set lacks is None.

    image_path: the image file.
    size: (rows, columns) of the image as stored, EXIF rotation ignored.
    fixations: float64 (n, 2), x (column) and y (row), 0-based pixels of the
        image; the pixel of a point is its floor. Repeated points are kept.
    observers: int32 (n,), who made each fixation.
    durations: float64 (n,), how long each fixation lasted, in milliseconds.
    sigma: of the Gaussian that turns fixations into a density, in pixels.
    density_path, mask_path: files with the maps that the set itself brings.
    category: the set's name for the kind of image.
    split: where the set's publishers put it: "train", "val" or "test".
    """

    image_path: str
    size: tuple
    fixations: np.ndarray | None = field(default=None, repr=False)
    observers: np.ndarray | None = field(default=None, repr=False)
    durations: np.ndarray | None = field(default=None, repr=False)
    sigma: float | None = None
    density_path: str | None = None
    mask_path: str | None = None
    category: str | None = None
    split: str | None = None

    @property
    def has_points(self) -> bool:
        """Whether the fixations are known as points."""
        return self.fixations is not None

    @property
    def has_fixations(self) -> bool:
        """Whether there are fixations to compare with: points, or a density map of its own."""
        return self.has_points or self.density_path is not None

    @property
    def has_mask(self) -> bool:
        """Whether there is a mask of the salient object."""
        return self.mask_path is not None

    @cached_property
    def density(self):
        """Density map, float32 (rows, columns): the set's own, or blurred fixations."""
        if self.density_path is not None:
            return read_grey(self.density_path)
        if self.fixations is None:
            return None
        return density_map(self.fixations, self.size, self.sigma).astype("float32")

    @cached_property
    def mask(self):
        """Salient object, float32 0..1 (rows, columns)."""
        return None if self.mask_path is None else read_grey(self.mask_path) / 255.0


def evenly(samples, limit):
    """Return `limit` of the samples, evenly spaced; all of them if limit is None."""
    if limit is None or limit >= len(samples):
        return samples
    return [samples[index * len(samples) // limit] for index in range(limit)]
