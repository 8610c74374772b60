"""Simulated fixations on drawn scenes, with a centre bias."""

import numpy as np

from salzoo.data.datasets._formats.shapes import Shape

OBSERVERS = 12


def simulate_gaze(
    rng: np.random.Generator, size: tuple[int, int], shapes: list[Shape], free: float
) -> tuple[np.ndarray, np.ndarray]:
    """Simulate the fixations of all observers.

    An observer starts near the centre. Each further fixation is free with probability
    `free` (drawn around the centre), returns to an earlier point with probability 0.05,
    and else goes to a shape.

    Args:
        rng: source of randomness.
        size: (rows, columns) of the image.
        shapes: objects and distractors.
        free: probability of a free fixation.

    Returns:
        fixations: float64 (n, 2), x and y in pixels with two decimals, inside the image.
        observers: int32 (n,), 0 to OBSERVERS - 1.
    """
    extent = np.array(size[::-1], "float64")
    # A distractor draws a little gaze too: noshape is ignored by everybody.
    weights = np.array([shape.strength**1.5 or 0.012 for shape in shapes])
    shares = np.cumsum(weights / weights.sum())
    shares[-1] = 1.0
    fixations, observers = [], []
    for observer in range(OBSERVERS):
        path = [_inside(rng, extent / 2, extent * 0.06, extent)]
        for chance in rng.random(rng.integers(5, 12)):
            if chance < free:
                point = _inside(rng, extent / 2, extent * 0.22, extent)
            elif chance < free + 0.05:
                point = path[rng.integers(len(path))]
            else:
                shape = shapes[np.searchsorted(shares, rng.random())]
                centre = np.array([shape.x, shape.y])
                point = _inside(rng, centre, shape.radius * 0.4, extent)
            path.append(point)
        fixations += path
        observers += [observer] * len(path)
    # Down to two decimals: a point inside stays inside.
    return np.floor(np.array(fixations) * 100) / 100, np.array(observers, "int32")


def _inside(
    rng: np.random.Generator, mean: np.ndarray, spread: np.ndarray | float, extent: np.ndarray
) -> np.ndarray:
    """Draw a point around `mean` that lies in the image."""
    while True:
        x, y = point = mean + spread * rng.standard_normal(2)
        if 0 <= x < extent[0] and 0 <= y < extent[1]:
            return point
