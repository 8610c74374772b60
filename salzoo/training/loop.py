"""Recipe + dataset + model = a run folder."""

import itertools
import os

import numpy as np
import tensorflow as tf

from salzoo.data.pipeline import name_damaged_files
from salzoo.data.sampling import Plan
from salzoo.data.validation import faults
from salzoo.training.batches import Batches, plan_of, target_kinds, usable
from salzoo.training.checkpoint import Bar, Progress, Watch, diverged
from salzoo.training.compiling import check_recipe, compiled_model
from salzoo.training.run import Run, start_weights
from salzoo.training.tensorboard import Board
from salzoo.utils.errors import InputError

__all__ = ["check_recipe", "train"]


def train(config, run_dir, resume=False, verbose="auto"):
    """Train a model and write its run folder.

    The result depends on the config alone: a run that was interrupted at any
    step and resumed ends with the same weights, bit for bit on CPUs of one
    kind, as one that was not.

    On CPUs this puts TensorFlow into its deterministic mode for the rest of the
    process.

    Args:
        config: `RunConfig`.
        run_dir: folder of the run; must not hold one yet unless resumed.
        resume: go on from the run's last saved step.
        verbose: as for keras's fit.

    Returns:
        `Run`.

    Raises:
        InputError: unusable data or config, or the loss is no longer finite.
    """
    check_recipe(config.model, config.recipe)
    run = Run(run_dir)
    if run.exists and not resume:
        raise InputError(f"{run.folder} holds a run already: add --resume or choose another.")
    resumed = os.path.exists(run.path("last.weights.h5"))
    # Refused now rather than after the data are read.
    start = None if resumed else config.init_from and start_weights(config.init_from)
    recipe = config.recipe
    loaded = [config.load(split, recipe.sigma) for split in ("train", "val")]
    training, validation = usable(config, loaded)
    plan = plan_of(config, training)
    training, validation = ([*itertools.chain(*loaded)] for loaded in (training, validation))
    for _, error in faults(training + validation, target_kinds(config)):
        raise error
    model = compiled_model(config, plan.steps, start, resumed)
    batches = Batches(config, model, training, plan)
    held_out = Batches(config, model, validation, Plan((len(validation),), recipe.batch_size))
    progress = Progress(run, model, batches.pipeline, recipe)
    if resume:
        progress.restore()
        if recipe.epochs < progress.epoch:
            raise InputError(
                f"--epochs {recipe.epochs}: {run.folder} has finished {progress.epoch:g} already."
            )
    run.write_config(config, resume)
    board = Board(run, config, validation)
    try:
        go_on = f" Then go on: salzoo train --resume --run_dir {run.folder}"
        with name_damaged_files(training + validation, go_on):
            _train_to_the_end(model, batches, held_out, progress, config, board, verbose)
    except tf.errors.ResourceExhaustedError as error:
        raise InputError(
            f"The memory is too small for --batch_size {recipe.batch_size} at --input_size "
            f"{recipe.input_size[0]}x{recipe.input_size[1]}; lower one of them."
        ) from error
    finally:
        board.close()
    return run


def _train_to_the_end(model, batches, held_out, progress, config, board, verbose):
    """Train until the run is finished; what stops that on the way loses no step."""
    try:
        if config.init_from and not (progress.steps or progress.history):
            _validate(model, held_out, progress, config, verbose)
        while not progress.finished:
            _train_until_validation(model, batches, held_out, progress, config, verbose)
            with progress.averages():  # as they were validated
                board.write(model, progress)
    except tf.errors.ResourceExhaustedError:  # perhaps in the middle of a step
        raise
    except (KeyboardInterrupt, tf.errors.OpError):
        progress.save_last()
        raise


def _train_until_validation(model, batches, held_out, progress, config, verbose):
    """Train what is left until the next validation, validate, and save."""
    first, end = progress.steps, progress.next_stop
    if first < end:
        if progress.metrics:  # keras makes their variables when they are first used
            model.evaluate(held_out.in_order(), steps=1, verbose=0)
        epoch, first_step = divmod(first, progress.steps_an_epoch)
        history = model.fit(
            batches.epoch(config, epoch, first_step).take(end - first),
            initial_epoch=epoch,
            epochs=epoch + 1,
            validation_data=held_out.in_order(),
            callbacks=[
                Watch(progress, config.seed),
                *([Bar(config.recipe.epochs)] if verbose else []),
            ],
            verbose=verbose,
            shuffle=False,
        )
        validation = {name: history.history[f"val_{name}"][-1] for name in progress.results}
        _end_of_validation(validation, progress, config)
    else:  # interrupted after the last step, before the validation was done
        progress.average()
        _validate(model, held_out, progress, config, verbose)


def _validate(model, held_out, progress, config, verbose):
    """Validate what is in the model now; a start that nothing beats stays the best."""
    validation = model.evaluate(held_out.in_order(), verbose=verbose, return_dict=True)
    progress.results = progress.results or dict.fromkeys(validation)
    _end_of_validation(validation, progress, config)


def _end_of_validation(validation, progress, config):
    if not np.isfinite(validation["loss"]):
        raise diverged(
            "validation loss", validation["loss"], progress, config.seed, progress.steps or 1
        )
    progress.end_of_validation(validation)
