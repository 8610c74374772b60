"""Records of models: name, paper, builder, options and training recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from salzoo.models.limits import OPTION_LIMIT, check_pixels
from salzoo.utils.errors import InputError, shorten, unknown_name
from salzoo.utils.task import Task
from salzoo.utils.validators import VARYING_FIT_MODES

if TYPE_CHECKING:
    import keras
    import numpy as np

# Arguments that every builder takes beside the options of its record.
BUILDER_ARGUMENTS = ("backbone_weights", "input_shape")


@dataclass(frozen=True)
class Recipe:
    """Everything that training needs beside the data.

    Attributes:
        loss: Name in `salzoo.losses.LOSSES`.
        optimizer: Name in `salzoo.training.compiling.OPTIMIZERS`.
        learning_rate: At the first step.
        batch_size: Images per step.
        epochs: Passes over the training split.
        input_size: (rows, columns) of the model's input in pixels.
        sigma: Of the Gaussian that makes the fixation density, in pixels of the original
            image. None: the dataset's own.
        flip: Whether half of the training images are mirrored left to right.
        backbone_weights: "imagenet", "none" or the path of a file.
        schedule: Of the learning rate: "constant", "x0.1 every 2 epochs", "x0.5 every 100
            steps", "linear to 0.0001" or "cosine to 0" (over the whole run).
        optimizer_options: Further arguments of the optimizer.
        loss_options: Further arguments of the loss.
        rotate: Largest angle of random rotations, in degrees.
        zoom: Largest relative change of scale, see `salzoo.data.sampling.Augmentation`.
        colour: Largest relative change of brightness, contrast and saturation.
        patience: Number of validations without a lower loss after which training stops
            (early stopping). None: never.
        validate_every: Number of steps between validations. None: once an epoch.
    """

    loss: str
    optimizer: str
    learning_rate: float
    batch_size: int
    epochs: int
    input_size: tuple[int, int]
    sigma: float | None = None
    flip: bool = False
    backbone_weights: str = "imagenet"
    schedule: str = "constant"
    optimizer_options: dict[str, Any] = field(default_factory=dict)
    loss_options: dict[str, float] = field(default_factory=dict)
    rotate: float = 0.0
    zoom: float = 0.0
    colour: float = 0.0
    patience: int | None = None
    validate_every: int | None = None

    def override(self, **fields: Any) -> Recipe:
        """Return a copy with some fields changed.

        Args:
            **fields: New values; those that are None are ignored.
        """
        return replace(self, **{name: value for name, value in fields.items() if value is not None})


@dataclass(frozen=True)
class Option:
    """An option of a model's builder and its legal values.

    Attributes:
        description: What the option changes, with the section or table of the paper.
        default: Value of the published model, the same as in the builder's signature. A bool
            allows true and false, an int whole numbers, a float any numbers.
        choices: Legal values where only some are; they replace the rule of `default`.
        minimum: Smallest legal number.
        below: Upper limit of a number, itself not legal; never infinite.
    """

    description: str
    default: object
    choices: tuple[object, ...] | None = None
    minimum: float = 0
    below: float = OPTION_LIMIT

    def check(self, model: str, name: str, value: object) -> None:
        """Check a value.

        Args:
            model: Name of the model, for the message.
            name: Name of the option, for the message.
            value: Of the option. The type counts too: 2.0 is not 2.

        Raises:
            InputError: The value is not legal.
        """
        legal = self._expected(value)
        if legal is not None:
            shown = shorten(repr(value) if isinstance(value, str) else value)
            raise InputError(f"{model}: {name}={shown}: give {legal}.")

    def _expected(self, value: object) -> str | None:
        """Return a description of the legal values, None if the value is one of them."""
        if self.choices is not None:
            if any(type(value) is type(choice) and value == choice for choice in self.choices):
                return None
            *others, last = ("null" if choice is None else str(choice) for choice in self.choices)
            return f"{', '.join(others)} or {last}"
        if isinstance(self.default, bool):
            return None if isinstance(value, bool) else "true or false"
        whole = isinstance(self.default, int)
        number = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
        if number and self.minimum <= value < self.below:  # type: ignore[operator]
            return None
        kind = "a whole number" if whole else "a number"
        return f"{kind} of {self.minimum} to below {self.below}"


def no_inspection(model: keras.Model, image: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Return nothing: the `inspect` function of models without anything to show.

    Args:
        model: Trained model.
        image: float32 (1, rows, columns, 3), or None.
    """
    return {}


