"""What a report says, as tables and sentences, whatever it is written in."""

import numpy as np

from salzoo.evaluation.statistics import LOWER_IS_BETTER
from salzoo.utils.table import Table, interval, number
from salzoo.utils.task import Task

INTERVALS = "In brackets: 95 % intervals of the mean, images drawn with replacement (bootstrap)."


def arrowed(metric):
    """Return a metric's name with the way that is better."""
    return f"{metric} {'↓' if metric in LOWER_IS_BETTER else '↑'}"


def main_model(evaluation):
    """Return the name of the model that the evaluation is about: the last that is no baseline."""
    own = [model for model in evaluation.models if model not in evaluation.baselines]
    return (own or evaluation.models)[-1]


def facts(evaluation):
    """Return what was measured as {term: text}."""
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


def score_table(evaluation, convention):
    """Return the table of means under a convention, a row a model."""
    means, intervals = evaluation.means()[convention], evaluation.intervals()[convention]
    metrics = evaluation.metrics
    rows = [
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
        header=["", *map(arrowed, metrics)],
        rows=rows,
        strong=strong,
        main={list(means).index(main_model(evaluation))},
        notes=[INTERVALS, *_remarks(evaluation, convention)],
    )


def _remarks(evaluation, convention):
    """Return sentences on metrics that the convention does not have, and on values."""
    present = {metric for each in evaluation.scores[convention].values() for metric in each}
    lacking = [metric for metric in evaluation.metrics if metric not in present]
    sentence = f"Not in this convention: {', '.join(lacking)}." if lacking else ""
    return [*filter(None, [sentence, evaluation.left_out([convention])])]


def category_table(evaluation, convention):
    """Return the main model's means a category, None where images have fewer than two."""
    categories = np.array([category or "" for category in evaluation.categories])
    names = sorted(set(categories) - {""})
    if len(names) < 2:
        return None
    scores = evaluation.scores[convention][main_model(evaluation)]
    rows = [
        [name, str(np.sum(categories == name))]
        + [number(mean(values[categories == name])) for values in scores.values()]
        for name in names
    ]
    title = f"Convention {convention}: {main_model(evaluation)} by category"
    notes = []
    if evaluation.task is Task.OBJECTS:
        notes = ["max and mean F and E: means of the images' own values here."]
    return Table(title, ["category", "images", *map(arrowed, scores)], rows, notes=notes)


def mean(values):
    """Return the mean of what is defined, NaN if nothing is."""
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        return float(np.nanmean(values)) if not np.isnan(values).all() else float("nan")


def mean_curves(evaluation, convention):
    """Return {model: {"precision": (256,), ...}}, means over images; {} without curves.

    Images where a model has no curve, since its map has NaN, are left out.
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


def _mean(means, model, metric):
    return number(means[model].get(metric))


def _ends(intervals, model, metric):
    return interval(*intervals.get(model, {}).get(metric, (None, None)))


def _best(metric, values):
    """Return the places of the best of a column, as far as its digits tell them apart."""
    values = np.array([np.nan if value is None else value for value in values], "float64")
    if np.isnan(values).all():
        return []
    best = np.nanmin(values) if metric in LOWER_IS_BETTER else np.nanmax(values)
    return [place for place, value in enumerate(values) if number(value) == number(best)]
