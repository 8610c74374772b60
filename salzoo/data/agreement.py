"""Whether a dataset's own density maps are made from its fixations."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from salzoo.data.fixations import density_map
from salzoo.data.sample import Sample, evenly
from salzoo.utils.errors import InputError

# The publishers' maps of MIT1003 reach 0.996; the first five of about eight fixations of each
# observer against all of them reach 0.95 on Scene and 0.89 on EyeCrowd.
LOWEST = 0.97
IMAGES = 10
# Of the dataset's sigma, which may be our guess: the widths that are tried.
WIDTHS = (1.0, 0.7, 1.4, 0.5, 2.0, 0.35, 2.8)


def describe_disagreement(samples: Sequence[Sample]) -> str | None:
    """Return a warning where density maps seem to be made from other fixations than the points.

    Some images are compared: the correlation of the density map with the blurred points, at
    the width that fits best, so that only other points lower it.

    Args:
        samples: of a dataset; those without points, without a density map, or with one that
            cannot be read or is constant, say nothing.

    Returns:
        A sentence, None where the maps agree or there is nothing to compare.
    """
    both = [sample for sample in samples if sample.density_path and sample.has_points]
    found = [_agreement(sample) for sample in evenly(both, IMAGES)]
    known = [value for value in found if value is not None]
    median = float(np.median(known)) if known else 1.0
    if median >= LOWEST:
        return None
    return (
        f"The density maps correlate with the blurred fixations by only {median:.2f} (median of "
        f"{len(known)} images): they seem to be of other fixations (another release, subset or "
        "image), and then AUC and NSS describe other data than CC, SIM and KLD. Give `sigma` to "
        "make the densities from the fixations."
    )


def _agreement(sample: Sample) -> float | None:
    """Return the best correlation over the widths, None where there is none."""
    try:
        density = replace(sample).density  # of a copy, since a sample caches it
    except InputError:
        return None  # a problem of its own
    assert density is not None and sample.fixations is not None
    if np.ptp(density) == 0 or len(sample.fixations) == 0:
        return None
    best = -1.0
    for width in WIDTHS:
        sigma = width * (sample.sigma or max(sample.size) / 32)
        blurred = density_map(sample.fixations, sample.size, sigma)
        if np.ptp(blurred) > 0:
            best = max(best, float(np.corrcoef(density.ravel(), blurred.ravel())[0, 1]))
        if best >= LOWEST:
            break
    return best
