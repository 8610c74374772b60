"""What a finished run shows: its table of metrics and its picture."""

import os
from dataclasses import replace

from salzoo.data.images import read_image
from salzoo.data.mixture import chain
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
    everything = replace(config, limit_train=None)
    training, validation = (chain(everything.load(split)) for split in ("train", "val"))
    predictor = Predictor(run.folder)
    models = {**baselines(training), config.model: predicted_by(predictor)}
    evaluation = evaluate(title(config.dataset, "val", validation), models, validation)
    evaluation.write(run.path("metrics.json"), run.path("metrics.csv"))
    with whole_file(run.path("predictions.png")) as path:
        picture(predictor, evenly(validation, SHOWN)).save(path)
    return evaluation


def title(dataset, split, samples):
    """Say what a table was measured on."""
    return f"{dataset} {split}, {len(samples)} images, {_density(samples)}, convention mit"


def _density(samples):
    """Say where the densities come from."""
    widths = {each.sigma for each in samples if each.density_path is None and each.sigma}
    kinds = ["the set's own density"] if any(each.density_path for each in samples) else []
    if len(widths) > 3:
        kinds.append(f"sigma {min(widths):.3g} to {max(widths):.3g} px")
    elif widths:
        kinds.append(f"sigma {'/'.join(f'{width:g}' for width in sorted(widths))} px")
    return " and ".join(kinds)


def picture(predictor, samples):
    """Return a panel of image, truth and prediction of each sample."""
    rows = []
    for sample in samples:
        image = read_image(sample.image_path, exif=False)
        rows.append((image, sample.density, predictor(image)))
    return panel(rows, [os.path.basename(sample.image_path) for sample in samples])
