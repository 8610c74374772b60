"""The spots that are looked at most."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from salzoo.prediction.attention.shares import shares


class Spot(NamedTuple):
    """A peak of a map: its pixel (column x, row y) and its share of attention, 0..1."""

    x: int
    y: int
    share: float


def spot_radius(size):
    """Return the radius of a spot in pixels: a tenth of the shorter side of (rows, columns)."""
    return max(1, round(min(size) / 10))


def find_spots(map_, count, radius=None):
    """Return the spots that hold most attention, in order.

    Spots are peaks of the map (the middle pixel of a flat top) above its lowest value; of
    peaks within a radius of each other the highest counts. A spot's share is the attention
    on the pixels within a radius around it, borders included; pixels within reach of
    several spots count for the nearest one alone, so that shares never add up to more
    than 1. Which spots there are does not depend on how many are asked for.

    Args:
        map_: (rows, columns), see `shares`.
        count: the largest number of spots.
        radius: in pixels; None: `spot_radius`.

    Returns:
        list of `Spot`, shares falling (equal ones in reading order). Empty for a map that
        is the same everywhere.
    """
    attention = shares(map_)
    radius = spot_radius(attention.shape) if radius is None else radius
    peaks = _separate(*_peaks(attention), radius)
    held = [_share(attention, peaks, number, radius) for number in range(len(peaks))]
    spots = [Spot(int(x), int(y), share) for (y, x), share in zip(peaks, held, strict=True)]
    return sorted(spots, key=lambda spot: (-spot.share, spot.y, spot.x))[:count]


def _peaks(attention):
    """Return the pixels (n, 2), rows and columns, of all peaks, and their heights."""
    is_peak = attention == ndimage.maximum_filter(attention, 3)
    is_peak &= attention > attention.min()
    labels, number = ndimage.label(is_peak, np.ones((3, 3)))
    # From the peaks' pixels alone: scipy's functions for labels go over the whole map.
    names = labels[is_peak] - 1
    counts = np.bincount(names, minlength=number)
    middles = [np.bincount(names, axis, number) / counts for axis in np.nonzero(is_peak)]
    heights = np.zeros(number)
    heights[names] = attention[is_peak]  # the same all over a flat top
    return np.round(np.stack(middles, axis=-1)).astype("int64"), heights


def _separate(pixels, heights, radius):
    """Keep the highest peaks that are more than a radius from any higher one that is kept."""
    order = np.argsort(-heights, kind="stable")
    left, kept = pixels[order], []
    while len(left):
        kept.append(left[0])
        left = left[((left - left[0]) ** 2).sum(axis=1) > radius**2]
    return np.array(kept).reshape(-1, 2)


def _share(attention, peaks, number, radius):
    """Return the attention within the radius of a peak that no other peak is nearer to."""
    distances = np.sqrt(((peaks - peaks[number]) ** 2).sum(axis=1))
    reach = int(radius)
    (top, left), (bottom, right) = (
        np.maximum(peaks[number] - reach, 0),
        np.minimum(peaks[number] + reach + 1, attention.shape),
    )
    rows, columns = np.ogrid[top:bottom, left:right]

    def squared(peak):
        return (rows - peak[0]) ** 2 + (columns - peak[1]) ** 2

    own = squared(peaks[number])
    inside = own <= radius**2
    for other in np.flatnonzero(distances <= 2 * radius):
        # Halfway between two, the higher one, which comes first, has it.
        if other < number:
            inside &= own < squared(peaks[other])
        elif other > number:
            inside &= own <= squared(peaks[other])
    return float(attention[top:bottom, left:right][inside].sum())
