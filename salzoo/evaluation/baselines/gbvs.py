"""Graph-based visual saliency.

Harel, Koch and Perona, Graph-based visual saliency, NIPS 2006.

Every place of a feature map is a node of a full graph; a random walker on it
spends most of its time where the map is unlike its surroundings (the paper's
section on activation maps), and a second one gathers at the peaks of the first
(its section on normalising them). Both walks are reversible, so their equilibria
need no iteration: the probability of a node is proportional to the sum of its
symmetric weights.
"""

import numpy as np
from scipy.ndimage import gaussian_filter

from salzoo.evaluation.baselines.channels import FLAT, channels
from salzoo.utils.resize import resized

# The authors' defaults, as their public program has them: longer side of the
# lattice, scales of the image, widths of both graphs' Gaussians and of the final
# blur as shares of the lattice's longer side.
LATTICE = 32
SCALES = (2, 3, 4)
ACTIVATION_WIDTH = 0.15
NORMALISATION_WIDTH = 0.06
BLUR = 0.02


def gbvs(image):
    """Return the saliency map of an image.

    Args:
        image: RGB 0..255, (rows, columns, 3).

    Returns:
        float64 (rows, columns), at least 0; constant where nothing stands out.
    """
    image = np.asarray(image)
    rows, columns = image.shape[:2]
    scale = LATTICE / max(rows, columns)
    size = max(1, round(rows * scale)), max(1, round(columns * scale))
    seen = channels(image, SCALES)
    near, nearer = (
        closeness(size, share * max(size)) for share in (ACTIVATION_WIDTH, NORMALISATION_WIDTH)
    )
    saliency = np.zeros(size)
    for pyramids in (
        [seen.intensity],
        [seen.red_green, seen.blue_yellow],
        list(seen.orientations.values()),
    ):
        maps = [resized(level, size) for pyramid in pyramids for level in pyramid]
        saliency += sum(concentration(activation(map_, near), nearer) for map_ in maps) / len(maps)
    return resized(gaussian_filter(saliency / 3, BLUR * LATTICE), (rows, columns))


def activation(map_, near):
    """Equilibrium of the walk from each place to those unlike it and near it.

    Weights are |difference of values| times `near`; the paper finds this as good
    as the difference of logarithms.

    Args:
        map_: (rows, columns), n places.
        near: (n, n), symmetric, of `closeness`.

    Returns:
        float64 (rows, columns) with sum 1, or all 0 for a constant map.
    """
    values = map_.ravel()
    if np.ptp(values) <= FLAT:
        return np.zeros(map_.shape)
    return _equilibrium((np.abs(values[:, None] - values) * near).sum(axis=1), map_.shape)


def concentration(activation_map, near):
    """Equilibrium of the walk to places of high activation near by.

    The weight from i to j is A(j) times `near`; weighting also by A(i) changes no
    step of the walk and makes it symmetric.
    """
    values = activation_map.ravel()
    return _equilibrium(values * (near @ values), activation_map.shape)


def closeness(size, width):
    """Gaussian of the distance of each pair of places, (n, n) for n = rows * columns."""
    places = np.stack(np.indices(size), axis=-1).reshape(-1, 2)
    squares = ((places[:, None] - places) ** 2).sum(axis=-1)
    return np.exp(-0.5 * squares / width**2)


def _equilibrium(strengths, size):
    total = strengths.sum()
    return (strengths / total if total > 0 else strengths).reshape(size)
