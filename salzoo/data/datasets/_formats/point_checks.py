"""Checks of the fixations of an image, and of a whole set."""

import os

import numpy as np

from salzoo.data.datasets._formats.coordinate_checks import LOOKS, CoordinateCounts, is_many
from salzoo.data.datasets._formats.points import Fixations, without_first


class PointChecker:
    """Drops and counts fixations outside their images; refuses those of another system.

    Attributes:
        dropped: number of fixations outside their image that were left out.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._counts = CoordinateCounts()
        self._outside_in: str | None = None  # the first file with fixations outside

    def problem(self, path: str | None, sentence: str) -> None:
        """Report a problem, see `FileChecker.problem`.

        Args:
            path: of the file.
            sentence: the rest of the message after the path.
        """
        raise NotImplementedError

    def points(
        self,
        fixations: Fixations,
        size: tuple[int, int],
        path: str,
        image_path: str,
        drop_first: bool = False,
        may_be_none: bool = False,
        judge: bool = True,
    ) -> Fixations | None:
        """Drop the fixations outside an image, and count them.

        Args:
            fixations: `Fixations`, 0-based pixels.
            size: (rows, columns) of the image.
            path: of the file of the fixations.
            image_path: of the image.
            drop_first: leave out each observer's first fixation before, uncounted.
            may_be_none: whether an image without any point inside is no problem.
            judge: whether many points outside are a problem.

        Returns:
            `Fixations`, or None (a problem) if they cannot belong to the image.
        """
        if drop_first:
            fixations = without_first(fixations)
        points, observers, durations = fixations
        points = np.asarray(points, "float64").reshape(-1, 2)
        name = os.path.basename(image_path)
        kept, kept_exchanged = (
            np.all((order >= 0) & (order < (size[1], size[0])), axis=1)
            for order in (points, points[:, ::-1])
        )
        outside = int((~kept).sum())
        # On a 4:3 image more than half of exchanged points still lie inside.
        exchanged = kept_exchanged.all() and is_many(outside, len(points))
        many = judge and (outside > len(points) / 2 or exchanged)
        if not np.isfinite(points).all():
            complaint = f"has fixations of {name} that are not numbers"
        elif durations is not None and not (np.isfinite(durations) & (durations >= 0)).all():
            complaint = f"has durations of {name} that are no numbers of 0 or above"
        elif len(points) >= 10 and many:
            complaint = (
                f"has {outside} of {len(points)} fixations outside the {size[1]}x{size[0]} pixels "
                f"of {name} (are x and y exchanged, or is it another version of the image?)"
            )
        elif not kept.any() and not may_be_none:
            complaint = f"has no fixation {'inside' if len(points) else 'for'} {name}"
        else:
            self.dropped += outside
            if judge:
                self._counts.add(points, size)
                self._outside_in = self._outside_in or (path if outside else None)
            observers = None if observers is None else observers.astype("int32")
            return Fixations(points, observers, durations).at(kept)
        self.problem(path, f"{complaint}; correct or replace the file.")
        return None

    def judge_all_points(self) -> None:
        """Report fixations that, over the whole set, are no pixels of their images."""
        kind, counts = self._counts.kind(), self._counts
        # Of published sets some have gaze beside the images, so that most of it must be there.
        if kind in ("screen", "reduced") and counts.outside <= counts.count / 2:
            return
        if kind is not None and self._outside_in is not None:
            self.problem(
                self._outside_in,
                f"and its like have {counts.outside:,} of {counts.count:,} fixations outside their "
                f"images, which look like {LOOKS[kind][0]}; take the set's own files.",
            )
