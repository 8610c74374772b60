"""Fixations found in raw gaze samples by velocity.

I-VT of Salvucci and Goldberg, Identifying fixations and saccades in eye-tracking
protocols, ETRA 2000: a sample belongs to a fixation if the eye moves slower than a
threshold, and neighbours of one kind form one fixation. The window of the velocity
(about 20 ms), the threshold (30 degrees a second) and the joining of what a short gap
divides (75 ms, half a degree) are those of Olsen, The Tobii I-VT fixation filter, 2012.
"""

import numpy as np
from numpy.typing import ArrayLike

WINDOW = 4  # samples, 16.7 ms at 240 Hz
FASTEST = 30.0  # degrees a second
LONGEST_GAP = 75.0  # milliseconds
WIDEST_GAP = 0.5  # degrees


def find_fixations(
    gaze: ArrayLike, rate: float, pixels_per_degree: float, shortest: float
) -> tuple[np.ndarray, np.ndarray]:
    """Find the fixations of one trial.

    Args:
        gaze: float (n, 2), x and y in pixels; not finite where the eye was not found.
        rate: samples a second.
        pixels_per_degree: of the visual angle.
        shortest: shorter fixations are left out, milliseconds.

    Returns:
        points: float64 (m, 2), the median of a fixation's samples, in order of time.
        durations: float64 (m,), milliseconds.
    """
    gaze = np.asarray(gaze, "float64").reshape(-1, 2)
    slow = _speed(gaze) * rate / pixels_per_degree < FASTEST
    edges = np.flatnonzero(np.diff(slow, prepend=False, append=False))
    starts, ends = edges[::2], edges[1::2]  # ends are exclusive
    centres = _medians(gaze, slow, starts, ends)
    gaps = (starts[1:] - ends[:-1]) * 1000 / rate
    apart = np.linalg.norm(np.diff(centres, axis=0), axis=1)
    divided = (gaps > LONGEST_GAP) | (apart > WIDEST_GAP * pixels_per_degree)
    count = len(starts)  # there may be none
    starts, ends = starts[np.append(True, divided)[:count]], ends[np.append(divided, True)[:count]]
    durations = (ends - starts) * 1000 / rate
    long = durations >= shortest
    return _medians(gaze, slow, starts[long], ends[long]), durations[long]


def _speed(gaze: np.ndarray) -> np.ndarray:
    """Return pixels a sample (n,) over a window around each; NaN where an end of it is."""
    last = len(gaze) - 1
    before, after = (
        np.clip(np.arange(len(gaze)) + shift, 0, last) for shift in (-WINDOW // 2, WINDOW // 2)
    )
    with np.errstate(invalid="ignore"):
        way = np.linalg.norm(gaze[after] - gaze[before], axis=1)
    way[~np.isfinite(gaze).all(axis=1)] = np.nan
    return way / np.maximum(after - before, 1)


def _medians(
    gaze: np.ndarray, slow: np.ndarray, starts: np.ndarray, ends: np.ndarray
) -> np.ndarray:
    """Return the median of the slow samples from each start to its end, (m, 2)."""
    spans = (slice(*span) for span in zip(starts, ends, strict=True))
    return np.array([np.median(gaze[span][slow[span]], axis=0) for span in spans]).reshape(-1, 2)
