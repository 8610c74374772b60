"""What is known about a model beside its layers: its record and its recipe."""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.task import Task


@dataclass(frozen=True)
class Recipe:
    """Everything that training needs beside the data.

    loss, optimizer: names from `salzoo.losses.LOSSES` and
        `salzoo.training.compiling.OPTIMIZERS`.
    learning_rate: at the first step.
    schedule: how the rate moves: "constant", "x0.1 every 2 epochs", "x0.5 every
        100 steps", "linear to 0.0001" or "cosine to 0" (over the whole run).
    optimizer_options, loss_options: the optimizer's and the loss's further arguments.
    batch_size, epochs: images per step, passes over the training split.
    input_size: (rows, columns) of the network's input.
    sigma: of the density it is trained on, pixels of the original image; None
        takes the dataset's own.
    flip: mirror half of the images left to right.
    rotate, zoom, colour: see `salzoo.data.sampling.Augmentation`.
    patience: stop after so many validations without a lower loss; None: never.
    validate_every: validate after so many steps instead of at the end of an epoch.
    backbone_weights: "imagenet", "none" or a file's path.
    """

    loss: str
    optimizer: str
    learning_rate: float
    batch_size: int
    epochs: int
    input_size: tuple
    sigma: float | None = None
    flip: bool = False
    backbone_weights: str = "imagenet"
    schedule: str = "constant"
    optimizer_options: dict = field(default_factory=dict)
    loss_options: dict = field(default_factory=dict)
    rotate: float = 0.0
    zoom: float = 0.0
    colour: float = 0.0
    patience: int | None = None
    validate_every: int | None = None

    def override(self, **fields):
        """Return a copy with the given fields, ignoring those that are None."""
        return replace(self, **{name: value for name, value in fields.items() if value is not None})


@dataclass(frozen=True)
class ModelRecord:
    """What a registered model tells of itself.

    name: in the registry. title, paper: for people. task: what it predicts.
    build: function of the options to a keras.Model.
    parameters: exact count with default options, trainable or not.
    options: builder options beside backbone_weights and input_shape, with a
        line each.
    fit_mode, padding_value: how images reach the network, see
        `salzoo.data.geometry`.
    size_multiple: what rows and columns of its input are multiples of;
        fixed_size: the only (rows, columns) it takes, None: any.
    target_scale: size of the maps it is trained on, as a share of its input's.
    blur: sigma of the post-processing, in pixels of the original image.
    weights: sha256 of the trained weights that come with salzoo, float16, in
        `salzoo/models/weights/NAME.weights.h5`; None: there are none. trained: what
        their card says beside the recipe, "trained_on", "seed" and "metrics".
    recipe: as published. recipes: fields that differ, by dataset.
    schedules: named alternatives to the recipe's schedule.
    inspect: function of a trained model and of an image or None, see
        `salzoo.models.inspection`, to what TensorBoard shows beside the maps.
    """

    name: str
    title: str
    paper: str
    task: Task
    build: Callable
    parameters: int
    options: dict
    fit_mode: str
    padding_value: float
    size_multiple: int
    blur: float
    recipe: Recipe
    recipes: dict = field(default_factory=dict)
    fixed_size: tuple | None = None
    target_scale: float = 1.0
    schedules: dict = field(default_factory=dict)
    weights: str | None = None
    trained: dict = field(default_factory=dict)
    inspect: Callable = lambda model, image=None: {}

    def recipe_for(self, dataset):
        """Return the recipe with what the authors (or we) change for a dataset."""
        return self.recipe.override(**self.recipes.get(dataset, {}))

    def check_size(self, rows, columns, where="--input_size"):
        """Raise InputError unless the network can take images of this size."""
        if self.fixed_size not in (None, (rows, columns)):
            only = "x".join(map(str, self.fixed_size))
            raise InputError(f"{where} {rows}x{columns}: {self.name} takes only {only}.")
        multiple = self.size_multiple
        if rows < multiple or columns < multiple or rows % multiple or columns % multiple:
            raise InputError(
                f"{where} {rows}x{columns}: {self.name} takes rows and columns that are "
                f"multiples of {multiple}; the nearest is "
                f"{_nearest(rows, multiple)}x{_nearest(columns, multiple)}."
            )

    def check_fit(self, fit_mode):
        """Raise InputError for a way of fitting images that gives them no size it takes."""
        if fit_mode == "native" and self.fixed_size:
            only = "x".join(map(str, self.fixed_size))
            raise InputError(
                f"--fit_mode native: {self.name} takes only {only}; choose pad or stretch."
            )

    def check_input_shape(self, input_shape):
        """Raise InputError unless this is (rows, columns, 3), None standing for any number."""
        if not isinstance(input_shape, tuple | list) or [*input_shape[2:]] != [3]:
            raise InputError(f"input_shape {input_shape}: {self.name} takes (rows, columns, 3).")
        default = self.fixed_size or (self.size_multiple, self.size_multiple)
        rows, columns = (
            usual if n is None else n for n, usual in zip(input_shape, default, strict=False)
        )
        self.check_size(rows, columns, where="input_shape")

    def check_no_backbone(self, backbone_weights):
        """Raise InputError for weights that this model, trained from scratch, has no place for."""
        if backbone_weights is not None:
            raise InputError(f"{self.name} has no backbone: leave --backbone_weights 'none'.")

    def check_options(self, options):
        """Raise InputError for options that the model's builder cannot take."""
        parameters = inspect.signature(self.build).parameters
        for name, value in options.items():
            if name not in parameters:
                raise unknown_name(f"option of {self.name}", name, parameters)
            if isinstance(parameters[name].default, bool) and not isinstance(value, bool):
                raise InputError(f"{self.name}: {name}={value!r}: give true or false.")


def check_choice(model, name, value, legal):
    """Raise InputError unless an option is one of these values, and of its type: 2.0 is no 2."""
    if not any(type(value) is type(each) and value == each for each in legal):
        *others, last = ("null" if each is None else str(each) for each in legal)
        raise InputError(f"{model}: {name}={value!r}: give {', '.join(others)} or {last}.")


def check_number(model, name, value, lowest, below=math.inf, kind=float):
    """Raise InputError unless an option is a number, or a whole one, from `lowest` to `below`."""
    kinds = int if kind is int else int | float
    if isinstance(value, bool) or not isinstance(value, kinds) or not lowest <= value < below:
        what = "a whole number" if kind is int else "a number"
        limit = "or more" if below == math.inf else f"to below {below}"
        raise InputError(f"{model}: {name}={value!r}: give {what} of {lowest} {limit}.")


def _nearest(length, multiple):
    return max(multiple, round(length / multiple) * multiple)
