"""Recipe + dataset + model = a run folder."""

import csv
import hashlib
import json
import os
import time

import h5py
import keras
import numpy as np
import tensorflow as tf

from salzoo.data.mixture import chain
from salzoo.data.pipeline import Pipeline, explained
from salzoo.data.plan import Plan
from salzoo.data.sample import evenly
from salzoo.errors import InputError, unknown_name
from salzoo.files import whole_file
from salzoo.losses import LOSSES
from salzoo.metrics.in_fit import metrics_in_fit
from salzoo.models import build_model, model_record
from salzoo.pictures import panel
from salzoo.runs import Run, load_weights

# An interrupted epoch loses at most this much work.
SAVE_EVERY_SECONDS = 600
BOARD_IMAGES = 4


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
    check_recipe(config.recipe)
    run = Run(run_dir)
    if run.exists and not resume:
        raise InputError(f"{run.folder} holds a run already: add --resume or choose another.")
    resumed = os.path.exists(run.path("last.weights.h5"))
    # Refused now rather than after the data are read.
    start = None if resumed else config.init_from and Run(config.init_from).weights()
    geometry, recipe = config.geometry, config.recipe
    training, validation = (config.load(split, recipe.sigma) for split in ("train", "val"))
    plan = Plan(tuple(map(len, training)), recipe.batch_size, config.mix)
    training, validation = chain(training), chain(validation)
    model = _build(config, start, resumed)
    batches = Pipeline(training, geometry, plan)
    held_out = Pipeline(validation, geometry, recipe.batch_size)
    progress = _Progress(run, model, batches)
    if resume:
        progress.restore()
        if recipe.epochs < progress.epoch:
            raise InputError(
                f"--epochs {recipe.epochs}: {run.folder} has finished {progress.epoch} already."
            )
    run.write_config(config, resume)
    board = _Board(run, held_out)
    try:
        with explained(training + validation):
            while progress.epoch < recipe.epochs:
                _train_epoch(model, batches, held_out, progress, config, verbose)
                board.write(model, progress)
    except KeyboardInterrupt:
        progress.save_last()
        raise
    except tf.errors.ResourceExhaustedError as error:
        raise InputError(
            f"The memory is too small for --batch_size {recipe.batch_size} at --input_size "
            f"{recipe.input_size[0]}x{recipe.input_size[1]}; lower one of them."
        ) from error
    finally:
        board.close()
    return run


def check_recipe(recipe):
    """Raise InputError for a loss or optimizer that there is not."""
    if recipe.loss not in LOSSES:
        raise unknown_name("--loss", recipe.loss, LOSSES)
    try:
        _optimizer(recipe)
    except (ValueError, TypeError, KeyError) as error:
        optimizers = [
            name.lower()
            for name, kind in vars(keras.optimizers).items()
            if isinstance(kind, type) and name not in ("Optimizer", "LossScaleOptimizer")
        ]
        raise unknown_name("--optimizer", recipe.optimizer, optimizers) from error


def _optimizer(recipe):
    config = {"learning_rate": recipe.learning_rate}
    return keras.optimizers.get({"class_name": recipe.optimizer, "config": config})


def _build(config, start, resumed):
    """Build and compile the model with its seeded random start.

    A resumed run gets its weights from its own file, not from anybody else's.
    """
    keras.utils.set_random_seed(config.seed)
    if not tf.config.list_physical_devices("GPU"):
        tf.config.experimental.enable_op_determinism()
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if config.mixed_precision else "float32")
    try:
        weights = config.recipe.backbone_weights
        weights = None if resumed or start or weights == "none" else weights
        model = build_model(config.model, **config.options, backbone_weights=weights)
        if start:
            load_weights(model, start)
    finally:
        keras.config.set_dtype_policy(policy)
    optimizer = _optimizer(config.recipe)
    # XLA is slower than TensorFlow's own kernels on CPUs.
    metrics = metrics_in_fit(model_record(config.model).task)
    model.compile(optimizer, LOSSES[config.recipe.loss](), metrics=metrics, jit_compile=False)
    optimizer.build(model.trainable_variables)
    return model


def _train_epoch(model, batches, held_out, progress, config, verbose):
    """Train what is left of the current epoch, validate, and save."""
    epoch, first_step = progress.epoch, progress.step
    if first_step < batches.plan.steps:
        if progress.metrics:  # keras makes their variables when they are first used
            model.evaluate(held_out.in_order(), steps=1, verbose=0)
        history = model.fit(
            batches.epoch(config.seed, epoch, config.recipe.flip, first_step),
            initial_epoch=epoch,
            epochs=epoch + 1,
            validation_data=held_out.in_order(),
            callbacks=[_Watch(progress, config.seed)],
            verbose=verbose,
            shuffle=False,
        )
        validation = {name: history.history[f"val_{name}"][-1] for name in progress.results}
    else:  # interrupted after the last step, before the validation was done
        validation = model.evaluate(held_out.in_order(), verbose=verbose, return_dict=True)
    if not np.isfinite(validation["loss"]):
        raise _diverged(
            "validation loss", validation["loss"], progress, config.seed, batches.plan.steps
        )
    progress.end_epoch(validation)


def _diverged(what, value, progress, seed, step):
    names = ", ".join(progress.batches.names(seed, progress.epoch, step - 1))
    return InputError(
        f"The {what} is {value} at epoch {progress.epoch + 1}, step {step}, with the images "
        f"{names}; lower --learning_rate or look at these images."
    )


