"""Evaluation of a trained model on its validation images, with files for the run folder."""

import math
import os
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from salzoo.data.dataset import Dataset
from salzoo.data.images import read_image
from salzoo.data.sample import Sample, evenly
from salzoo.evaluation import measure
from salzoo.evaluation.evaluated_models import Network
from salzoo.evaluation.evaluation_config import DEFAULT_CONVENTIONS
from salzoo.evaluation.results import Evaluation
from salzoo.prediction.predictor import Predictor
from salzoo.utils.drawing import draw_panel
from salzoo.utils.files import whole_file
from salzoo.utils.json_files import write_json
from salzoo.utils.task import Task

SHOWN = 5
# The metrics of a short table; `salzoo evaluate` has all of them.
METRICS = {
    Task.FIXATIONS: ("AUC-Judd", "NSS", "CC", "SIM", "KLD"),
    Task.OBJECTS: ("MAE", "maxF", "wF", "S", "meanE"),
}


def write_validation_report(
    predictors: Mapping[Task, Predictor],
    dataset: Dataset,
    folder: str | os.PathLike[str],
    *,
    limit: int | None = None,
    quiet: bool = False,
) -> list[Evaluation]:
    """Evaluate a model on the validation images; write metrics and an overview into a folder.

    The files are metrics.json, metrics.csv and predictions.png, those of a second task with
    the task's name in front, as fixations_metrics.json. A task without ground truth is left
    out.

    Args:
        predictors: the model by task, the main task first.
        dataset: with its own sigma, whatever the model was trained with. Baselines are
            fitted to its whole training split.
        folder: an existing folder.
        limit: number of validation images of each dataset, evenly spaced; None: all.
        quiet: show no progress bar.

    Returns:
        An evaluation of the model beside the baselines for each task.
    """
    training, validation = dataset.samples("train"), dataset.samples("val", limit)
    evaluations: list[Evaluation] = []
    for task, predictor in predictors.items():
        samples = _with_truth(validation, task)
        if not samples:
            continue
        network = Network(predictor)
        evaluation = measure(
            {predictor.card["model"]: network},
            samples,
            dataset=dataset.name,
            split="val",
            task=task,
            conventions=DEFAULT_CONVENTIONS[task][0],
            metrics=METRICS[task],
            training=_with_truth(training, task),
            quiet=quiet,
        )
        stem = os.path.join(folder, f"{task}_" if evaluations else "")
        _write_metrics(evaluation, stem)
        with whole_file(f"{stem}predictions.png") as path:
            _draw_predictions(network, evenly(samples, SHOWN), task).save(path)
        evaluations.append(evaluation)
    return evaluations


def _with_truth(samples: Sequence[Sample], task: Task) -> list[Sample]:
    """Return the samples with the ground truth of a task."""
    if task is Task.OBJECTS:
        return [sample for sample in samples if sample.has_mask]
    return [sample for sample in samples if sample.has_fixations]


def _write_metrics(evaluation: Evaluation, stem: str) -> None:
    """Write the means as JSON and the values of all images as CSV; there is one convention."""
    [convention] = evaluation.conventions
    means = {
        model: {metric: None if math.isnan(mean) else mean for metric, mean in by_metric.items()}
        for model, by_metric in evaluation.means()[convention].items()
    }
    summary = {"title": evaluation.title, "convention": convention, "means": means}
    write_json(f"{stem}metrics.json", summary)
    evaluation.write_scores(f"{stem}metrics.csv")


def _draw_predictions(network: Network, samples: Sequence[Sample], task: Task) -> Image.Image:
    """Return a panel of image, ground truth and prediction of each sample."""
    rows = [
        (
            read_image(sample.image_path, exif=False),
            np.asarray(sample.mask if task is Task.OBJECTS else sample.density),
            network(sample),
        )
        for sample in samples
    ]
    return draw_panel(rows, [os.path.basename(sample.image_path) for sample in samples])
