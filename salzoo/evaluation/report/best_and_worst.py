"""Figures of the images with a model's best and worst values."""

import io
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from PIL import Image

from salzoo.data.images import read_image
from salzoo.data.sample import Sample
from salzoo.evaluation.metric_properties import LOWER_IS_BETTER
from salzoo.evaluation.results import Evaluation
from salzoo.utils.drawing import draw_panel
from salzoo.utils.task import Task

SHOWN = 5
# Images are sorted by the first of these metrics that is defined.
_SORTED_BY = ("NSS", "CC", "KLD", "S", "MAE")


def draw_best_and_worst(
    evaluation: Evaluation,
    model: Callable[[Sample], np.ndarray],
    name: str,
    samples: Sequence[Sample],
) -> list[tuple[str, bytes]]:
    """Draw the images with the best and the worst values: image, ground truth and map.

    Args:
        evaluation: of these samples.
        model: function of a `Sample` to a map (rows, columns).
        name: of the model in the evaluation.
        samples: the evaluated samples.

    Returns:
        List of (caption, JPEG bytes); empty where no metric is defined.
    """
    convention = evaluation.conventions[0]
    scores = evaluation.scores[convention][name]
    metric = next(
        (key for key in (*_SORTED_BY, *scores) if not np.isnan(scores.get(key, np.nan)).all()),
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


def _panel(
    evaluation: Evaluation,
    model: Callable[[Sample], np.ndarray],
    samples: Sequence[Sample],
    rows: Iterable[int],
    metric: str,
    values: np.ndarray,
) -> Image.Image:
    shown, captions = [], []
    for row in rows:
        sample = samples[row]
        truth = np.asarray(sample.density if evaluation.task is Task.FIXATIONS else sample.mask)
        shown.append((read_image(sample.image_path, exif=False), truth, model(sample)))
        captions.append(f"{evaluation.images[row]}  {metric} {values[row]:.3f}")
    return draw_panel(shown, captions)


def _jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
