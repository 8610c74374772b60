"""Areas under ROC curves."""

import functools

import numpy as np

BUCKETS = 2**14
CROWD = 8


class Placement:
    """The position of every value among the fixated values, for exact areas.

    Each value of the map is put between two fixated values or on one of them, once;
    counting then serves any set of negatives. That is cheaper than sorting the map,
    since images have many more pixels than fixations.

    Args:
        values: float64 (pixels,), of the map.
        fixated: float64 (n,), n > 0, taken from `values`.
    """

    def __init__(self, values: np.ndarray, fixated: np.ndarray) -> None:
        self._thresholds, self._repeats = np.unique(fixated, return_counts=True)
        reached = _reached(self._thresholds, values)
        # 2j + 1 is on the j-th fixated value, 2j is below it and above the one before.
        self._places = 2 * reached - (values == self._thresholds[reached - 1])

    def area(self, weights: np.ndarray | None = None) -> float:
        """Return the exact area; negatives equal to a positive count half.

        Args:
            weights: (pixels,), how often each pixel is a negative; None: once.
        """
        counts = np.bincount(self._places, weights, minlength=2 * len(self._thresholds) + 1)
        equal = counts[1::2]
        below = np.cumsum(counts)[1::2] - equal
        return float(np.average((below + equal / 2) / counts.sum(), weights=self._repeats))


def judd_area(values: np.ndarray, pixels: np.ndarray, ties: str) -> float:
    """Return the area with thresholds at the fixated values alone, joined by straight lines.

    NaN where every pixel is fixated.

    Args:
        values: float64 (pixels,) of the map.
        pixels: indices of the fixated pixels; repeats are positives of their own.
        ties: "index" or "count", see `Convention.judd_ties`.
    """
    thresholds = np.sort(values[pixels])
    once = np.unique(pixels)
    unfixated = values.size - once.size
    if unfixated == 0:
        return np.nan
    above = at_or_above(thresholds, values)
    if ties == "index":
        found = np.arange(pixels.size, 0, -1)
        wrong = above - found
    else:
        found = at_or_above(thresholds, thresholds)
        wrong = above - at_or_above(thresholds, values[once])
    return _area(wrong / unfixated, found / pixels.size)


def stepped_area(positives: np.ndarray, negatives: np.ndarray, step: float, last: bool) -> float:
    """Return the area with thresholds 0, step, 2 step ... to the largest value, joined by lines.

    Args:
        positives: float64 (n,), not negative.
        negatives: float64 (m,), not negative.
        step: distance of the thresholds.
        last: whether the largest value itself may be a threshold (as in MATLAB's ranges) or
            not (as in numpy's).
    """
    largest = max(positives.max(), negatives.max())
    thresholds = _matlab_range(step, largest) if last else np.arange(0, largest, step)
    return _area(
        at_or_above(thresholds, negatives) / negatives.size,
        at_or_above(thresholds, positives) / positives.size,
    )


def at_or_above(thresholds: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Count the values at or above each threshold.

    Args:
        thresholds: (k,), ascending.
        values: (n,).

    Returns:
        int (k,).
    """
    counts = np.bincount(_reached(thresholds, values), minlength=len(thresholds) + 1)
    return np.cumsum(counts[::-1])[::-1][1:]


@functools.lru_cache(maxsize=4)
def jitter(kind: str, scale: float, seed: int, size: tuple[int, int]) -> np.ndarray:
    """Draw noise for a map; the same for all images of one size.

    Args:
        kind: "normal" or "uniform", see `Convention.jitter`.
        scale: standard deviation, or largest value.
        seed: of the generator.
        size: (rows, columns).

    Returns:
        float64 (rows, columns), read-only.
    """
    if kind == "normal":  # the generator of pysaliency, to the last digit
        noise = np.random.RandomState(seed).randn(*size) * scale
    else:
        noise = np.random.default_rng(seed).random(size) * scale
    noise.flags.writeable = False
    return noise


def _reached(thresholds: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Count the ascending thresholds that each value reaches.

    It is np.searchsorted(thresholds, values, side="right"), about six times as fast
    for many values: a table of equal steps says how many thresholds lie in earlier
    steps, and only those in the value's own step are compared.
    """
    low, high = values.min(), values.max()
    with np.errstate(all="ignore"):
        scale = BUCKETS / (high - low)
    if values.size < BUCKETS or not np.isfinite(scale):
        return np.searchsorted(thresholds, values, side="right")

    def step(numbers: np.ndarray) -> np.ndarray:
        return ((numbers - low) * scale).astype(np.intp)

    own = step(np.clip(thresholds, low, high))
    crowd = np.bincount(own).max()
    if crowd > CROWD:
        return np.searchsorted(thresholds, values, side="right")
    earlier = np.searchsorted(own, np.arange(BUCKETS + 1))
    reached = earlier[step(values)]
    beyond = np.append(thresholds, np.inf)
    for _ in range(crowd):
        reached += beyond[reached] <= values
    return reached


def _area(false_positives: np.ndarray, true_positives: np.ndarray) -> float:
    """Sum trapezoids from (0, 0) through the rates at ascending thresholds to (1, 1)."""
    curve = (np.concatenate([[0], rates[::-1], [1]]) for rates in (false_positives, true_positives))
    false_positives, true_positives = curve
    return float(np.trapezoid(true_positives, false_positives))


def _matlab_range(step: float, end: float) -> np.ndarray:
    """Return 0:step:end, which MATLAB fills from both ends; `end` is hit within rounding."""
    tolerance = 2 * np.finfo(float).eps * end
    count = round(end / step)
    count -= int(count * step - end > tolerance)
    last = end if count * step - end > -tolerance else count * step
    forth = np.arange(count + 1)
    back = last - forth[::-1] * step
    values = np.where(2 * forth < count, forth * step, back)
    if count % 2 == 0:
        values[count // 2] = last / 2
    return values
