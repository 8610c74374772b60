"""Training of a model on a dataset by a config, written to a run folder."""

import contextlib
import os
from dataclasses import dataclass, replace

import keras
import numpy as np
import tensorflow as tf

from salzoo.data.checked_files import check_files
from salzoo.data.dataset import Dataset
from salzoo.data.pipeline import name_damaged_files
from salzoo.data.sample import Sample
from salzoo.models import build_model, load_weights
from salzoo.training.batches import Batches, make_plan, trainable_samples
from salzoo.training.callbacks import EpochProgressBar, LogLines, Watch, divergence_error
from salzoo.training.checkpoint import Progress
from salzoo.training.compiling import check_recipe, compiled_model
from salzoo.training.config import RunConfig
from salzoo.training.devices import ONE_DEVICE, Devices, without_distribution
from salzoo.training.interruption import Interruption
from salzoo.training.run import Run, start_weights
from salzoo.training.tensorboard import Board
from salzoo.utils.backend import JAX
from salzoo.utils.errors import InputError
from salzoo.utils.tensorflow import check_process

__all__ = ["TrainingResult", "check_recipe", "train"]

# Value of `verbose` for outputs that are no terminals.
ONE_LINE_AN_EPOCH = 2


@dataclass(frozen=True)
class TrainingResult:
    """A finished training.

    Attributes:
        run: its folder.
        config: what was trained.
        dataset: the opened dataset, with its own sigma.
        model: float32 model with the weights of the best checkpoint.
    """

    run: Run
    config: RunConfig
    dataset: Dataset
    model: keras.Model


@dataclass
class _Session:
    """What the steps of one training share."""

    config: RunConfig
    model: keras.Model
    training: Batches
    validation: Batches
    progress: Progress
    board: Board | None
    devices: Devices
    verbose: str | int


def train(
    config: RunConfig,
    run_dir: str | os.PathLike[str],
    resume: bool = False,
    verbose: str | int = "auto",
    devices: Devices = ONE_DEVICE,
) -> TrainingResult:
    """Train a model and write its run folder.

    The result depends on the config alone: a run that was interrupted at any step and
    resumed has the same weights in the end, bit for bit on CPUs of one kind, as one that
    was not.

    On CPUs this sets TensorFlow to its deterministic mode for the rest of the process.

    Args:
        config: what to train.
        run_dir: folder of the run; must not hold one unless `resume`.
        resume: continue from the last checkpoint.
        verbose: as for `keras.Model.fit`; with 2 there are also lines about every minute.
        devices: that share the batches; a run may be resumed with another number of them.

    Raises:
        InputError: unusable data or config, or the loss is no longer finite.
    """
    check_process()
    _check_backend(config)
    check_recipe(config.model, config.recipe)
    run = Run(run_dir)
    if run.exists and not resume and devices.writes:
        raise run.occupied()
    resumed = os.path.exists(run.path("last.weights.h5"))
    # Checked before the data are read.
    start = None if resumed or not config.init_from else start_weights(config.init_from)
    dataset = config.open_dataset()
    parts, validation_parts = _load_samples(config, dataset)
    training, validation = _join(parts), _join(validation_parts)
    check_files(training + validation, config.task)
    plan = make_plan(config, parts, devices)
    with devices.scope():
        model = compiled_model(config, plan.steps, start, resumed)
    batches = Batches(config, model, training, plan)
    held_out = Batches(
        config, model, validation, replace(plan, counts=(len(validation),), weights=None)
    )
    progress = Progress(run, model, batches.pipeline, config.recipe, devices.writes)
    if resume:
        _restore(progress)
    shared = replace(config, data_dir=None, init_from=None)
    devices.check_same(repr((shared, progress.images(), progress.history, progress.steps)))
    if devices.writes:
        run.write_config(config, resume)
    board = Board(run, config, validation) if devices.writes else None
    session = _Session(config, model, batches, held_out, progress, board, devices, verbose)
    hint = f" Then resume: salzoo train --resume --run_dir {run.folder}"
    try:
        with name_damaged_files(training + validation, hint), devices.scope():
            _train_to_the_end(session)
    except (tf.errors.ResourceExhaustedError, RuntimeError) as error:
        if not _is_of_memory(error):
            raise
        raise _memory_error(config) from error
    finally:
        if board:
            board.close()
    best = _best_model(model, config, run) if devices.processes == 1 else model
    return TrainingResult(run, config, dataset, best)


def _check_backend(config: RunConfig) -> None:
    imported = keras.backend.backend()
    if config.backend != imported:
        raise InputError(
            f"`backend` is {config.backend}, and keras was imported with {imported}; set "
            f"KERAS_BACKEND={config.backend} before."
        )


