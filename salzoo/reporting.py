"""What a finished run shows: its table of metrics and its picture."""

import os

from salzoo.data.datasets import load_dataset
from salzoo.data.images import read_image
from salzoo.data.sample import evenly
from salzoo.evaluation import baselines, evaluate, predicted_by
from salzoo.files import whole_file
from salzoo.pictures import panel
from salzoo.prediction import Predictor

SHOWN = 5


def report_run(run):
    """Evaluate a run on its validation samples and write metrics and picture into it.

    The truth has the dataset's own sigma, whatever the network was trained on.

    Returns:
        `Evaluation` of the run beside the baselines.
    """
    config = run.config
    training, validation = (
        load_dataset(config.dataset, config.data_dir, split) for split in ("train", "val")
    )
    validation = evenly(validation, config.limit_val)
    predictor = Predictor(run.folder)
    models = {**baselines(training), config.model: predicted_by(predictor)}
    evaluation = evaluate(title(config.dataset, "val", validation), models, validation)
    evaluation.write(run.path("metrics.json"), run.path("metrics.csv"))
    with whole_file(run.path("predictions.png")) as path:
        picture(predictor, evenly(validation, SHOWN)).save(path)
    return evaluation


def title(dataset, split, samples):
    """Say what a table was measured on."""
    sigmas = sorted({sample.sigma for sample in samples})
    widths = "/".join(f"{sigma:g}" for sigma in sigmas)
    return f"{dataset} {split}, {len(samples)} images, sigma {widths} px, convention mit"


def picture(predictor, samples):
    """Return a panel of image, truth and prediction of each sample."""
    rows = []
    for sample in samples:
        image = read_image(sample.image_path, exif=False)
        rows.append((image, sample.density, predictor(image)))
    return panel(rows, [os.path.basename(sample.image_path) for sample in samples])
