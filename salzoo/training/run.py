"""A run: the folder that training writes, and what can be read back from it.

config.json         everything needed to repeat the training
best.weights.h5     weights of the epoch with the lowest validation loss
last.weights.h5     weights and optimizer of the last saved step; its
                    dataset `progress` holds the history
history.csv         losses and metrics at the input's size, a row an epoch; the first of
                    a run that starts from trained weights is that start
metrics.json        the benchmark metrics of the best weights
metrics.csv         the same, a row an image
predictions.png     image, truth and prediction of some validation images
tensorboard/        losses, metrics and maps, epoch by epoch
"""

import os
import warnings
from dataclasses import asdict, dataclass, field

import keras
import tensorflow as tf

from salzoo import __version__
from salzoo.data.dataset import open_dataset
from salzoo.data.geometry import Geometry
from salzoo.models import MODELS, build_model, model_record, shipped_weights
from salzoo.models.record import Recipe
from salzoo.utils.errors import InputError
from salzoo.utils.files import read_json, write_json


@dataclass(frozen=True)
class RunConfig:
    """What a run trained, on what, and how.

    model, model_options: for `build_model`. dataset, data_dir, protocol,
    dataset_options: for `open_dataset`; mix: weights of its datasets, or None.
    recipe: as used, flags included. fit_mode: see `Geometry`. seed: of the
    random start and of the order of images. limit_train, limit_val: only so
    many images of each dataset's split (evenly spaced), or None.
    mixed_precision: bfloat16 arithmetic in the hidden layers. init_from: run
    whose best weights are the start, or name of a model whose trained weights
    come with salzoo, or None.
    """

    model: str
    model_options: dict
    dataset: str
    data_dir: str | None
    recipe: Recipe
    fit_mode: str
    protocol: str | None = None
    dataset_options: dict = field(default_factory=dict)
    mix: tuple | None = None
    seed: int = 0
    limit_train: int | None = None
    limit_val: int | None = None
    mixed_precision: bool = False
    init_from: str | None = None

    def load(self, split, sigma=None):
        """Return the (limited) samples of a split, a list for each dataset."""
        limit = {"train": self.limit_train, "val": self.limit_val}.get(split)
        dataset = open_dataset(
            self.dataset,
            self.data_dir,
            protocol=self.protocol,
            sigma=sigma,
            dataset_options=self.dataset_options,
        )
        return dataset.split(split, limit)

    @property
    def geometry(self):
        """The `Geometry` between images and this network."""
        record = model_record(self.model)
        record.check_fit(self.fit_mode)
        return Geometry(
            self.fit_mode,
            tuple(self.recipe.input_size),
            record.size_multiple,
            record.padding_value,
        )


class Run:
    """Paths of a run folder and what stands in them."""

    def __init__(self, folder):
        self.folder = os.path.normpath(str(folder))

    def path(self, name):
        """Return the path of a file of the run."""
        return os.path.join(self.folder, name)

    @property
    def exists(self):
        """Whether training has begun here."""
        return os.path.exists(self.path("config.json"))

    def write_config(self, config, resume=False):
        """Write config.json: for a new run in a place that is free, for a resumed one again.

        Raises:
            InputError: another run is there, be it begun a moment ago.
        """
        path = self.path("config.json")
        if resume and self.exists:
            write_json(path, {**asdict(config), "versions": read_json(path).get("versions")})
            self._clean()
            return
        versions = {"salzoo": __version__, "keras": keras.__version__, "tensorflow": tf.__version__}
        os.makedirs(self.folder, exist_ok=True)
        try:
            with open(path, "x"):  # two that start together must not share a folder
                pass
        except FileExistsError:
            raise InputError(
                f"{self.folder} holds a run already: add --resume or choose another."
            ) from None
        write_json(path, {**asdict(config), "versions": versions})

    def _clean(self):
        """Remove what a killed process was writing."""
        for name in os.listdir(self.folder):
            if name.startswith(".part-"):
                os.remove(self.path(name))

    @property
    def config(self):
        """The `RunConfig` of config.json."""
        path = self.path("config.json")
        try:
            fields = read_json(path)
            fields.pop("versions", None)
            recipe = fields.pop("recipe")
            recipe["input_size"] = tuple(recipe["input_size"])
            fields["mix"] = fields.get("mix") and tuple(fields["mix"])
            return RunConfig(recipe=Recipe(**recipe), **fields)
        except FileNotFoundError:
            raise self._no_run() from None
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path} is not the config of a run ({error}).") from error

    def _no_run(self):
        return InputError(
            f"{self.folder} is not a run: it has no config.json; give a folder that "
            "`salzoo train` wrote."
        )

    def load_model(self, which="best"):
        """Build the run's model with its "best" or "last" weights."""
        config = self.config
        model = build_model(config.model, **config.model_options)
        load_weights(model, self.weights(which))
        return model

    def weights(self, which="best"):
        """Return the path of the run's "best" or "last" weights."""
        path = self.path(f"{which}.weights.h5")
        if not self.exists:
            raise self._no_run()
        if not os.path.exists(path):
            raise InputError(f"{path} is missing: the run has not finished an epoch yet.")
        return path


def start_weights(source):
    """Return the path of a run's best weights, or of those that come with a model.

    Raises:
        InputError: there are none.
    """
    return shipped_weights(source) if source in MODELS else Run(source).weights()


def load_weights(model, path):
    """Load a .weights.h5 file into a model.

    Raises:
        InputError: the file is damaged or belongs to another model.
    """
    try:
        with warnings.catch_warnings():
            # Keras only warns of layers that it leaves at their random start.
            warnings.simplefilter("error", UserWarning)
            model.load_weights(path)
    except Exception as error:  # keras and h5py raise many kinds
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InputError(
            f"{path} does not hold weights of {model.name} with these options ({reason})."
        ) from error