@dataclass(frozen=True)
class ModelRecord:
    """Everything that salzoo knows about a registered model beside its layers.

    Attributes:
        name: In the registry; also the name of the keras.Model.
        title: Name in the paper.
        paper: Authors, title, journal or conference, year.
        task: What the model predicts.
        build: Builder, a function of the options, `backbone_weights` and `input_shape` to a
            keras.Model. Call it through `salzoo.models.build_model`, which checks arguments.
        parameters: Exact number of parameters with default options, trainable or not.
        options: `Option` by name, for all arguments of the builder except
            `backbone_weights` and `input_shape`.
        fit_mode: How images are brought to the input size: "pad", "stretch", "native" or "within".
        padding_value: Grey level of the padding, 0..255.
        size_multiple: Rows and columns of the input are multiples of this number.
        blur: Sigma of the Gaussian that postprocesses a map, in pixels of the original image.
        recipe: For training, as published.
        recipes: Fields of the recipe that differ, by dataset.
        fixed_size: The only (rows, columns) of the input. None: any.
        target_scale: Size of the maps that the model is trained on, divided by its input size.
        schedules: Alternatives to the recipe's schedule of the learning rate, by name.
        predict_fit_mode: `fit_mode` of prediction, where it is another one.
        bfloat16_training: Whether training is in bfloat16 where the processor has it: it changes
            the loss less than another seed does, by `experiments/bfloat16_training.py`.
        weights: sha256 of `salzoo/models/weights/NAME.weights.h5`, float16. None: salzoo has
            no trained weights of the model.
        trained: What made these weights beside the recipe: "trained_on", "protocol", "seed".
        inspect: Function of a trained model and an image or None to what TensorBoard shows
            beside the maps, see `salzoo.models.inspection`.
    """

    name: str
    title: str
    paper: str
    task: Task
    build: Callable[..., keras.Model]
    parameters: int
    options: Mapping[str, Option]
    fit_mode: str
    padding_value: float
    size_multiple: int
    blur: float
    recipe: Recipe
    recipes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fixed_size: tuple[int, int] | None = None
    target_scale: float = 1.0
    schedules: Mapping[str, str] = field(default_factory=dict)
    predict_fit_mode: str | None = None
    bfloat16_training: bool = False
    weights: str | None = None
    trained: Mapping[str, Any] = field(default_factory=dict)
    inspect: Callable[..., dict[str, np.ndarray]] = no_inspection

    def recipe_for(self, dataset: str | None) -> Recipe:
        """Return the recipe for a dataset.

        Args:
            dataset: Name of the dataset. One without changes, or None, gives `recipe`.
        """
        return self.recipe.override(**self.recipes.get(dataset or "", {}))

    def check_size(self, rows: int, columns: int, where: str = "`input_size`") -> None:
        """Check an input size.

        Args:
            rows: Of the input, in pixels.
            columns: Of the input, in pixels.
            where: Name of the parameter, for the message.

        Raises:
            InputError: The model has a fixed size, or a multiple that the size does not keep.
        """
        if self.fixed_size not in (None, (rows, columns)):
            raise InputError(f"{where} {rows}x{columns}: {self.name} takes only {self._only()}.")
        check_pixels(rows, columns, where)
        multiple = self.size_multiple
        if rows < multiple or columns < multiple or rows % multiple or columns % multiple:
            raise InputError(
                f"{where} {rows}x{columns}: {self.name} takes rows and columns that are "
                f"multiples of {multiple}; the nearest is "
                f"{_nearest(rows, multiple)}x{_nearest(columns, multiple)}."
            )

    def check_fit(self, fit_mode: str) -> None:
        """Check a fit mode.

        Args:
            fit_mode: "pad", "stretch", "native" or "within".

        Raises:
            InputError: The mode gives several sizes, and the model has a fixed size.
        """
        if fit_mode in VARYING_FIT_MODES and self.fixed_size:
            raise InputError(
                f"`fit_mode` {fit_mode}: {self.name} takes only {self._only()}; choose pad or "
                "stretch."
            )

    def check_input_shape(self, input_shape: object) -> None:
        """Check the shape of an input.

        Args:
            input_shape: Must be (rows, columns, 3); rows and columns may be None for any
                number.

        Raises:
            InputError: It is something else, or the model does not take this size.
        """
        if not isinstance(input_shape, tuple | list) or [*input_shape[2:]] != [3]:
            raise InputError(f"`input_shape` {input_shape}: {self.name} takes (rows, columns, 3).")
        usual_rows, usual_columns = self.fixed_size or (self.size_multiple, self.size_multiple)
        rows, columns = input_shape[:2]
        self.check_size(
            usual_rows if rows is None else rows,
            usual_columns if columns is None else columns,
            where="`input_shape`",
        )

    def check_no_backbone(self, backbone_weights: str | None) -> None:
        """Check the backbone weights of a model that has no backbone.

        Args:
            backbone_weights: Must be None.

        Raises:
            InputError: It is not.
        """
        if backbone_weights is not None:
            raise InputError(f"{self.name} has no backbone: leave `backbone_weights` 'none'.")

    def check_options(self, options: Mapping[str, object]) -> None:
        """Check arguments of the builder: names of all, values of the options.

        Args:
            options: Values by name.

        Raises:
            InputError: A name is unknown or a value is not legal.
        """
        for name, value in options.items():
            if name in self.options:
                self.options[name].check(self.name, name, value)
            elif name not in BUILDER_ARGUMENTS:
                known = (*self.options, *BUILDER_ARGUMENTS)
                raise unknown_name(f"option of {self.name}", name, known)

    def _only(self) -> str:
        return "x".join(map(str, self.fixed_size or ()))


def _nearest(length: int, multiple: int) -> int:
    return max(multiple, round(length / multiple) * multiple)
