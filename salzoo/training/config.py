"""The config of a run: made from a model, a dataset and parameters, or read from a run folder."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from salzoo.data.dataset import Dataset, dataset_names, open_dataset
from salzoo.data.geometry import Geometry
from salzoo.data.sampling import Augmentation
from salzoo.models import MODELS, model_record, shipped_weights
from salzoo.models.backbones.pretrained import HYBRID
from salzoo.models.limits import check_training
from salzoo.models.record import ModelRecord, Recipe
from salzoo.models.released import is_released, released
from salzoo.training.compiling import check_recipe
from salzoo.training.initial_weights import (
    FROM_IMAGENET,
    absolute,
    describe_start,
    options_of_start,
    resolve_start,
)
from salzoo.training.parameters import PATHS, RECIPE, RUN, WITH_OPTIONS, check_parameters
from salzoo.utils.backend import TENSORFLOW
from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.json_files import check_type, make_record, read_json
from salzoo.utils.processor import in_bfloat16
from salzoo.utils.task import Task

# The dataset of one's own images, for which pretrained weights are fine-tuned.
OWN_IMAGES = "folder"


@dataclass(frozen=True)
class RunConfig:
    """Everything that determines a training.

    Attributes:
        model: name, see `salzoo.build_model`.
        model_options: of the model's builder.
        dataset: name, or several as "a+b", see `open_dataset`.
        data_dir: folder of the dataset, or None.
        recipe: `Recipe` with all changes.
        fit_mode: "pad", "stretch", "native" or "within", see `Geometry`.
        protocol: of the dataset's splits; None: the first of its record.
        dataset_options: of the dataset's reader.
        mix: sampling weights of the datasets, or None.
        seed: of the weights' initialisation and the order of the images.
        limit_train: number of training images of each dataset, evenly spaced; None: all.
        limit_val: the same for validation images.
        mixed_precision: bfloat16 arithmetic in the hidden layers.
        backend: of Keras, "tensorflow" or "jax".
        init_from: folder of the run whose best checkpoint is the start, or name of a model
            with pretrained weights, or of released weights, or None.
    """

    model: str
    model_options: dict[str, Any]
    dataset: str
    data_dir: str | None
    recipe: Recipe
    fit_mode: str
    protocol: str | None = None
    dataset_options: dict[str, Any] = field(default_factory=dict)
    mix: tuple[float, ...] | None = None
    seed: int = 0
    limit_train: int | None = None
    limit_val: int | None = None
    mixed_precision: bool = False
    backend: str = TENSORFLOW
    init_from: str | None = None

    @property
    def task(self) -> Task:
        """The ground truth that the model is trained on."""
        task = model_record(self.model).task
        # Without its fixation map a model of both tasks cannot be trained on fixations.
        if len(task) > 1 and self.model_options.get("fixation", True) is False:
            return Task.OBJECTS
        return task

    @property
    def geometry(self) -> Geometry:
        """How images are fitted to the input of the model."""
        record = model_record(self.model)
        record.check_fit(self.fit_mode)
        rows, columns = self.recipe.input_size
        return Geometry(self.fit_mode, (rows, columns), record.size_multiple, record.padding_value)

    @property
    def augmentation(self) -> Augmentation:
        """Augmentation of the training images."""
        recipe = self.recipe
        return Augmentation(recipe.flip, recipe.rotate, recipe.zoom, recipe.colour)

    def open_dataset(self) -> Dataset:
        """Open the dataset, with its own sigma."""
        return open_dataset(
            self.dataset,
            self.data_dir,
            protocol=self.protocol,
            dataset_options=self.dataset_options,
        )


def read_config(folder: str | os.PathLike[str]) -> RunConfig:
    """Read config.json of a run folder, with the same checks as a new config.

    Args:
        folder: of the run.

    Raises:
        InputError: no run, a damaged file, a value that no new config may have, or a run of
            salzoo 0.1.0.
    """
    path = os.path.join(folder, "config.json")
    if not os.path.lexists(path):
        raise InputError(
            f"{folder} is not a run: it has no config.json; give a folder that `salzoo train` "
            "wrote."
        )
    fields = read_json(path)
    if not isinstance(fields, dict) or "recipe" not in fields:
        raise InputError(f"{path} is not the config of a run: it has no recipe.")
    if "options" in fields and "model_options" not in fields:  # its names of options differ
        raise InputError(
            f"{path} was written by salzoo 0.1.0: train the model again, or use that version."
        )
    check_type(dict[str, str] | None, fields.pop("versions", None), path, "versions")
    config = make_record(RunConfig, fields, path)
    try:
        return _checked(config)
    except InputError as error:
        # In a file they are names of fields, not of flags.
        raise InputError(f"{path}: {str(error).replace('`', '')}") from error


def _checked(config: RunConfig) -> RunConfig:
    """Check all values of a config, and that they go together."""
    of_run = {name: getattr(config, name) for name in (*RUN, *PATHS)}
    check_parameters({**of_run, **vars(config.recipe)})
    record = model_record(config.model)
    check_option_names(record, config.model_options)
    record.check_options(config.model_options)
    names = dataset_names(config.dataset)
    if config.mix is not None and len(config.mix) != len(names):
        raise InputError(f"`mix` needs a number for each of the {len(names)} datasets.")
    check_recipe(config.model, config.recipe)
    record.check_size(*config.recipe.input_size)
    record.check_fit(config.fit_mode)
    return config


def new_config(given: Mapping[str, Any]) -> RunConfig:
    """Make the config of a new run from the model's recipe and parameters.

    Without `model`, it is that of the run in `init_from`; else msinet, or on the dataset
    "folder" msinet_lite. On that dataset a model with pretrained weights is fine-tuned,
    unless `init_from` or `backbone_weights` is given or options change the architecture.

    Args:
        given: parameters by name, from `check_parameters`.

    Raises:
        InputError: unknown names, or values that do not go together.
    """
    dataset = given.get("dataset") or "synthetic"
    dataset_names(dataset)
    start = resolve_start(given.get("init_from"))
    model, options = given.get("model"), given.get("model_options") or {}
    if model is None:
        model, options = _default_model(start, dataset, options)
    record = model_record(model)
    options = options or options_of_start(start, record.name)
    check_option_names(record, options)
    changed = options or given.get("backbone_weights") is not None
    if dataset == OWN_IMAGES and given.get("init_from") is None and record.weights and not changed:
        start = record.name
    if start in MODELS and shipped_weights(start) and start != record.name:
        raise InputError(
            f"`init_from` {start}: its pretrained weights do not fit {record.name}; leave it out, "
            f"or train {start}."
        )
    recipe = _default_recipe(record, dataset, start)
    config = RunConfig(
        model=record.name,
        model_options=options,
        dataset=dataset,
        data_dir=given.get("data_dir") and absolute(given["data_dir"]),
        recipe=recipe.override(**_recipe_changes(given, recipe)),
        fit_mode=given.get("fit_mode") or record.fit_mode,
        protocol=given.get("protocol"),
        dataset_options=given.get("dataset_options") or {},
        mix=given.get("mix"),
        seed=given.get("seed") or 0,
        limit_train=given.get("limit_train"),
        limit_val=given.get("limit_val"),
        mixed_precision=in_bfloat16(given.get("mixed_precision"), record.bfloat16_training),
        backend=given.get("backend") or TENSORFLOW,
        init_from=start,
    )
    _checked(config)
    check_training(record, config.recipe)
    return config


def resumed_config(run_dir: str | os.PathLike[str] | None, given: Mapping[str, Any]) -> RunConfig:
    """Read the config of a run that is resumed; only `epochs` and `data_dir` may change.

    Args:
        run_dir: folder of the run.
        given: parameters by name, from `check_parameters`.

    Raises:
        InputError: no run, or a parameter differs from that of the run.
    """
    if not run_dir:
        raise InputError("`resume` needs `run_dir`: the folder of the run to resume.")
    config = read_config(run_dir)
    stored = {**vars(config), **vars(config.recipe)}
    for name in (*RUN, "dataset_options"):
        _check_same(name, given.get(name), stored[name])
    if given.get("init_from") is not None:
        start = resolve_start(given["init_from"]) or FROM_IMAGENET
        _check_same("init_from", start, config.init_from or FROM_IMAGENET)
    for name, value in _recipe_changes(given, config.recipe).items():
        if name != "epochs":
            _check_same(name, value, stored[name])
    if given.get("model_options"):
        check_option_names(model_record(config.model), given["model_options"])
        _check_same("model_options", given["model_options"], config.model_options)
    if given.get("data_dir"):
        config = replace(config, data_dir=absolute(given["data_dir"]))
    return replace(config, recipe=config.recipe.override(epochs=given.get("epochs")))


def check_option_names(record: ModelRecord, options: Mapping[str, Any]) -> None:
    """Check that a model has these options.

    Args:
        record: of the model.
        options: by name.

    Raises:
        InputError: an unknown option; `backbone_weights` and `input_shape` are none.
    """
    for name in options:
        if name not in record.options:
            raise unknown_name(f"option of {record.name}", name, record.options)


def describe_config(config: RunConfig) -> list[str]:
    """Return lines of name and value for the terminal."""
    shown = {
        "model": config.model,
        **config.model_options,
        "dataset": config.dataset,
        "protocol": config.protocol or "the dataset's first",
        **config.dataset_options,
        **vars(config.recipe),
        "fit_mode": config.fit_mode,
        "seed": config.seed,
        "backend": config.backend,
    }
    shown["sigma"] = config.recipe.sigma or "the dataset's own"
    shown["input_size"] = "x".join(map(str, config.recipe.input_size))
    for name in ("optimizer_options", "loss_options"):
        pairs = getattr(config.recipe, name).items()
        shown[name] = " ".join(f"{option}={value}" for option, value in pairs) or None
    if config.init_from is not None:
        del shown["backbone_weights"]
        shown["init_from"] = describe_start(config.init_from)
    return [f"{name:<17} {value}" for name, value in shown.items() if value not in (None, {})]


def _default_model(
    start: str | None, dataset: str, options: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Return the model and its options where no model is given."""
    if start in MODELS:
        return start, options
    if start is not None and is_released(start):
        return released(start).model, options
    if start is not None:
        config = read_config(start)
        return config.model, options or config.model_options
    return ("msinet_lite" if dataset == OWN_IMAGES else "msinet"), options


