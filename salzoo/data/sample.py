"""An image of a dataset with its ground truth."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar, cast

import numpy as np

from salzoo.data.fixations import density_map
from salzoo.data.ground_truth import read_density, read_mask

Item = TypeVar("Item")


@dataclass(frozen=True, eq=False)
class Sample:
    """An image of a dataset and its ground truth; what a dataset lacks is None.

    Attributes:
        image_path: the image file.
        size: (rows, columns) of the image as stored, EXIF rotation ignored.
        fixations: float64 (n, 2), x (column) and y (row), 0-based pixels of the image,
            origin top left; a fixation's pixel is its floor. Repeated fixations are kept.
        observers: int32 (n,), the observer of each fixation.
        durations: float64 (n,), durations of the fixations in milliseconds.
        sigma: standard deviation of the Gaussian that turns fixations into a density, in
            pixels.
        density_path: file of the dataset's own density map. Beside fixations it must be made
            from the same ones; where it is not, readers leave it out.
        mask_path: file of the mask of the salient object.
        category: the dataset's name for the kind of image.
        split: the publishers' split: "train", "val" or "test".
        selection: which of the recorded fixations these are, for titles; "" where the
            dataset has but one answer.
        graded_mask: the mask has the share of people who chose a pixel, 0..1, and may have no
            object, which is more than half of them.
    """

    image_path: str
    size: tuple[int, int]
    fixations: np.ndarray | None = field(default=None, repr=False)
    observers: np.ndarray | None = field(default=None, repr=False)
    durations: np.ndarray | None = field(default=None, repr=False)
    sigma: float | None = None
    density_path: str | None = None
    mask_path: str | None = None
    category: str | None = None
    split: str | None = None
    selection: str = ""
    graded_mask: bool = False

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

    def with_density(self, density: np.ndarray) -> "Sample":
        """Return the same sample with a density that was already made of its fixations.

        Args:
            density: float (rows, columns).
        """
        copy = replace(self)
        copy.__dict__["density"] = density.astype("float32")  # what `cached_property` fills
        return copy

    @cached_property
    def density(self) -> np.ndarray | None:
        """Density map, float32 (rows, columns): the dataset's own, or blurred fixations."""
        if self.density_path is not None:
            return read_density(self.density_path)
        if self.fixations is None:
            return None
        sigma = cast(float, self.sigma)  # stands beside fixations
        return density_map(self.fixations, self.size, sigma).astype("float32")

    @cached_property
    def mask(self) -> np.ndarray | None:
        """Mask of the salient object, float32 0..1 (rows, columns)."""
        return None if self.mask_path is None else read_mask(self.mask_path, self.graded_mask)


def evenly(samples: Sequence[Item], limit: int | None) -> list[Item]:
    """Return evenly spaced samples.

    Args:
        samples: samples, or anything else, to choose from.
        limit: how many at most; None: all.
    """
    if limit is None or limit >= len(samples):
        return list(samples)
    return [samples[index * len(samples) // limit] for index in range(limit)]
