"""The progress of a run: its checkpoints, history and resumption."""

import contextlib
import csv
import hashlib
import logging
import math
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras
import numpy as np

from salzoo.data.pipeline import Pipeline
from salzoo.models import load_weights
from salzoo.models.record import Recipe
from salzoo.training.devices import without_distribution
from salzoo.training.run import Run
from salzoo.training.stored_progress import (
    StoredProgress,
    assign_all,
    read_progress,
    write_progress,
)
from salzoo.utils.backend import JAX
from salzoo.utils.errors import InputError
from salzoo.utils.files import check_space, whole_file
from salzoo.utils.wording import counted

LOG = logging.getLogger("salzoo")


class Progress:
    """The progress of a run, saved in last.weights.h5 with the weights.

    This one file is replaced atomically, so that weights, optimizer and history are
    consistent whenever the process is killed.

    Args:
        run: its folder.
        model: compiled.
        pipeline: of the training images.
        recipe: of the training.
        writes: whether this process writes the files, which one of several does.
    """

    def __init__(
        self,
        run: Run,
        model: keras.Model,
        pipeline: Pipeline,
        recipe: Recipe,
        writes: bool = True,
    ) -> None:
        self.run = run
        self.writes = writes
        self.model = model
        self.pipeline = pipeline
        self.recipe = recipe
        self.history: list[dict[str, Any]] = []  # a row for each validation
        # Loss and metrics of the steps since then, None without any steps.
        self.results: dict[str, Any] = {}
        self.metrics: list[Any] = []  # the values of the metrics' variables behind these results
        self.training = False  # whether the model's metrics are those of the training
        # The trained weights, while their moving averages are in the model.
        self.raw: list[np.ndarray] | None = None
        self.saved_at = time.monotonic()

    @property
    def steps_an_epoch(self) -> int:
        """Number of steps of an epoch."""
        return self.pipeline.plan.steps

    @property
    def steps(self) -> int:
        """Number of steps since the start of the run."""
        return int(self.model.optimizer.iterations.numpy())

    @property
    def validated(self) -> int:
        """Number of steps before the last validation."""
        return int(self.history[-1]["step"]) if self.history else 0

    @property
    def epoch(self) -> float:
        """Number of epochs before the last validation, not whole in the middle of an epoch."""
        return self.validated / self.steps_an_epoch

    @property
    def next_stop(self) -> int:
        """Number of steps before the next validation."""
        every = self.recipe.validate_every or self.steps_an_epoch
        ends = ((self.validated // length + 1) * length for length in (every, self.steps_an_epoch))
        return min(ends)

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or early stopping applies."""
        if self.epoch >= self.recipe.epochs:
            return True
        losses = [row["val_loss"] for row in self.history]
        patience = self.recipe.patience
        if patience is None or not losses:
            return False
        waited = len(losses) - 1 - int(np.argmin(losses))
        if waited >= patience:
            LOG.info("Early stopping: %s without a lower loss.", counted(waited, "validation"))
        return waited >= patience

    def synchronise(self) -> None:
        """Put the state of a running `fit` into the model, where JAX keeps it outside."""
        if keras.backend.backend() == JAX:
            self.model.jax_state_sync()

    def begin(self) -> None:
        """Restore the metrics of the training."""
        if self.metrics:
            path = self.run.path("last.weights.h5")
            assign_all(path, "metrics", self.metrics, self.model.metrics_variables)
        self.training = True

    def metric_values(self) -> list[np.ndarray]:
        """Return the values of the metrics' variables, which are sums over images."""
        self.synchronise()
        return [variable.numpy() for variable in self.model.metrics_variables]

    def leave_out_filling(self, before: Sequence[np.ndarray]) -> None:
        """Make the last batch of an epoch count as many images in the metrics as it draws.

        Args:
            before: `metric_values` before that batch.
        """
        after = self.metric_values()
        if len(before) < len(after):  # Keras has created them in this step
            before = [np.zeros_like(values) for values in after]
        for variable, old, new in zip(self.model.metrics_variables, before, after, strict=True):
            variable.assign(old + (new - old) / np.float32(self.pipeline.plan.fill))

    def end(self) -> None:
        """Save the metrics of the training, before the validation resets them."""
        self._read_metrics()
        self.training = False

    def average(self) -> None:
        """Put the moving averages of the weights into the model, if the optimizer has them.

        These are validated and saved as the best checkpoint; training continues with the
        weights themselves.
        """
        optimizer = self.model.optimizer
        if optimizer.use_ema and self.raw is None:
            weights = self.model.trainable_variables
            self.raw = [weight.numpy() for weight in weights]
            optimizer.finalize_variable_values(weights)
            for weight in weights:  # on JAX two variables share their memory then
                weight.assign(keras.ops.copy(weight))

    @contextlib.contextmanager
    def averages(self) -> Iterator[None]:
        """Provide a context in which the model has the moving averages of its weights."""
        self.average()
        yield
        self._end_average()

    def _end_average(self) -> None:
        if self.raw is not None:
            for weight, raw in zip(self.model.trainable_variables, self.raw, strict=True):
                weight.assign(raw)
            self.raw = None

    def _read_metrics(self) -> None:
        results = self.model.get_metrics_result()
        self.results = {name: float(value) for name, value in results.items()}
        self.metrics = [values.tolist() for values in self.metric_values()]

    def end_of_validation(self, validation: Mapping[str, float]) -> None:
        """Add a row to the history and write the checkpoints.

        Args:
            validation: loss and metrics of the validation by name.
        """
        epochs, rest = divmod(self.steps, self.steps_an_epoch)
        epoch = self.steps / self.steps_an_epoch if rest else epochs
        row = {"epoch": epoch, "step": self.steps, **self.results}
        row |= {f"val_{name}": float(validation[name]) for name in self.results}
        history = [*self.history, row]
        if self.writes:
            with without_distribution():
                self._write_validation(history)
        # Last of all: if interrupted before this, the validation is repeated.
        self.history, self.results, self.metrics = history, {}, []
        self.save_last()

    def _write_validation(self, history: Sequence[dict[str, Any]]) -> None:
        """Write history.csv, and the best checkpoint if the last row is the best."""
        row = history[-1]
        if row["val_loss"] == min(previous["val_loss"] for previous in history):
            # A model without optimizer, so that the file holds the weights alone.
            twin = keras.Model(self.model.inputs, self.model.outputs, name=self.model.name)
            with whole_file(self._checked_path("best.weights.h5", twin.weights)) as path:
                twin.save_weights(path)
        with whole_file(self.run.path("history.csv")) as path, open(path, "w") as file:
            table = csv.DictWriter(file, row, lineterminator="\n")
            table.writeheader()
            table.writerows(history)

    def save_last(self) -> None:
        """Write last.weights.h5."""
        self.synchronise()
        self._end_average()
        if not self.writes:
            return
        if self.training:
            self._read_metrics()
        random = [variable.numpy().tolist() for variable in self._random_states()]
        progress = StoredProgress(self.history, self.results, self.metrics, random, self.images())
        variables = [*self.model.weights, *self.model.optimizer.variables]
        path = self._checked_path("last.weights.h5", variables)
        # Keras makes variables to save others.
        with whole_file(path) as path, without_distribution():
            self.model.save_weights(path)
            write_progress(progress, path)
        self.saved_at = time.monotonic()

    def save_interrupted(self) -> None:
        """Write last.weights.h5 after an interruption of `fit`.

        With JAX and moving averages the weights are lost then, since `fit` puts the averages into
        the model at its end; the last checkpoint stays.
        """
        lost = keras.backend.backend() == JAX and self.model.optimizer.use_ema
        if not lost or self.raw is not None:
            self.save_last()

    def _checked_path(self, name: str, variables: Sequence[keras.Variable]) -> str:
        """Return the path of a file of the run, after checking that it can be written."""
        if not self.run.exists:
            raise InputError(
                f"{self.run.folder} was removed or moved during the training, which ends here "
                "since no checkpoint can be written; put it back and resume, or train again."
            )
        path = self.run.path(name)
        values = sum(math.prod(variable.shape) for variable in variables)
        # HDF5 adds some hundred bytes for each array; the history is small.
        check_space(path, 4 * values + 2048 * len(variables) + (1 << 20))
        return path

    def _random_states(self) -> list[keras.Variable]:
        """Return the random states of Dropout, which Keras does not save with the weights."""
        weights = {id(weight) for weight in self.model.weights}
        return [variable for variable in self.model.variables if id(variable) not in weights]

    def images(self) -> list[Any]:
        """Return number and hash of the names of the training images."""
        names = "\n".join(os.path.basename(path) for path in self.pipeline.paths)
        return [len(self.pipeline.paths), hashlib.sha256(names.encode()).hexdigest()]

    def restore(self) -> None:
        """Read last.weights.h5, if it exists.

        Raises:
            InputError: it is no checkpoint of this version, or of other training images.
        """
        path = self.run.path("last.weights.h5")
        if not os.path.exists(path):
            return
        load_weights(self.model, path)
        progress = read_progress(path, self.run.folder)
        if progress.images != self.images():
            raise InputError(
                f"{self.run.folder} was started with other training images than the dataset now "
                f"has; restore them, or start a new run with `init_from` {self.run.folder}."
            )
        self.history, self.results = progress.history, progress.results
        self.metrics = progress.metrics
        assign_all(path, "random states", progress.random, self._random_states())