def _default_recipe(record: ModelRecord, dataset: str, start: str | None) -> Recipe:
    """Return the recipe for a dataset; pretrained weights have a recipe for fine-tuning."""
    if start == record.name:
        return record.recipe_for(OWN_IMAGES)
    if dataset == OWN_IMAGES and start is None:
        return record.recipe
    return record.recipe_for(dataset)


def _recipe_changes(given: Mapping[str, Any], recipe: Recipe) -> dict[str, Any]:
    """Return the fields that change a recipe, with absolute paths."""
    changes = {name: given.get(name) for name in RECIPE}
    for part in WITH_OPTIONS:
        options = given.get(f"{part}_options")
        # The options of the recipe's own optimizer or loss do not fit another one.
        if options is None and given.get(part) not in (None, getattr(recipe, part)):
            options = {}
        if options is not None:
            changes[f"{part}_options"] = options
    if changes["backbone_weights"] not in (None, FROM_IMAGENET, "imagenet", HYBRID):
        changes["backbone_weights"] = absolute(changes["backbone_weights"])
    return changes


def _check_same(name: str, given: object, stored: object) -> None:
    if given is not None and given != stored:
        raise InputError(
            f"`{name}` {given}: this run was started with {stored}; leave the parameter out to "
            "resume, or start a new run."
        )
