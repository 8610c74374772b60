"""The pictures of a report: the images that a model does best and worst on."""

import io

import numpy as np

from salzoo.data.images import read_image
from salzoo.evaluation.statistics import LOWER_IS_BETTER
from salzoo.utils.drawing import panel
from salzoo.utils.task import Task

SHOWN = 5
# What images are sorted by: the first of these that is defined.
_SORTED_BY = ("NSS", "CC", "KLD", "S", "MAE")


def pictures(evaluation, model, name, samples):
    """Return (caption, JPEG bytes) of the images with the best and the worst values.

    Args:
        evaluation: `Evaluation` of these samples. model: function of a `Sample` to a
            map (rows, columns), called `name` in the evaluation.
    """
    convention = evaluation.conventions[0]
    scores = evaluation.scores[convention][name]
    metric = next(
        (each for each in (*_SORTED_BY, *scores) if not np.isnan(scores.get(each, np.nan)).all()),
        None,
    )
    if metric is None:
        return []
    values = scores[metric]
    order = np.argsort(-values if metric not in LOWER_IS_BETTER else values, kind="stable")
    order = order[: len(values) - np.isnan(values).sum()]  # NaN come last
    count = min(SHOWN, -(-len(order) // 2))
    groups = {"Best": order[:count], "Worst": order[max(count, len(order) - count) :][::-1]}
    return [
        (
            f"{word} by {metric} of {name} ({convention})",
            _jpeg(_panel(evaluation, model, samples, rows, metric, values)),
        )
        for word, rows in groups.items()
        if len(rows)
    ]


def _panel(evaluation, model, samples, rows, metric, values):
    shown, captions = [], []
    for row in rows:
        sample = samples[row]
        truth = sample.density if evaluation.task is Task.FIXATIONS else sample.mask
        shown.append((read_image(sample.image_path, exif=False), truth, model(sample)))
        captions.append(f"{evaluation.images[row]}  {metric} {values[row]:.3f}")
    return panel(shown, captions)


def _jpeg(picture):
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
