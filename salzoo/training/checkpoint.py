"""How far a run is, and how it is saved and resumed."""

import contextlib
import csv
import hashlib
import json
import logging
import os
import time

import h5py
import keras
import numpy as np

from salzoo.training.run import load_weights
from salzoo.utils.errors import InputError
from salzoo.utils.files import whole_file

LOG = logging.getLogger("salzoo")

# An interrupted epoch loses at most this much work.
SAVE_EVERY_SECONDS = 600


def diverged(what, value, progress, seed, step):
    """Return the error for a loss that is not finite after a step."""
    epoch, before = divmod(step - 1, progress.steps_an_epoch)
    names = ", ".join(progress.pipeline.names(seed, epoch, before))
    return InputError(
        f"The {what} is {value} at epoch {epoch + 1}, step {before + 1}, with the images "
        f"{names}; lower --learning_rate or look at these images."
    )


class Progress:
    """How far a run is, kept in last.weights.h5 beside the weights.

    One file is replaced at once, so weights, optimizer and history never
    disagree, whenever the process dies.

    Args:
        run: `Run`. model: compiled. pipeline: of the training images. recipe: `Recipe`.
    """

    def __init__(self, run, model, pipeline, recipe):
        self.run = run
        self.model = model
        self.pipeline = pipeline
        self.recipe = recipe
        self.history = []  # a row for each validation
        self.results = {}  # loss and metrics of the steps since then
        self.metrics = []  # and the state of the metrics that gave them
        self.training = False  # whether the model's metrics are in that state
        self.raw = None  # the weights that are trained, while their averages are in the model
        self.saved_at = time.monotonic()

    @property
    def steps_an_epoch(self):
        """Steps of an epoch."""
        return self.pipeline.plan.steps

    @property
    def steps(self):
        """Steps done since the beginning."""
        return int(self.model.optimizer.iterations)

    @property
    def validated(self):
        """Steps that the last validation came after."""
        return self.history[-1]["step"] if self.history else 0

    @property
    def epoch(self):
        """Epochs done and validated; not a whole number where validations come between."""
        return self.validated / self.steps_an_epoch

    @property
    def next_stop(self):
        """The step after which comes the next validation."""
        every = self.recipe.validate_every or self.steps_an_epoch
        ends = ((self.validated // length + 1) * length for length in (every, self.steps_an_epoch))
        return min(ends)

    @property
    def finished(self):
        """Whether all epochs are done, or the validation loss has not fallen for too long."""
        if self.epoch >= self.recipe.epochs:
            return True
        losses = [row["val_loss"] for row in self.history]
        patience = self.recipe.patience
        if patience is None or not losses:
            return False
        waited = len(losses) - 1 - int(np.argmin(losses))
        if waited >= patience:
            LOG.info("Stopped: %d validations without a lower loss.", waited)
        return waited >= patience

    def begin(self):
        """Go on with the metrics where they were left."""
        if self.metrics:
            for variable, value in zip(self.model.metrics_variables, self.metrics, strict=True):
                variable.assign(value)
        self.training = True

    def end(self):
        """Keep what the metrics say of the training: the validation needs them now."""
        self._read_metrics()
        self.training = False

    def average(self):
        """Put the averages of the weights into the model, where the optimizer keeps any.

        They are what is validated and saved as the best; training goes on with the
        weights themselves.
        """
        optimizer = self.model.optimizer
        if optimizer.use_ema and self.raw is None:
            weights = self.model.trainable_variables
            self.raw = [weight.numpy() for weight in weights]
            optimizer.finalize_variable_values(weights)

    @contextlib.contextmanager
    def averages(self):
        """Have the averages in the model for a while."""
        self.average()
        yield
        self._end_average()

    def _end_average(self):
        if self.raw is not None:
            for weight, raw in zip(self.model.trainable_variables, self.raw, strict=True):
                weight.assign(raw)
            self.raw = None

    def _read_metrics(self):
        results = self.model.get_metrics_result()
        self.results = {name: float(value) for name, value in results.items()}
        self.metrics = [variable.numpy().tolist() for variable in self.model.metrics_variables]

    def end_of_validation(self, validation):
        """Add a row to the history and write all files."""
        epochs, rest = divmod(self.steps, self.steps_an_epoch)
        epoch = self.steps / self.steps_an_epoch if rest else epochs
        row = {"epoch": epoch, "step": self.steps, **self.results}
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
        """Write last.weights.h5."""
        self._end_average()
        if self.training:
            self._read_metrics()
        progress = {
            "history": self.history,
            "results": self.results,
            "metrics": self.metrics,
            "random": [variable.numpy().tolist() for variable in self._random_states()],
            "images": self._images(),
        }
        with whole_file(self.run.path("last.weights.h5")) as path:
            self.model.save_weights(path)
            with h5py.File(path, "r+") as file:
                file["progress"] = json.dumps(progress)
        self.saved_at = time.monotonic()

    def _random_states(self):
        """Return what Dropout draws from, which Keras saves with no weights."""
        weights = {id(weight) for weight in self.model.weights}
        return [variable for variable in self.model.variables if id(variable) not in weights]

    def _images(self):
        """Return what tells whether the training images are the same: count and hash of names."""
        names = "\n".join(os.path.basename(path) for path in self.pipeline.paths)
        return [len(self.pipeline.paths), hashlib.sha256(names.encode()).hexdigest()]

    def restore(self):
        """Read last.weights.h5, if anything was saved."""
        path = self.run.path("last.weights.h5")
        if not os.path.exists(path):
            return
        load_weights(self.model, path)
        with h5py.File(path, "r") as file:
            if "progress" not in file:
                raise InputError(f"{path} was not written by a training; it cannot be resumed.")
            progress = json.loads(file["progress"].asstr()[()])
        if not {"history", "results", "metrics", "random", "images"} <= progress.keys():
            raise InputError(
                f"{path} was written by another version of salzoo; start anew with --init_from "
                f"{self.run.folder}."
            )
        if progress["images"] != self._images():
            raise InputError(
                f"{self.run.folder} was begun with other training images than the data now "
                f"give; restore them, or start anew with --init_from {self.run.folder}."
            )
        self.history = progress["history"]
        self.results, self.metrics = progress["results"], progress["metrics"]
        for variable, value in zip(self._random_states(), progress["random"], strict=True):
            variable.assign(value)


class Bar(keras.callbacks.ProgbarLogger):
    """Keras' progress bar, which knows of one epoch at a time, counting those of the run."""

    def __init__(self, epochs):
        super().__init__()
        self.of = epochs

    def set_params(self, params):
        super().set_params({**params, "epochs": self.of})


class Watch(keras.callbacks.Callback):
    """Keeps the metrics, saves now and then, stops when the loss is not finite."""

    def __init__(self, progress, seed):
        super().__init__()
        self.progress = progress
        self.seed = seed
        self.first, self.end = progress.steps, progress.next_stop

    def on_epoch_begin(self, epoch, logs=None):
        self.progress.begin()

    def on_train_batch_end(self, batch, logs=None):
        progress = self.progress
        done = self.first + batch + 1
        if not np.isfinite(logs["loss"]):
            raise diverged("loss", logs["loss"], progress, self.seed, done)
        if done < self.end and time.monotonic() - progress.saved_at > SAVE_EVERY_SECONDS:
            progress.save_last()

    def on_test_begin(self, logs=None):
        self.progress.end()
        self.progress.average()
