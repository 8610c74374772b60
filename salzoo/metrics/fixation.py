"""Benchmark metrics of fixation prediction, as the MIT saliency benchmark defines them.

All are computed in float64. Maps are (rows, columns); fixations are (n, 2), x
and y, 0-based pixels, the pixel of a point being its floor. Repeated pixels
count once. Where a definition has no answer (no fixations, a constant map where
a spread is needed) the result is NaN. Definitions: Bylinskii et al., What do
different evaluation metrics tell us about saliency models? (TPAMI 2019).
"""

import numpy as np

# MATLAB's eps, which the MIT code adds inside its logarithm.
EPSILON = 2.0**-52


def auc_judd(saliency_map, fixations, *, seed=0):
    """Area under the ROC curve, with thresholds at the fixated pixels' values.

    True positives are fixated pixels, false positives all others at or above
    the threshold. A jitter below 1e-7, drawn from `seed`, breaks ties. 0.5 is
    chance, 1 is perfect.
    """
    values = np.asarray(saliency_map, "float64")
    if not np.isfinite(values).all():
        return np.nan
    values = values + np.random.default_rng(seed).random(values.shape) * 1e-7
    fixated = np.sort(values[_pixels(fixations, values.shape)])[::-1]
    if fixated.size == 0:
        return np.nan
    above = values.size - np.searchsorted(np.sort(values, axis=None), fixated, side="left")
    found = np.arange(1, fixated.size + 1)
    true_positives = np.concatenate([[0], found / fixated.size, [1]])
    false_positives = (above - found) / max(1, values.size - fixated.size)
    return float(np.trapezoid(true_positives, np.concatenate([[0], false_positives, [1]])))


def nss(saliency_map, fixations):
    """Normalised scanpath saliency: mean z-score (ddof 1) of the fixated pixels."""
    values = np.asarray(saliency_map, "float64")
    fixated = values[_pixels(fixations, values.shape)]
    if fixated.size == 0 or np.ptp(values) == 0:
        return np.nan
    return float((fixated.mean() - values.mean()) / values.std(ddof=1))


def cc(saliency_map, density_map):
    """Pearson's linear correlation coefficient of the two maps, -1..1."""
    first, second = (_centred(map_) for map_ in (saliency_map, density_map))
    scale = np.sqrt((first**2).sum() * (second**2).sum())
    return float((first * second).sum() / scale) if scale > 0 else np.nan


def similarity(saliency_map, density_map):
    """Histogram intersection of the two maps, each stretched to 0..1, then to unit sum; 0..1."""
    first, second = (_stretched(map_) for map_ in (saliency_map, density_map))
    return float(np.minimum(first, second).sum())


def kl_divergence(saliency_map, density_map):
    """Kullback-Leibler divergence of the prediction from the truth, in nats; 0 is perfect."""
    prediction, truth = (_distribution(map_) for map_ in (saliency_map, density_map))
    return float((truth * np.log(EPSILON + truth / (prediction + EPSILON))).sum())


def _pixels(fixations, size):
    """Boolean map of the fixated pixels; points outside are not counted."""
    rows, columns = size
    x, y = np.floor(np.asarray(fixations, "float64").reshape(-1, 2)).astype(int).T
    inside = (0 <= x) & (x < columns) & (0 <= y) & (y < rows)
    fixated = np.zeros(size, bool)
    fixated[y[inside], x[inside]] = True
    return fixated


def _centred(map_):
    values = np.asarray(map_, "float64")
    # The mean of equal numbers may differ from them in the last digit.
    return values - values.mean() if np.ptp(values) > 0 else np.zeros_like(values)


def _stretched(map_):
    values = np.asarray(map_, "float64")
    if not values.any():
        return values
    spread = np.ptp(values)
    if spread == 0:
        return np.full_like(values, np.nan)
    return _distribution((values - values.min()) / spread)


def _distribution(map_):
    values = np.asarray(map_, "float64")
    total = values.sum()
    return values / total if total != 0 else np.full_like(values, np.nan)
