"""Calibration of shares: a correction of the map, and intervals around the shares of regions.

`experiments/calibration.py` fits it on images that a model was not trained on, and writes it
beside the model's weights: `NAME.shares.json`, in a run folder `shares.json`.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from salzoo.utils.errors import InputError
from salzoo.utils.json_files import make_record, read_json

LARGEST_EXPONENT = 10.0


@dataclass(frozen=True)
class ShareCalibration:
    """What is known about the shares of attention that a model predicts.

    The intervals are split-conformal: in 90 % of the regions of a new image, the share of the
    fixations of a group of observers lies within the interval. They contain the error of the
    model and the chance that so few observers look there.

    Attributes:
        fingerprint: of the model, see `Predictor`. Other weights and options have other errors.
        exponent: of the saliency map, before it is divided by its sum.
        shares: predicted shares, 0 to 1, increasing; intervals are interpolated between them.
        low: lower end of the interval of each.
        high: upper end of the interval of each.
        images: number of images that it was fitted on.
        observers: smallest and largest number of observers of an image.
        fixations: smallest and largest number of fixations on an image.
        datasets: that the images are from.
    """

    fingerprint: Any
    exponent: float
    shares: list[float]
    low: list[float]
    high: list[float]
    images: int
    observers: tuple[int, int]
    fixations: tuple[int, int]
    datasets: str

    def __post_init__(self) -> None:
        ends = (self.low, self.shares, self.high)
        if len({len(numbers) for numbers in ends}) > 1 or len(self.shares) < 2:
            raise InputError("`shares`, `low` and `high` must have the same length, 2 or more.")
        if not 0 < self.exponent <= LARGEST_EXPONENT:
            raise InputError(f"`exponent` {self.exponent}: give 0 to {LARGEST_EXPONENT:g}.")
        low, shares, high = (np.array(numbers, "float64") for numbers in ends)
        if shares[0] != 0 or shares[-1] != 1 or not (np.diff(shares) > 0).all():
            raise InputError("`shares` must increase from 0 to 1.")
        inside = (low >= 0) & (low <= shares) & (shares <= high) & (high <= 1)
        if not inside.all() or (np.diff(low) < 0).any() or (np.diff(high) < 0).any():
            raise InputError("`low` and `high` must not decrease, nor leave out their share.")

    def correct(self, map_: np.ndarray) -> np.ndarray:
        """Return the map whose shares are calibrated; the order of its pixels is the same.

        Args:
            map_: (rows, columns), finite, 0 or more, of any scale.
        """
        if self.exponent == 1:
            return map_
        values = np.asarray(map_)
        return (values / (values.max(initial=0) or 1)) ** self.exponent

    def interval(self, share: float) -> tuple[float, float]:
        """Return the 90 % interval around a share of a corrected map.

        Args:
            share: predicted, 0..1.

        Returns:
            Lower and upper end, 0..1; the share is between them.
        """
        low, high = (float(np.interp(share, self.shares, end)) for end in (self.low, self.high))
        return min(low, share), max(high, share)


def read_calibrations(path: str | os.PathLike[str]) -> list[ShareCalibration]:
    """Read the calibrations of a model: one for each set of inference options.

    Args:
        path: of a .shares.json file.

    Raises:
        InputError: it is damaged.
    """
    values = read_json(path)
    if not isinstance(values, list):
        raise InputError(f"{os.fspath(path)} is damaged: it must be a list of calibrations.")
    try:
        return [make_record(ShareCalibration, value, os.fspath(path)) for value in values]
    except InputError as error:
        if os.fspath(path) in str(error):
            raise
        raise InputError(f"{os.fspath(path)} is damaged: {error}") from error


def find_calibration(path: str, fingerprint: object) -> ShareCalibration | None:
    """Return the calibration of a model; None without a file, or if it is of another model.

    Args:
        path: of a .shares.json file.
        fingerprint: of the model's weights and options, see `Predictor`.

    Raises:
        InputError: the file is damaged.
    """
    if fingerprint is None or not os.path.lexists(path):
        return None
    own = plain(fingerprint)
    found = (known for known in read_calibrations(path) if plain(known.fingerprint) == own)
    return next(found, None)


def plain(fingerprint: object) -> Any:
    """Return a fingerprint as JSON stores it: lists for tuples."""
    return json.loads(json.dumps(fingerprint))
