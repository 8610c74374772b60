"""Training in one call: the run, its evaluation and its export."""

from __future__ import annotations

import math
import os
import sys
from dataclasses import dataclass
from typing import Any

from PIL import Image

from salzoo.data.images import read_image
from salzoo.data.sample import Sample, evenly
from salzoo.evaluation.config import has_truth
from salzoo.evaluation.evaluated_models import Network
from salzoo.evaluation.evaluator import evaluate
from salzoo.evaluation.measurement import measure
from salzoo.evaluation.results import Evaluation
from salzoo.export.saved_model import write_export
from salzoo.prediction.opening import Opened, open_run
from salzoo.prediction.options import InferenceOptions
from salzoo.prediction.predictor import Predictor
from salzoo.training.config import describe_config, new_config, resumed_config
from salzoo.training.loop import TrainingResult
from salzoo.training.loop import train as run_training
from salzoo.training.parameters import check_parameters
from salzoo.training.run import Run, free_run_dir
from salzoo.utils.drawing import panel
from salzoo.utils.errors import InputError
from salzoo.utils.files import check_folder, whole_file, write_json
from salzoo.utils.task import Task

__all__ = ["Trained", "evaluate", "train"]

IMAGES_SHOWN = 5
# A short table; `salzoo evaluate` has all metrics.
METRICS = {
    Task.FIXATIONS: ("AUC-Judd", "NSS", "CC", "SIM", "KLD"),
    Task.OBJECTS: ("MAE", "maxF", "wF", "S", "meanE"),
}


@dataclass
class Trained:
    """A finished training with its evaluation.

    `print` shows what `salzoo train` prints at the end.

    Attributes:
        run: whose `folder` every function of salzoo takes as a model.
        evaluations: on the validation images, beside baselines: one, or one of objects and
            one of fixations for a model of both tasks.
        export: folder of the exported model, or None.
    """

    run: Run
    evaluations: list[Evaluation]
    export: str | None = None

    @property
    def folder(self) -> str:
        """Folder of the run."""
        return self.run.folder

    def __getitem__(self, model: str) -> Any:
        """Return {metric: mean} of a model or baseline, see `Evaluation`."""
        return self.evaluations[0][model]

    def __str__(self) -> str:
        places = {"run": self.folder, "picture": self.run.path("predictions.png")}
        if self.export is not None:
            places["export"] = self.export
        tables = [evaluation.table() + "\n" for evaluation in self.evaluations]
        return "\n".join([*tables, *(f"{what:<9} {place}" for what, place in places.items())])


def train(
    model: str | None = None,
    dataset: str | None = None,
    *,
    run_dir: str | os.PathLike | None = None,
    resume: bool = False,
    export: str | os.PathLike | None = None,
    quiet: bool = False,
    **parameters: Any,
) -> Trained:
    """Train a model with its recipe, evaluate it and draw some of its maps.

    The same as `salzoo train`. The dataset is read once, and the trained network in memory is
    evaluated and exported. On CPUs this sets TensorFlow to its deterministic mode for the
    rest of the process.

    Args:
        model: name, see `salzoo.list_models`. None: that of the run in `init_from`; else
            "msinet", or with dataset "folder" "msinet_lite", which is then fine-tuned from
            its pretrained weights.
        dataset: name, see `salzoo.list_datasets`, several as "a+b"; None: "synthetic".
        run_dir: folder to write; None: runs/MODEL-DATASET-NNN.
        resume: continue the run in `run_dir` from its last checkpoint.
        export: folder to export the trained model to as well.
        quiet: print nothing.
        **parameters: of the data `data_dir`, `protocol`, `sigma`, `mix`, `dataset_options`; of
            the network `model_options`, `fit_mode`; of the start `init_from` (a run, a model
            with pretrained weights, or "none"), `backbone_weights`; of the recipe `loss`,
            `optimizer`, `learning_rate`, `batch_size`, `epochs`, `input_size` ((rows,
            columns)), `flip`, `rotate`, `zoom`, `colour`, `schedule`, `patience`,
            `validate_every`, `loss_options`, `optimizer_options`; and `limit_train`,
            `limit_val`, `seed`, `mixed_precision`. `salzoo train --help` describes them;
            options are dicts.

    Returns:
        `Trained`. `trained["msinet"]["NSS"]` is a value of its table.

    Raises:
        InputError: an unknown keyword, an unusable value, unusable data, or the loss is no
            longer finite.

    Examples:
        >>> trained = salzoo.train(dataset="folder", data_dir="my_data", epochs=5)
        >>> print(trained)
    """
    for name, path in (("run_dir", run_dir), ("export", export)):
        if path is not None:
            check_folder(name, path)
    given = check_parameters({"model": model, "dataset": dataset, **parameters})
    folder = None if run_dir is None else str(run_dir)
    config = resumed_config(folder, given) if resume else new_config(given)
    folder = folder or free_run_dir(config)
    if not quiet:
        print("\n".join(describe_config(config)), flush=True)
    try:
        # One line an epoch in a log file, a progress bar on a terminal.
        verbose = 0 if quiet else 1 if sys.stdout.isatty() else 2
        result = run_training(config, folder, resume, verbose)
    except KeyboardInterrupt:
        if Run(folder).exists and not quiet:
            print(f"\nInterrupted. To resume: salzoo train --resume --run_dir {folder}")
        raise
    try:
        evaluations = evaluate_training(result, quiet)
    except InputError as error:
        raise InputError(
            f"{error} The training is kept. To evaluate it then: salzoo train --resume --run_dir "
            f"{result.run.folder}"
        ) from error
    exported = None if export is None else write_export(_open(result), export)
    return Trained(result.run, evaluations, exported)


