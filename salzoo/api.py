"""The functions of `import salzoo`, in one place; what they need is imported on first use."""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salzoo.utils.errors import InputError
from salzoo.utils.files import check_folder

if TYPE_CHECKING:
    from salzoo.data.dataset import load_dataset, open_dataset
    from salzoo.data.datasets import list_datasets
    from salzoo.evaluation import Evaluation, evaluate
    from salzoo.models import build_model, list_models
    from salzoo.prediction.arrays import predict
    from salzoo.prediction.batch import predict_batch
    from salzoo.prediction.opening import Opened
    from salzoo.prediction.predictor import load_model
    from salzoo.training.config import RunConfig
    from salzoo.training.devices import Devices
    from salzoo.training.loop import TrainingResult
    from salzoo.training.processes import Place
    from salzoo.training.run import Run

__all__ = [
    "InputError",
    "build_model",
    "evaluate",
    "list_datasets",
    "list_models",
    "load_dataset",
    "load_model",
    "open_dataset",
    "predict",
    "predict_batch",
    "train",
]

# Functions of other modules: `salzoo --help` must not wait until TensorFlow is imported.
_ELSEWHERE = {
    "build_model": "salzoo.models",
    "evaluate": "salzoo.evaluation",
    "list_datasets": "salzoo.data.datasets",
    "list_models": "salzoo.models",
    "load_dataset": "salzoo.data.dataset",
    "load_model": "salzoo.prediction.predictor",
    "open_dataset": "salzoo.data.dataset",
    "predict": "salzoo.prediction.arrays",
    "predict_batch": "salzoo.prediction.batch",
}


def __getattr__(name: str) -> Any:
    if name in _ELSEWHERE:
        return getattr(importlib.import_module(_ELSEWHERE[name]), name)
    raise AttributeError(f"module 'salzoo.api' has no attribute '{name}'")


@dataclass
class TrainingSummary:
    """A trained model: `print` shows the tables and paths with which `salzoo train` ends.

    Attributes:
        run: the run; every function of salzoo takes its `folder` as a model.
        evaluations: of the model on the validation images, beside baselines; two for a
            model of objects and fixations, else one.
        export: folder of the exported model, or None.
    """

    run: Run
    evaluations: list[Evaluation]
    export: str | None = None

    @property
    def folder(self) -> str:
        """The folder of the run."""
        return self.run.folder

    def __getitem__(self, model: str) -> dict[str, Any]:
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
    run_dir: str | os.PathLike[str] | None = None,
    resume: bool = False,
    devices: int | str | None = None,
    distributed: Place | None = None,
    export: str | os.PathLike[str] | None = None,
    quiet: bool = False,
    **parameters: Any,
) -> TrainingSummary:
    """Train a model with its recipe, evaluate it and draw some of its predictions.

    The same as `salzoo train`; parameters have the names of its flags and the same
    defaults. On CPUs this sets TensorFlow to its deterministic mode for the rest of the
    process.

    Args:
        model: name, see `salzoo.list_models`. None: that of the run in `init_from`; else
            "msinet", or on the dataset "folder" "msinet_lite", whose pretrained weights are
            fine-tuned.
        dataset: name, see `salzoo.list_datasets`, several as "a+b". None: "synthetic".
        run_dir: folder to write. None: runs/MODEL-DATASET-NNN.
        resume: resume the run in `run_dir`.
        devices: number of GPUs that share each batch, or "all". None: one device. A run may be
            resumed with another number.
        distributed: place of this process among several that train together with the backend jax,
            from `salzoo.training.processes.find_place`. All but the first one return a summary
            without evaluations.
        export: folder to export the trained model to as well.
        quiet: print nothing.
        **parameters: of the dataset `data_dir`, `protocol`, `sigma`, `mix` and
            `dataset_options` (a dict); of the model `model_options` (a dict) and `fit_mode`;
            of the initial weights `init_from` (a run, a model with pretrained weights,
            released weights or "none") and `backbone_weights`; of the recipe `loss`, `optimizer`,
            `learning_rate`, `schedule`, `batch_size`, `epochs`, `input_size` ((rows,
            columns)), `flip`, `rotate`, `zoom`, `colour`, `patience`, `validate_every`,
            `loss_options` and `optimizer_options` (dicts); `limit_train`, `limit_val`,
            `seed`, `mixed_precision` and `backend` ("tensorflow" or "jax"). `salzoo train --help`
            describes them.

    Returns:
        `TrainingSummary`. `print` shows the tables; `summary["msinet"]["NSS"]` is a value.

    Raises:
        InputError: an unknown parameter, an unusable value, unusable data, or the loss is
            no longer finite.

    Examples:
        >>> summary = salzoo.train("msinet", "osie", data_dir="data/osie", epochs=3)
        >>> salzoo.predict("photo.jpg", summary.folder)
    """
    for name, path in (("run_dir", run_dir), ("export", export)):
        if path is not None:
            check_folder(name, path)
    named = {"model": model, "dataset": dataset, **parameters}
    from salzoo.training.launch import launched

    with launched(named, run_dir, resume, devices, distributed) as (config, folder, found):
        quiet = quiet or not found.writes
        if not quiet:
            _describe(config, found)
        result = _train(config, folder, resume, quiet, found)
    if not found.writes:
        return TrainingSummary(result.run, [])
    return _finish(result, export, quiet)


