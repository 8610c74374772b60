"""The tables and facts of a report, for every output format."""

from collections.abc import Mapping, Sequence

import numpy as np

from salzoo.evaluation.metric_properties import LOWER_IS_BETTER
from salzoo.evaluation.results import Evaluation
from salzoo.evaluation.statistics import mean_of_defined
from salzoo.evaluation.undefined_notes import describe_undefined
from salzoo.utils.table import Table, format_interval, format_number
from salzoo.utils.task import Task

INTERVALS = "In brackets: 95 % intervals of the mean, images drawn with replacement (bootstrap)."


def add_arrow(metric: str) -> str:
    """Return the name of a metric with an arrow to its better values."""
    return f"{metric} {'↓' if metric in LOWER_IS_BETTER else '↑'}"


def list_facts(evaluation: Evaluation) -> dict[str, str]:
    """Return what was evaluated as {term: text}."""
    return {
        "Dataset": f"{evaluation.dataset}, split {evaluation.split}",
        "Images": str(len(evaluation.images)),
        **({"Compared with": evaluation.truth} if evaluation.truth else {}),
        "Models": ", ".join(evaluation.models),
        "Conventions": ", ".join(evaluation.conventions),
        "Seed": str(evaluation.seed),
        **({"Command": evaluation.command} if evaluation.command else {}),
        **({"Notes": " ".join(evaluation.notes)} if evaluation.notes else {}),
    }


def build_score_table(evaluation: Evaluation, convention: str) -> Table:
    """Return the table of means under a convention, one row per model.

    Args:
        evaluation: the evaluation.
        convention: name.
    """
    means, intervals = evaluation.means()[convention], evaluation.intervals()[convention]
    metrics = evaluation.metrics
    rows: list[list[str | tuple[str, str]]] = [
        [model, *((_mean(means, model, name), _ends(intervals, model, name)) for name in metrics)]
        for model in means
    ]
    strong = {
        (row, column)
        for column, metric in enumerate(metrics, 1)
        for row in _best(metric, [means[model].get(metric, np.nan) for model in means])
    }
    return Table(
        title=f"Convention {convention}",
        header=["", *map(add_arrow, metrics)],
        rows=rows,
        strong=strong,
        main={list(means).index(evaluation.main_model)},
        notes=[INTERVALS, *_remarks(evaluation, convention)],
    )


def _remarks(evaluation: Evaluation, convention: str) -> list[str]:
    """Return notes on metrics and values that the convention does not have."""
    by_model = evaluation.scores[convention]
    present = {metric for by_metric in by_model.values() for metric in by_metric}
    lacking = [metric for metric in evaluation.metrics if metric not in present]
    note = f"Not in this convention: {', '.join(lacking)}." if lacking else ""
    return [*filter(None, [note]), *describe_undefined(evaluation, [convention])]


def build_category_table(evaluation: Evaluation, convention: str) -> Table | None:
    """Return the means of the evaluated model in each category.

    Args:
        evaluation: the evaluation.
        convention: name.

    Returns:
        The table, None where the images have fewer than two categories.
    """
    categories = np.array([category or "" for category in evaluation.categories])
    names = sorted(set(categories) - {""})
    if len(names) < 2:
        return None
    scores = evaluation.scores[convention][evaluation.main_model]
    rows = [
        [name, str(np.sum(categories == name))]
        + [format_number(mean_of_defined(values[categories == name])) for values in scores.values()]
        for name in names
    ]
    title = f"Convention {convention}: {evaluation.main_model} by category"
    notes = []
    if evaluation.task is Task.OBJECTS:
        notes = ["max and mean F and E: means of the images' own values here."]
    return Table(title, ["category", "images", *map(add_arrow, scores)], rows, notes=notes)


def mean_curves(evaluation: Evaluation, convention: str) -> dict[str, dict[str, np.ndarray]]:
    """Return the mean curves over images.

    Images where a model has no curve, since its map has NaN, are left out.

    Args:
        evaluation: the evaluation.
        convention: name.

    Returns:
        {model: {"precision", "recall", "f", "e": (256,)}}; {} for fixations.
    """
    if not evaluation.curves:
        return {}
    return {
        model: {
            kind: values[~np.isnan(values).all(axis=1)].mean(axis=0)
            for kind, values in curves.items()
        }
        for model, curves in evaluation.curves[convention].items()
    }


def _mean(means: Mapping[str, Mapping[str, float]], model: str, metric: str) -> str:
    return format_number(means[model].get(metric))


def _ends(
    intervals: Mapping[str, Mapping[str, tuple[float, float]]], model: str, metric: str
) -> str:
    return format_interval(*intervals.get(model, {}).get(metric, (None, None)))


def _best(metric: str, means: Sequence[float | None]) -> list[int]:
    """Return the rows with the best value of a column, equal if all printed digits are."""
    values = np.array([np.nan if mean is None else mean for mean in means], "float64")
    if np.isnan(values).all():
        return []
    best = np.nanmin(values) if metric in LOWER_IS_BETTER else np.nanmax(values)
    return [row for row, value in enumerate(values) if format_number(value) == format_number(best)]