def evaluate_training(result: TrainingResult, quiet: bool = False) -> list[Evaluation]:
    """Evaluate a training on its validation images; write metrics and picture into the run.

    The ground truth has the dataset's own sigma, whatever the network was trained on.

    Args:
        result: of the training.
        quiet: show no progress bar.

    Returns:
        Evaluations beside baselines: of objects and of fixations for a model of both tasks,
        else one.
    """
    config, run = result.config, result.run
    training = result.dataset.samples("train")
    validation = result.dataset.samples("val", config.limit_val)
    tasks = list(reversed(list(config.task)))
    evaluations: list[Evaluation] = []
    for task in tasks:
        samples = [sample for sample in validation if has_truth(sample, task)]
        if not samples:
            continue
        output = "fixation" if len(tasks) > 1 and task is Task.FIXATIONS else None
        network = Network(Predictor(_open(result, InferenceOptions(output=output))))
        evaluation = measure(
            {config.model: network},
            samples,
            dataset=config.dataset,
            split="val",
            task=task,
            metrics=METRICS[task],
            training=[sample for sample in training if has_truth(sample, task)],
            quiet=quiet,
        )
        stem = f"{task}_" if evaluations else ""
        _write_metrics(evaluation, run, stem)
        with whole_file(run.path(f"{stem}predictions.png")) as path:
            _draw(network, evenly(samples, IMAGES_SHOWN), task).save(path)
        evaluations.append(evaluation)
    return evaluations


def _open(result: TrainingResult, options: InferenceOptions | None = None) -> Opened:
    """Wrap the trained network, which is in memory."""
    return open_run(result.run, result.config, result.model, options or InferenceOptions())


def _write_metrics(evaluation: Evaluation, run: Run, stem: str) -> None:
    """Write the means as json and the values of each image as csv."""
    [convention] = evaluation.conventions
    means = {
        model: {metric: None if math.isnan(mean) else mean for metric, mean in by_metric.items()}
        for model, by_metric in evaluation.means()[convention].items()
    }
    summary = {"title": evaluation.title, "convention": convention, "means": means}
    write_json(run.path(f"{stem}metrics.json"), summary)
    evaluation.write_scores(run.path(f"{stem}metrics.csv"))


def _draw(network: Network, samples: list[Sample], task: Task) -> Image.Image:
    """Return a panel of image, ground truth and prediction of each sample."""
    rows = [
        (
            read_image(sample.image_path, exif=False),
            sample.mask if task is Task.OBJECTS else sample.density,
            network(sample),
        )
        for sample in samples
    ]
    return panel(rows, [os.path.basename(sample.image_path) for sample in samples])
