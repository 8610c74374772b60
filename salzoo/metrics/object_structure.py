"""The two object metrics that look at where the errors are: structure and weighted F.

Both take a prepared map (float64 0..1) and the mask (bool), (rows, columns).
"""

import numpy as np
from scipy import ndimage

EPSILON = 2.0**-52


def structure(values, truth):
    """Structure measure S (Fan et al., ICCV 2017): half object-aware, half region-aware.

    An empty mask gives 1 - mean of the map, a full one the mean of the map.
    NaN where the object's centre lies in the last row or column: the parts
    beyond it are empty.
    """
    share = truth.mean()
    if share == 0:
        return 1 - values.mean()
    if share == 1:
        return values.mean()
    objects = share * _brightness(values[truth]) + (1 - share) * _brightness(1 - values[~truth])
    score = objects * 0.5 + _regions(values, truth) * 0.5
    return np.maximum(0, score)


def _brightness(values):
    """How near to 1, and how even, the values are (Eq. 6 of the paper, with lambda 0.5)."""
    mean = values.mean()
    spread = values.std(ddof=1) if values.size > 1 else 0
    return 2 * mean / (mean**2 + 1 + spread + EPSILON)


def _regions(values, truth):
    """Similarity of the four parts around the object's centre, weighted by their areas."""
    rows, columns = truth.shape
    count = np.count_nonzero(truth)
    # The parts end with the centre's row and column, as ranges do in Matlab.
    row = round(truth.sum(axis=1) @ np.arange(rows) / count) + 1
    column = round(truth.sum(axis=0) @ np.arange(columns) / count) + 1
    if row == rows or column == columns:
        return np.nan
    total = 0.0
    for down in (slice(0, row), slice(row, rows)):
        for across in (slice(0, column), slice(column, columns)):
            piece = values[down, across]
            total += _similarity(piece, truth[down, across]) * piece.size / truth.size
    return total


def _similarity(values, truth):
    """Structural similarity (SSIM) of one part, as a whole."""
    pixels = values.size
    mean, share = values.mean(), truth.mean()
    # Rounding would make the variance of a constant map a tiny number, which decides
    # between 0 and 1 below.
    deviation = values - mean if np.ptp(values) > 0 else np.zeros_like(values)
    deviation_of_truth = truth - share
    divisor = pixels - 1 + EPSILON
    variance = (deviation**2).sum() / divisor
    variance_of_truth = (deviation_of_truth**2).sum() / divisor
    covariance = (deviation * deviation_of_truth).sum() / divisor
    above = 4 * mean * share * covariance
    below = (mean**2 + share**2) * (variance + variance_of_truth)
    if above != 0:
        return above / (below + EPSILON)
    return 1.0 if below == 0 else 0.0


# fspecial('gaussian', 7, 5) is the product of this with itself.
_WINDOW = np.exp(-(np.arange(-3, 4) ** 2) / (2 * 5**2))
_WINDOW /= _WINDOW.sum()


def weighted_f(values, truth):
    """Weighted F with beta squared 1 (Margolin et al., CVPR 2014); 0 for an empty mask.

    Errors on the object count less where their neighbours (7x7 Gaussian, sigma 5)
    are right; errors elsewhere count more, up to twice, the farther the object.
    """
    if not truth.any():
        return 0.0
    distance, (rows, columns) = ndimage.distance_transform_edt(~truth, return_indices=True)
    error = np.abs(values - truth)
    # Outside, the error of the nearest object pixel, so that borders are not smeared.
    spread = error[rows, columns]
    for axis in (0, 1):
        spread = ndimage.convolve1d(spread, _WINDOW, axis, mode="constant")
    on_object = np.minimum(error, spread)[truth]
    elsewhere = (error * (2 - np.exp(np.log(0.5) / 5 * distance)))[~truth]
    right = on_object.size - on_object.sum()
    recall = 1 - on_object.mean()
    precision = right / (right + elsewhere.sum() + EPSILON)
    return 2 * recall * precision / (recall + precision + EPSILON)
