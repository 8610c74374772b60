"""All metrics: one line each, in the order of tables."""

import importlib
from collections.abc import Mapping

from salzoo.metrics.conventions import CONVENTIONS, Convention
from salzoo.metrics.conventions import convention as find_convention
from salzoo.metrics.metric import Metric

# name -> (module, its `Metric`); a new metric is one file and one line here.
_FIXATION_METRICS = {
    "AUC": ("salzoo.metrics.areas", "AUC"),
    "AUC-Judd": ("salzoo.metrics.areas", "AUC_JUDD"),
    "AUC-Borji": ("salzoo.metrics.areas", "AUC_BORJI"),
    "sAUC": ("salzoo.metrics.areas", "SHUFFLED_AUC"),
    "NSS": ("salzoo.metrics.scanpath_saliency", "NSS"),
    "CC": ("salzoo.metrics.correlation", "CC"),
    "SIM": ("salzoo.metrics.distributions", "SIM"),
    "KLD": ("salzoo.metrics.distributions", "KLD"),
    "IG": ("salzoo.metrics.distributions", "IG"),
    "EMD": ("salzoo.metrics.earth_movers", "EMD"),
}
_OBJECT_METRICS = {
    "MAE": ("salzoo.metrics.absolute_error", "MAE"),
    "maxF": ("salzoo.metrics.f_measures", "MAX_F"),
    "meanF": ("salzoo.metrics.f_measures", "MEAN_F"),
    "adpF": ("salzoo.metrics.f_measures", "ADAPTIVE_F"),
    "wF": ("salzoo.metrics.weighted_f", "WEIGHTED_F"),
    "S": ("salzoo.metrics.object_structure", "S"),
    "maxE": ("salzoo.metrics.e_measures", "MAX_E"),
    "meanE": ("salzoo.metrics.e_measures", "MEAN_E"),
    "adpE": ("salzoo.metrics.e_measures", "ADAPTIVE_E"),
}


def load_metrics(places: Mapping[str, tuple[str, str]], of_objects: bool) -> dict[str, Metric]:
    """Import metrics and check that their records belong into a table.

    Args:
        places: {name: (module, name of its `Metric`)}.
        of_objects: whether the table is the one of object metrics.

    Returns:
        {name: `Metric`}, in the same order.

    Raises:
        ValueError: there is no such record, or it has another name, the ground truth of the
            other table, or a convention that does not exist.
    """
    found = {}
    for name, (module, record) in places.items():
        metric = getattr(importlib.import_module(module), record, None)
        if not isinstance(metric, Metric):
            raise ValueError(f"Metric {name}: {module} defines no Metric called {record}.")
        if metric.name != name:
            raise ValueError(
                f"Metric {name}: {record} of {module} has the name {metric.name!r}; give both "
                "the same name."
            )
        if metric.of_objects != of_objects:
            raise ValueError(
                f"Metric {name}: `needs` is {metric.needs}, but it is registered as "
                f"{'an object' if of_objects else 'a fixation'} metric."
            )
        unknown = [known for known in metric.conventions if known not in CONVENTIONS]
        if unknown:
            raise ValueError(
                f"Metric {name}: there is no convention {unknown[0]!r}; known are "
                f"{', '.join(CONVENTIONS)}."
            )
        found[name] = metric
    return found


FIXATION_METRICS = load_metrics(_FIXATION_METRICS, of_objects=False)
OBJECT_METRICS = load_metrics(_OBJECT_METRICS, of_objects=True)


def metrics_of(convention: str | Convention) -> tuple[str, ...]:
    """Return the names of the fixation metrics that a convention defines, in table order.

    Args:
        convention: its name or a `Convention`.

    Raises:
        ValueError: there is no such convention.
    """
    base = find_convention(convention).base
    return tuple(name for name, metric in FIXATION_METRICS.items() if base in metric.conventions)
