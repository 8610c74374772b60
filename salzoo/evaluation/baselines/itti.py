"""The model of Itti, Koch and Niebur.

Itti, Koch and Niebur, A model of saliency-based visual attention for rapid scene
analysis, PAMI 20(11), 1998; numbers in brackets are the paper's equations.
"""

import functools
from collections.abc import Iterable, Sequence

import numpy as np
from scipy.ndimage import gaussian_filter, maximum_filter

from salzoo.evaluation.baselines.channels import FLAT, SCALES, channels
from salzoo.utils.resize import resize_map

CENTRES = (2, 3, 4)
DELTAS = (3, 4)
MAP_SCALE = 4
# The paper's map is 16 times smaller than the image. It is smoothed with this fraction of
# its longer side as sigma before it is enlarged.
BLUR = 0.02


def itti_koch_niebur(image: np.ndarray) -> np.ndarray:
    """Return the saliency map of an image.

    Two interpretations of the paper: across-scale differences of colour are of one
    opponency, as its text describes them (the signs of (2) and (3) would add centre and
    surround); orientations are Gabor magnitudes.

    Args:
        image: RGB 0..255, (rows, columns, 3).

    Returns:
        float64 (rows, columns), at least 0; constant for a constant image.
    """
    image = np.asarray(image)
    features = channels(image, SCALES)
    size = features.intensity[MAP_SCALE].shape
    intensity = _conspicuity(_feature_maps(features.intensity), size)  # (1), (5)
    colour = _add(  # (2), (3), (6)
        _conspicuity(_feature_maps(pyramid), size)
        for pyramid in (features.red_green, features.blue_yellow)
    )
    orientation = _add(  # (4), (7)
        normalised(_conspicuity(_feature_maps(pyramid), size))
        for pyramid in features.orientations.values()
    )
    saliency = _add(normalised(map_) for map_ in (intensity, colour, orientation)) / 3  # (8)
    saliency = gaussian_filter(saliency, BLUR * max(size))
    return resize_map(saliency, image.shape[:2])


def normalised(map_: np.ndarray) -> np.ndarray:
    """Promote maps with few strong peaks, suppress those with many: N(.) of the paper.

    The map is scaled to 0..1 and multiplied by the square of 1 minus the mean of its
    other local maxima (of 3x3 pixels, above 0). A constant map becomes 0.

    Args:
        map_: (rows, columns).
    """
    lowest, highest = map_.min(), map_.max()
    if highest - lowest <= FLAT:
        return np.zeros(map_.shape)
    map_ = (map_ - lowest) / (highest - lowest)
    peaks = np.sort(map_[(map_ == maximum_filter(map_, 3)) & (map_ > 0)])
    others = peaks[:-1].mean() if len(peaks) > 1 else 0.0
    return map_ * (1 - others) ** 2


def _feature_maps(pyramid: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the differences of centre and surround, at the centre's scale."""
    return [
        np.abs(pyramid[centre] - resize_map(pyramid[centre + delta], pyramid[centre].shape))
        for centre in CENTRES
        for delta in DELTAS
    ]


def _conspicuity(maps: Iterable[np.ndarray], size: tuple[int, ...]) -> np.ndarray:
    """Return the sum of the normalised maps at the saliency map's scale."""
    return _add(resize_map(normalised(map_), size) for map_ in maps)


def _add(maps: Iterable[np.ndarray]) -> np.ndarray:
    return functools.reduce(np.add, maps)
