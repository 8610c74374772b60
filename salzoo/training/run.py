"""The folder of a run: what training writes and what can be read back from it.

config.json         everything needed to repeat the training
best.weights.h5     weights of the validation with the lowest loss: the best checkpoint
last.weights.h5     weights and optimizer of the last checkpoint; its dataset
                    `progress` holds the history
history.csv         losses and metrics at the size of the input, a row for each validation;
                    a run that starts from trained weights begins with a row for them
metrics.json        the benchmark metrics of the best checkpoint
metrics.csv         the same, a row for each image
predictions.png     image, ground truth and prediction of some validation images
tensorboard/        losses, metrics and maps of each validation
"""

import importlib.metadata
import os
from dataclasses import asdict

import keras
import tensorflow as tf

from salzoo import __version__
from salzoo.models import MODELS, build_model, load_weights, shipped_weights
from salzoo.models.imported import imported_weights
from salzoo.models.released import is_released, released
from salzoo.training.config import RunConfig, read_config
from salzoo.utils.backend import JAX
from salzoo.utils.errors import InputError
from salzoo.utils.files import PART
from salzoo.utils.json_files import read_json, write_json


class Run:
    """A run folder.

    Args:
        folder: its path, which need not exist yet.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = os.path.normpath(str(folder))

    def path(self, name: str) -> str:
        """Return the path of a file of the run."""
        return os.path.join(self.folder, name)

    @property
    def exists(self) -> bool:
        """Whether training has started here."""
        return os.path.exists(self.path("config.json"))

    @property
    def config(self) -> RunConfig:
        """The config in config.json; raises InputError, see `read_config`."""
        return read_config(self.folder)

    def write_config(self, config: RunConfig, resume: bool = False) -> None:
        """Write config.json.

        Args:
            config: of the run.
            resume: replace the config of the run in this folder, if there is one.

        Raises:
            InputError: the folder holds a run, perhaps started a moment ago.
        """
        path = self.path("config.json")
        if resume and self.exists:
            versions = read_json(path).get("versions")
            write_json(path, {**asdict(config), "versions": versions})
            self._remove_partial_files()
            return
        versions = {"salzoo": __version__, "keras": keras.__version__, "tensorflow": tf.__version__}
        if config.backend == JAX:
            versions["jax"] = importlib.metadata.version("jax")
        os.makedirs(self.folder, exist_ok=True)
        try:
            with open(path, "x"):  # two runs that start together must not share a folder
                pass
        except FileExistsError:
            raise self.occupied() from None
        write_json(path, {**asdict(config), "versions": versions})

    def occupied(self) -> InputError:
        """Return the error for a new run in the folder of an existing one."""
        return InputError(f"{self.folder} holds a run already: add `resume` or choose another.")

    def _remove_partial_files(self) -> None:
        """Remove what a killed process was writing."""
        for name in os.listdir(self.folder):
            if name.startswith(PART):
                os.remove(self.path(name))

    def load_model(self, which: str = "best") -> keras.Model:
        """Build the model with the weights of a checkpoint.

        Args:
            which: "best" or "last".

        Raises:
            InputError: there is no such checkpoint, or it does not fit the config.
        """
        config = self.config
        model = build_model(config.model, **config.model_options)
        load_weights(model, self.weights(which))
        return model

    def weights(self, which: str = "best") -> str:
        """Return the path of a checkpoint.

        Args:
            which: "best" or "last".

        Raises:
            InputError: this is no run, or it has no such checkpoint yet.
        """
        path = self.path(f"{which}.weights.h5")
        if not self.exists:
            read_config(self.folder)  # raises the error
        if not os.path.exists(path):
            raise InputError(f"{path} is missing: the run has not finished an epoch yet.")
        return path


def start_weights(source: str) -> str:
    """Return the path of the weights that a training starts from.

    Args:
        source: folder of a run, or name of a model with pretrained or of released weights.

    Raises:
        InputError: there are none.
    """
    if is_released(source):
        return imported_weights(released(source))
    return shipped_weights(source) if source in MODELS else Run(source).weights()


def free_run_dir(config: RunConfig) -> str:
    """Return the folder for a new run: runs/MODEL-DATASET-NNN."""
    number, stem = 1, f"{config.model}-{config.dataset}"
    while os.path.exists(os.path.join("runs", f"{stem}-{number:03d}")):
        number += 1
    return os.path.join("runs", f"{stem}-{number:03d}")