def _restore(progress: Progress) -> None:
    """Read the last checkpoint, if there is one."""
    progress.restore()
    epochs = progress.recipe.epochs
    if epochs < progress.epoch:
        raise InputError(
            f"`epochs` {epochs}: {progress.run.folder} has finished {progress.epoch:g} already."
        )


def _load_samples(
    config: RunConfig, dataset: Dataset
) -> tuple[list[list[Sample]], list[list[Sample]]]:
    """Return the training and validation samples, a list for each dataset."""
    if config.recipe.sigma is not None:
        dataset = dataset.with_sigma(config.recipe.sigma)
    training = dataset.split("train", config.limit_train)
    validation = dataset.split("val", config.limit_val)
    return trainable_samples(config, training, validation)


def _is_of_memory(error: Exception) -> bool:
    """Return whether an error says that the memory is full; JAX has one kind for everything."""
    return isinstance(error, tf.errors.OpError) or "RESOURCE_EXHAUSTED" in str(error)


def _memory_error(config: RunConfig) -> InputError:
    rows, columns = config.recipe.input_size
    return InputError(
        f"The memory is too small for `batch_size` {config.recipe.batch_size} at `input_size` "
        f"{rows}x{columns}; lower one of them."
    )


def _join(parts: list[list[Sample]]) -> list[Sample]:
    return [sample for part in parts for sample in part]


def _best_model(model: keras.Model, config: RunConfig, run: Run) -> keras.Model:
    """Return a float32 model with the weights of the best checkpoint.

    Args:
        model: that was trained; its weights change.
        config: of the run.
        run: its folder.
    """
    if config.mixed_precision:  # its layers compute in bfloat16
        best = build_model(config.model, **config.model_options)
    else:  # shares the layers, without the optimizer
        best = keras.Model(model.input, model.output, name=model.name)
    load_weights(best, run.weights("best"))
    return best


def _train_to_the_end(session: _Session) -> None:
    """Train until the run is finished; an interruption loses no step."""
    progress = session.progress
    try:
        if session.config.init_from and not (progress.steps or progress.history):
            _validate(session)
        while not progress.finished:
            _train_until_validation(session)
            with progress.averages():  # the weights that were validated
                _write_board(session)
    except tf.errors.ResourceExhaustedError:  # perhaps in the middle of a step
        raise
    except (KeyboardInterrupt, tf.errors.OpError):
        progress.save_interrupted()
        raise


def _write_board(session: _Session) -> None:
    """Write losses and maps; one of several processes computes them with a model of its own."""
    if session.board is None:
        return
    model = session.model
    if session.devices.processes > 1:
        with without_distribution():
            model = build_model(session.config.model, **session.config.model_options)
            model.set_weights(session.model.get_weights())
    rate = keras.ops.convert_to_numpy(session.model.optimizer.learning_rate)
    session.board.write(model, session.progress, float(rate))


def _train_until_validation(session: _Session) -> None:
    """Train up to the next validation, validate, and save."""
    config, progress, validation_data = session.config, session.progress, session.validation
    first, end = progress.steps, progress.next_stop
    if first >= end:  # interrupted between the last step and the end of the validation
        progress.average()
        _validate(session)
        return
    if progress.metrics:  # Keras creates their variables when they are first used
        session.model.evaluate(validation_data.in_order(), steps=1, verbose=0)
    epoch, first_step = divmod(first, progress.steps_an_epoch)
    interruption = Interruption()
    callbacks: list[keras.callbacks.Callback] = [Watch(progress, config.seed, interruption)]
    if session.verbose:
        callbacks.append(EpochProgressBar(config.recipe.epochs))
    if session.verbose == ONE_LINE_AN_EPOCH:
        callbacks.append(LogLines(first, progress.steps_an_epoch * config.recipe.epochs))
    with interruption.after_steps() if config.backend == JAX else contextlib.nullcontext():
        history = session.model.fit(
            session.training.epoch(config, epoch, first_step).take(end - first),
            initial_epoch=epoch,
            epochs=epoch + 1,
            validation_data=validation_data.in_order(),
            callbacks=callbacks,
            verbose=session.verbose,
            shuffle=False,
        )
    _end_validation(
        session, {name: history.history[f"val_{name}"][-1] for name in progress.results}
    )


def _validate(session: _Session) -> None:
    """Validate the current weights; the initial ones stay the best if no later ones are better."""
    results = session.model.evaluate(
        session.validation.in_order(), verbose=session.verbose, return_dict=True
    )
    names = session.model.get_metrics_result()  # JAX sorts those of `evaluate`
    session.progress.results = session.progress.results or dict.fromkeys(names)
    _end_validation(session, results)


def _end_validation(session: _Session, results: dict[str, float]) -> None:
    progress = session.progress
    if not np.isfinite(results["loss"]):
        step = progress.steps or 1
        raise divergence_error(
            "validation loss", results["loss"], progress, session.config.seed, step
        )
    progress.end_of_validation(results)