def _describe(config: RunConfig, devices: Devices) -> None:
    from salzoo.training.config import describe_config

    lines = describe_config(config) + devices.describe(config.recipe.batch_size)
    print("\n".join(lines), flush=True)


def _train(
    config: RunConfig,
    folder: str | os.PathLike[str],
    resume: bool,
    quiet: bool,
    devices: Devices,
) -> TrainingResult:
    """Train; print how to resume if the training is interrupted."""
    from salzoo.training import loop
    from salzoo.training.run import Run

    # A log file gets a line per epoch, a terminal a progress bar.
    verbose = 0 if quiet else 1 if sys.stdout.isatty() else 2
    try:
        return loop.train(config, folder, resume, verbose, devices)
    except KeyboardInterrupt:
        if Run(folder).exists and not quiet:
            print(f"\nInterrupted. To resume: salzoo train --resume --run_dir {folder}")
        raise


def _finish(
    result: TrainingResult, export: str | os.PathLike[str] | None, quiet: bool
) -> TrainingSummary:
    """Evaluate and export a trained model; tell how to repeat it if that fails."""
    complete = "The training is complete. To evaluate it: salzoo train --resume --run_dir"
    try:
        evaluations, exported = _report_and_export(result, export, quiet)
    except InputError as error:
        raise InputError(f"{error} {complete} {result.run.folder}") from error
    except KeyboardInterrupt:
        if not quiet:
            print(f"\nInterrupted. {complete} {result.run.folder}")
        raise
    return TrainingSummary(result.run, evaluations, exported)


def _report_and_export(
    result: TrainingResult, export: str | os.PathLike[str] | None, quiet: bool
) -> tuple[list[Evaluation], str | None]:
    """Evaluate and export a trained model; with JAX in a process of its own."""
    if result.config.backend == "tensorflow":
        evaluations = report_training(result, quiet)
        return evaluations, None if export is None else _export(result, export)
    from salzoo.evaluation.worker_pool import results

    os.environ["KERAS_BACKEND"] = "tensorflow"  # of the other process
    try:
        task = (result.run.folder, export, quiet)
        ((_, finished),) = results(_finish_elsewhere, [(None, task)], jobs=2)
    finally:
        os.environ["KERAS_BACKEND"] = result.config.backend
    return finished


def _finish_elsewhere(
    folder: str, export: str | os.PathLike[str] | None, quiet: bool
) -> tuple[list[Evaluation], str | None]:
    """Evaluate and export the trained model of a run by TensorFlow."""
    from salzoo.utils.tensorflow import load_tensorflow

    load_tensorflow()
    from salzoo.training.loop import TrainingResult
    from salzoo.training.run import Run

    run = Run(folder)
    result = TrainingResult(run, run.config, run.config.open_dataset(), run.load_model())
    evaluations = report_training(result, quiet)
    return evaluations, None if export is None else _export(result, export)


def report_training(result: TrainingResult, quiet: bool = False) -> list[Evaluation]:
    """Evaluate a trained model on its validation images; write the files into its run folder.

    Args:
        result: of `salzoo.training.loop.train`, whose dataset and model are used.
        quiet: show no progress bar.

    Returns:
        An evaluation for each task of the model, the main one first.
    """
    from salzoo.evaluation.validation_report import write_validation_report
    from salzoo.prediction.predictor import Predictor
    from salzoo.utils.task import Task

    tasks = tuple(reversed(tuple(result.config.task)))
    predictors = {}
    for task in tasks:
        output = "fixation" if len(tasks) > 1 and task is Task.FIXATIONS else None
        predictors[task] = Predictor.from_opened(_open(result, output))
    return write_validation_report(
        predictors,
        result.dataset,
        result.run.folder,
        limit=result.config.limit_val,
        quiet=quiet,
    )


def _export(result: TrainingResult, folder: str | os.PathLike[str]) -> str:
    from salzoo.export import export_opened

    return export_opened(_open(result), folder)


def _open(result: TrainingResult, output: str | None = None) -> Opened:
    """Open the trained model in memory, as `open_source` opens its run folder."""
    from salzoo.prediction.opening import open_run
    from salzoo.prediction.options import InferenceOptions

    return open_run(result.run, InferenceOptions(output=output), result.model)
