"""Properties of metrics that tables, statistics and reports need, read from their records."""

from collections.abc import Callable

import numpy as np

from salzoo.metrics import FIXATION_METRICS, OBJECT_METRICS

_RECORDS = [*FIXATION_METRICS.values(), *OBJECT_METRICS.values()]
# Metrics of which a lower value is better.
LOWER_IS_BETTER = frozenset(metric.name for metric in _RECORDS if metric.lower_is_better)
# {metric: (curve, function)}: the value of a whole dataset is the function of the mean curve
# over its images, not the mean over the values of the images.
OF_CURVES: dict[str, tuple[str, Callable[..., np.ndarray]]] = {
    metric.name: (metric.curve, metric.reduce)
    for metric in _RECORDS
    if metric.curve is not None and metric.reduce is not None
}