class _Progress:
    """How far a run is, kept in last.weights.h5 beside the weights.

    One file is replaced at once, so weights, optimizer and history never
    disagree, whenever the process dies.
    """

    def __init__(self, run, model, batches):
        self.run = run
        self.model = model
        self.batches = batches
        self.history = []  # a row an epoch
        self.results = {}  # loss and metrics of the current epoch's steps so far
        self.metrics = []  # and the state of the metrics that gave them
        self.training = False  # whether the model's metrics are in that state
        self.saved_at = time.monotonic()

    @property
    def epoch(self):
        return len(self.history)

    @property
    def step(self):
        """Steps done in the current epoch."""
        return int(self.model.optimizer.iterations) - self.epoch * self.batches.plan.steps

    def begin(self):
        """Go on with the metrics of an epoch where they were left."""
        if self.metrics:
            for variable, value in zip(self.model.metrics_variables, self.metrics, strict=True):
                variable.assign(value)
        self.training = True

    def end(self):
        """Keep what the metrics say of the training: the validation needs them now."""
        self._read_metrics()
        self.training = False

    def _read_metrics(self):
        results = self.model.get_metrics_result()
        self.results = {name: float(value) for name, value in results.items()}
        self.metrics = [variable.numpy().tolist() for variable in self.model.metrics_variables]

    def end_epoch(self, validation):
        row = {"epoch": self.epoch + 1, **self.results}
        row |= {f"val_{name}": float(validation[name]) for name in self.results}
        history = [*self.history, row]
        if row["val_loss"] == min(each["val_loss"] for each in history):
            # A twin without optimizer, so that the file holds the weights alone.
            twin = keras.Model(self.model.inputs, self.model.outputs, name=self.model.name)
            with whole_file(self.run.path("best.weights.h5")) as path:
                twin.save_weights(path)
        with whole_file(self.run.path("history.csv")) as path, open(path, "w") as file:
            table = csv.DictWriter(file, row, lineterminator="\n")
            table.writeheader()
            table.writerows(history)
        # Last of all: interrupted before this, the validation is done again.
        self.history, self.results, self.metrics = history, {}, []
        self.save_last()

    def save_last(self):
        if self.training:
            self._read_metrics()
        progress = {
            "history": self.history,
            "results": self.results,
            "metrics": self.metrics,
            "images": self._images(),
        }
        with whole_file(self.run.path("last.weights.h5")) as path:
            self.model.save_weights(path)
            with h5py.File(path, "r+") as file:
                file["progress"] = json.dumps(progress)
        self.saved_at = time.monotonic()

    def _images(self):
        """Return what tells whether the training images are the same: count and hash of names."""
        names = "\n".join(os.path.basename(path) for path in self.batches.paths)
        return [len(self.batches.paths), hashlib.sha256(names.encode()).hexdigest()]

    def restore(self):
        path = self.run.path("last.weights.h5")
        if not os.path.exists(path):
            return  # interrupted before anything was saved
        load_weights(self.model, path)
        with h5py.File(path, "r") as file:
            if "progress" not in file:
                raise InputError(f"{path} was not written by a training; it cannot be resumed.")
            progress = json.loads(file["progress"].asstr()[()])
        if progress["images"] != self._images():
            raise InputError(
                f"{self.run.folder} was begun with other training images than the data now "
                f"give; restore them, or start anew with --init_from {self.run.folder}."
            )
        self.history = progress["history"]
        self.results, self.metrics = progress["results"], progress["metrics"]


class _Watch(keras.callbacks.Callback):
    """Keeps the metrics, saves now and then, stops when the loss is not finite."""

    def __init__(self, progress, seed):
        super().__init__()
        self.progress = progress
        self.seed = seed
        self.first_step = progress.step

    def on_epoch_begin(self, epoch, logs=None):
        self.progress.begin()

    def on_train_batch_end(self, batch, logs=None):
        progress = self.progress
        done, steps = self.first_step + batch + 1, progress.batches.plan.steps
        if not np.isfinite(logs["loss"]):
            raise _diverged("loss", logs["loss"], progress, self.seed, done)
        if done < steps and time.monotonic() - progress.saved_at > SAVE_EVERY_SECONDS:
            progress.save_last()

    def on_test_begin(self, logs=None):
        self.progress.end()


class _Board:
    """Losses, metrics and maps for TensorBoard."""

    def __init__(self, run, held_out):
        self.writers = {
            split: tf.summary.create_file_writer(run.path(f"tensorboard/{split}"))
            for split in ("train", "val")
        }
        samples = evenly(held_out.samples, BOARD_IMAGES)
        shown = Pipeline(samples, held_out.geometry, cache="nothing")
        self.examples = [(image[0], target[0]) for image, target in shown.in_order()]

    def write(self, model, progress):
        row = progress.history[-1]
        for name, value in row.items():
            split = "val" if name.startswith("val_") else "train"
            if name != "epoch":
                with self.writers[split].as_default(step=row["epoch"]):
                    tf.summary.scalar(name.removeprefix("val_"), value)
        with self.writers["train"].as_default(step=row["epoch"]):
            tf.summary.scalar("learning_rate", float(model.optimizer.learning_rate))
        with self.writers["val"].as_default(step=row["epoch"]):
            for number, (image, target) in enumerate(self.examples):
                saliency = model(image[None], training=False)[0, ..., 0]
                picture = panel([(image.numpy(), target[..., 0].numpy(), saliency.numpy())])
                tf.summary.image(f"image_truth_prediction/{number}", np.asarray(picture)[None])
        for writer in self.writers.values():
            writer.flush()

    def close(self):
        for writer in self.writers.values():
            writer.close()
