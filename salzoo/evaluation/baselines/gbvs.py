"""Graph-based visual saliency.

Harel, Koch and Perona, Graph-based visual saliency, NIPS 2006.

Every pixel of a feature map is a node of a fully connected graph. The stationary
distribution of a random walk is high where the map differs from its surroundings (the
paper's section on activation maps); a second walk concentrates it at its peaks (the
section on normalisation). Both walks are reversible, so their stationary distributions
need no iteration: the probability of a node is proportional to the sum of its symmetric
weights.
"""

import numpy as np
from scipy.ndimage import gaussian_filter

from salzoo.evaluation.baselines.channels import FLAT, channels
from salzoo.utils.resize import resize_map

# The defaults of the authors' public program: longer side of the lattice, scales of the
# image, widths of the Gaussians of both graphs and of the final blur as fractions of the
# lattice's longer side.
LATTICE = 32
SCALES = (2, 3, 4)
ACTIVATION_WIDTH = 0.15
NORMALISATION_WIDTH = 0.06
BLUR = 0.02


def gbvs(image: np.ndarray) -> np.ndarray:
    """Return the saliency map of an image.

    Args:
        image: RGB 0..255, (rows, columns, 3).

    Returns:
        float64 (rows, columns), at least 0; constant for a constant image.
    """
    image = np.asarray(image)
    rows, columns = image.shape[:2]
    scale = LATTICE / max(rows, columns)
    size = max(1, round(rows * scale)), max(1, round(columns * scale))
    features = channels(image, SCALES)
    near, nearer = (
        closeness(size, share * max(size)) for share in (ACTIVATION_WIDTH, NORMALISATION_WIDTH)
    )
    saliency = np.zeros(size)
    for pyramids in (
        [features.intensity],
        [features.red_green, features.blue_yellow],
        list(features.orientations.values()),
    ):
        maps = [resize_map(level, size) for pyramid in pyramids for level in pyramid]
        saliency += sum(concentration(activation(map_, near), nearer) for map_ in maps) / len(maps)
    return resize_map(gaussian_filter(saliency / 3, BLUR * LATTICE), (rows, columns))


def activation(map_: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Return the stationary distribution of the walk to different, close pixels.

    Weights are |difference of values| times `near`; the paper finds this as good as the
    difference of logarithms.

    Args:
        map_: (rows, columns), n pixels.
        near: (n, n), symmetric, of `closeness`.

    Returns:
        float64 (rows, columns) with sum 1, or all 0 for a constant map.
    """
    values = map_.ravel()
    if np.ptp(values) <= FLAT:
        return np.zeros(map_.shape)
    return _equilibrium((np.abs(values[:, None] - values) * near).sum(axis=1), map_.shape)


def concentration(activation_map: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Return the stationary distribution of the walk to close pixels of high activation.

    The weight from i to j is A(j) times `near`; the factor A(i) leaves the transition
    probabilities unchanged and makes the weights symmetric.

    Args:
        activation_map: (rows, columns), n pixels.
        near: (n, n), symmetric, of `closeness`.
    """
    values = activation_map.ravel()
    return _equilibrium(values * (near @ values), activation_map.shape)


def closeness(size: tuple[int, int], width: float) -> np.ndarray:
    """Return a Gaussian of the distance of all pairs of pixels.

    Args:
        size: (rows, columns).
        width: standard deviation in pixels.

    Returns:
        float64 (n, n) for n = rows * columns.
    """
    places = np.moveaxis(np.indices(size), 0, -1).reshape(-1, 2)
    squares = ((places[:, None] - places) ** 2).sum(axis=-1)
    return np.exp(-0.5 * squares / width**2)


def _equilibrium(strengths: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    total = strengths.sum()
    return (strengths / total if total > 0 else strengths).reshape(size)
