"""What a finished run shows: its table of metrics and its picture."""

import os
from dataclasses import replace

from salzoo.data.images import read_image
from salzoo.data.mixture import chain
from salzoo.data.sample import evenly
from salzoo.evaluation import measure
from salzoo.evaluation.sources import Network
from salzoo.files import whole_file, write_json
from salzoo.models import model_record
from salzoo.pictures import panel
from salzoo.prediction import Predictor

SHOWN = 5
# A short table; `salzoo evaluate` has all metrics.
METRICS = {
    "fixations": ("AUC-Judd", "NSS", "CC", "SIM", "KLD"),
    "objects": ("MAE", "maxF", "wF", "S", "meanE"),
}


def report_run(run):
    """Evaluate a run on its validation samples and write metrics and picture into it.

    The truth has the dataset's own sigma, whatever the network was trained on.

    Returns:
        `Evaluation` of the run beside the baselines.
    """
    config = run.config
    everything = replace(config, limit_train=None)
    training, validation = (chain(everything.load(split)) for split in ("train", "val"))
    model = Network(Predictor(run.folder))
    task = model_record(config.model).task
    evaluation = measure(
        {config.model: model},
        validation,
        dataset=config.dataset,
        split="val",
        task=task,
        metrics=METRICS[task],
        training=training,
    )
    _write(evaluation, run)
    with whole_file(run.path("predictions.png")) as path:
        _picture(model, evenly(validation, SHOWN), task).save(path)
    return evaluation


def _write(evaluation, run):
    """Write the means as json and every image's values as csv; one convention is enough here."""
    [convention] = evaluation.conventions
    means = {
        model: {metric: None if mean != mean else mean for metric, mean in by_metric.items()}
        for model, by_metric in evaluation.means()[convention].items()
    }
    summary = {"title": evaluation.title, "convention": convention, "means": means}
    write_json(run.path("metrics.json"), summary)
    evaluation.write_scores(run.path("metrics.csv"))


def _picture(model, samples, task):
    """Return a panel of image, truth and prediction of each sample."""
    rows = [
        (
            read_image(sample.image_path, exif=False),
            sample.mask if task == "objects" else sample.density,
            model(sample),
        )
        for sample in samples
    ]
    return panel(rows, [os.path.basename(sample.image_path) for sample in samples])
