"""Figures of a trained run, of an untrained model, and of repeated trainings."""

import importlib.util
import math

# Needs the package POT and takes a second per image.
SLOW_METRICS = ("EMD",)
MEBIBYTE = 2**20


def measurable(metrics, quick):
    """Return the metrics without those that need a missing package or, if `quick`, much time."""
    if quick or importlib.util.find_spec("ot") is None:
        return tuple(name for name in metrics if name not in SLOW_METRICS)
    return tuple(metrics)


def measure(run, column, table, metrics, settings, sigma, folder):
    """Evaluate a run on the images of a column and write a report.

    Args:
        run: folder.
        column: `Column`.
        table: `Table`.
        metrics: names.
        settings: `Settings`.
        sigma: of the fixation densities, in pixels; None: that of the dataset.
        folder: to write to; an interrupted call is resumed there.

    Returns:
        {"metrics": {metric: mean}, "categories": {category: {metric: mean}},
        "images": number of images}; undefined means are None.
    """
    from salzoo.evaluation import evaluate

    evaluation = evaluate(
        run,
        column.test,
        None if column.test == "synthetic" else settings.data_dir,
        column.split,
        protocol=column.protocol,
        sigma=sigma,
        limit=settings.limit_val,
        task=table.task,
        convention=table.convention,
        metrics=list(metrics),
        baselines="none",
        fit_mode=column.fit_mode,
        out=folder,
    )
    (model,) = evaluation.models
    means, scores = {}, {}
    for convention in evaluation.conventions:  # a later one defines what it has
        means |= evaluation.means()[convention][model]
        scores |= evaluation.scores[convention][model]
    return {
        "metrics": {name: _number(mean) for name, mean in means.items()},
        "categories": _by_category(scores, evaluation),
        "images": len(evaluation.images),
    }


def _by_category(scores, evaluation):
    categories = evaluation.categories or []
    return {
        category: {
            name: _number(_mean(values, categories, category)) for name, values in scores.items()
        }
        for category in sorted({name for name in categories if name})
    }


def _mean(values, categories, category):
    chosen = [
        float(value)
        for value, name in zip(values, categories, strict=True)
        if name == category and not math.isnan(value)
    ]
    return sum(chosen) / len(chosen) if chosen else math.nan


def _number(mean):
    return mean if math.isfinite(mean) else None


def cost(entry, metrics):
    """Return parameters, memory or speed of the model of a `Cost`, in the form of `measure`."""
    from salzoo.models import build_model
    from salzoo.models.complexity import complexity
    from salzoo.prediction.speed import benchmark

    counted = complexity(
        build_model(entry.model, **entry.model_options, input_shape=(*entry.input_size, 3))
    )
    data, parameters = counted.activation_bytes / MEBIBYTE, counted.parameter_bytes / MEBIBYTE
    figures = {
        "parameters": counted.trainable,
        "multiply-adds (billion)": counted.multiply_adds / 1e9,
        "data (MiB)": data,
        "parameters (MiB)": parameters,
        # The gradients of the outputs take as much memory as the outputs.
        "total, training (MiB)": 2 * data + parameters,
        "total, test (MiB)": data + parameters,
    }
    if "images/s" in metrics:
        (timed,) = benchmark([entry.model], entry.input_size, entry.input_size)
        figures["images/s"] = 1 / timed.seconds
        figures["memory (MB)"] = timed.peak_bytes / 1e6
    return {"metrics": {name: figures[name] for name in metrics}, "categories": {}, "images": None}


def probability_of_better(metric, first, second):
    """Return the p-value of a one-tailed paired t-test that the first runs are better."""
    from salzoo.evaluation.statistics import LOWER_IS_BETTER, one_tailed_t_test

    return one_tailed_t_test(first, second, higher_is_better=metric not in LOWER_IS_BETTER)
