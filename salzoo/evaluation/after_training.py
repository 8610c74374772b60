"""What a finished run shows: its table of metrics and its picture."""

import os
from dataclasses import replace

from salzoo.data.images import read_image
from salzoo.data.sample import evenly
from salzoo.evaluation import measure
from salzoo.evaluation.evaluated_sources import Network
from salzoo.evaluation.tasks import has_fixations, has_mask
from salzoo.prediction.options import InferenceOptions
from salzoo.prediction.predictor import Predictor
from salzoo.training.batches import target_kinds
from salzoo.utils.drawing import panel
from salzoo.utils.files import whole_file, write_json
from salzoo.utils.task import Task

SHOWN = 5
HAS_TRUTH = {Task.FIXATIONS: has_fixations, Task.OBJECTS: has_mask}
# A short table; `salzoo evaluate` has all metrics.
METRICS = {
    Task.FIXATIONS: ("AUC-Judd", "NSS", "CC", "SIM", "KLD"),
    Task.OBJECTS: ("MAE", "maxF", "wF", "S", "meanE"),
}


def report_run(run, quiet=False):
    """Evaluate a run on its validation samples and write metrics and picture into it.

    The truth has the dataset's own sigma, whatever the network was trained on. A bar
    shows how far it is unless `quiet`.

    Returns:
        list of `Evaluation` of the run beside the baselines: of a model of
        objects and fixations one of each, else one.
    """
    config = run.config
    everything = replace(config, limit_train=None)
    training, validation = (sum(everything.load(split), []) for split in ("train", "val"))
    evaluations = []
    for task in _tasks(config):
        samples = [sample for sample in validation if HAS_TRUTH[task](sample)]
        if not samples:
            continue
        output = "fixation" if len(_tasks(config)) > 1 and task is Task.FIXATIONS else None
        model = Network(Predictor(run.folder, InferenceOptions(output=output)))
        evaluation = measure(
            {config.model: model},
            samples,
            dataset=config.dataset,
            split="val",
            task=task,
            metrics=METRICS[task],
            training=[sample for sample in training if HAS_TRUTH[task](sample)],
            quiet=quiet,
        )
        stem = "" if not evaluations else f"{task}_"
        _write(evaluation, run, stem)
        with whole_file(run.path(f"{stem}predictions.png")) as path:
            _picture(model, evenly(samples, SHOWN), task).save(path)
        evaluations.append(evaluation)
    return evaluations


def _tasks(config):
    """Return what is measured of a run, the main thing first."""
    return tuple(reversed(tuple(target_kinds(config))))


def _write(evaluation, run, stem):
    """Write the means as json and every image's values as csv; one convention is enough here."""
    [convention] = evaluation.conventions
    means = {
        model: {metric: None if mean != mean else mean for metric, mean in by_metric.items()}
        for model, by_metric in evaluation.means()[convention].items()
    }
    summary = {"title": evaluation.title, "convention": convention, "means": means}
    write_json(run.path(f"{stem}metrics.json"), summary)
    evaluation.write_scores(run.path(f"{stem}metrics.csv"))


def _picture(model, samples, task):
    """Return a panel of image, truth and prediction of each sample."""
    rows = [
        (
            read_image(sample.image_path, exif=False),
            sample.mask if task is Task.OBJECTS else sample.density,
            model(sample),
        )
        for sample in samples
    ]
    return panel(rows, [os.path.basename(sample.image_path) for sample in samples])
