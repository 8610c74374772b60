"""Properties of metrics that tables, statistics and reports need."""

from collections.abc import Callable

import numpy as np

# Metrics of which a lower value is better.
LOWER_IS_BETTER = frozenset({"KLD", "EMD", "MAE"})
# Metrics that take seconds an image: computed only where they are named, or with "all".
EXPENSIVE = ("EMD",)
# {metric: (curve, function)}: the value of a whole dataset is the function of the mean curve
# over its images, not the mean over the values of the images.
OF_CURVES: dict[str, tuple[str, Callable[..., np.ndarray]]] = {
    "maxF": ("f", np.max),
    "meanF": ("f", np.mean),
    "maxE": ("e", np.max),
    "meanE": ("e", np.mean),
}
