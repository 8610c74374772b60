"""Compilation of a model with the optimizer, loss and metrics of a recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

from salzoo.losses import FIXATION_LOSSES, LOSSES, OBJECT_LOSSES, make_loss
from salzoo.metrics.keras_metrics import metrics_in_fit
from salzoo.models import build_model, load_weights, main_output, model_record
from salzoo.models.record import Recipe
from salzoo.training.optimizers import DiscriminativeAdamW, MovingMomentumSGD
from salzoo.training.schedules import learning_rate
from salzoo.utils.backend import JAX, TENSORFLOW
from salzoo.utils.errors import InputError, shorten, unknown_name
from salzoo.utils.task import Task

if TYPE_CHECKING:
    from salzoo.training.config import RunConfig

# Optimizers by the names that recipes use.
OPTIMIZERS: dict[str, type[keras.optimizers.Optimizer]] = {
    **{
        name.lower(): kind
        for name, kind in vars(keras.optimizers).items()
        if isinstance(kind, type) and name not in ("Optimizer", "LossScaleOptimizer")
    },
    "discriminative_adamw": DiscriminativeAdamW,
    "moving_momentum_sgd": MovingMomentumSGD,
}


# Options of optimizers that are 0 or less: powers.
NEGATIVE_OPTIONS = {"beta_2_decay", "learning_rate_power"}
# With 0 or less no weight moves, or all move upwards.
POSITIVE_OPTIONS = {"clipnorm", "clipvalue", "global_clipnorm", "loss_scale_factor"}
LARGEST_OPTION = 1e9


def check_recipe(model: str, recipe: Recipe) -> None:
    """Check that a model can be trained with the loss, optimizer and schedule of a recipe.

    Args:
        model: its name.
        recipe: of the training.

    Raises:
        InputError: it cannot.
    """
    _check_loss(model, recipe)
    if recipe.optimizer not in OPTIMIZERS:
        raise unknown_name("`optimizer`", recipe.optimizer, OPTIMIZERS)
    _check_optimizer_options(recipe)
    rate = _learning_rate(model, recipe, 1)
    try:  # Keras checks many options only when they are used
        weight = keras.Variable(np.zeros((2, 2), "float32"))
        optimizer = _optimizer(recipe, rate, 1)
        optimizer.build([weight])
        optimizer.apply([np.ones((2, 2), "float32")])
        if not np.isfinite(weight.numpy()).all():
            raise ValueError("the first step is not finite")
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        options = _describe_options(recipe.optimizer_options)
        raise InputError(
            f"`optimizer` {recipe.optimizer} cannot take a step with `learning_rate` "
            f"{recipe.learning_rate:g} and the options {options} ({reason})."
        ) from error


def _check_loss(model: str, recipe: Recipe) -> None:
    if recipe.loss not in LOSSES:
        raise unknown_name("`loss`", recipe.loss, LOSSES)
    task = model_record(model).task
    fitting = OBJECT_LOSSES if Task.OBJECTS in task else FIXATION_LOSSES
    if recipe.loss not in fitting:
        raise InputError(
            f"`loss` {recipe.loss}: {model} predicts {task}; choose from {', '.join(fitting)}."
        )
    known = LOSSES[recipe.loss]().get_config().keys() - keras.losses.Loss().get_config().keys()
    for name, value in recipe.loss_options.items():
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise InputError(f"`loss_options` {name}: {recipe.loss} has {names}.")
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e30:
            raise InputError(f"`loss_options` {name}={value}: give a number.")


def _check_optimizer_options(recipe: Recipe) -> None:
    """Check what Keras accepts and no optimizer can mean; it checks the names and types itself."""
    for name, value in recipe.optimizer_options.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if name in NEGATIVE_OPTIONS or not (number or isinstance(value, dict | list)):
            continue
        lowest = "above 0" if name in POSITIVE_OPTIONS else "of 0 or more"
        enough = number and (value > 0 if name in POSITIVE_OPTIONS else value >= 0)
        if not enough or value > LARGEST_OPTION:
            raise InputError(
                f"`optimizer_options` {name}={shorten(value)}: give a number {lowest}, at most "
                f"{LARGEST_OPTION:g}."
            )


def _describe_options(options: Mapping[str, Any]) -> str:
    return shorten(", ".join(f"{name}={value}" for name, value in options.items()) or "none", 200)


def _learning_rate(
    model: str, recipe: Recipe, steps_an_epoch: int
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    named = model_record(model).schedules
    text = named.get(recipe.schedule, recipe.schedule)
    return learning_rate(recipe.learning_rate, text, steps_an_epoch, recipe.epochs, tuple(named))


def _optimizer(
    recipe: Recipe,
    rate: float | keras.optimizers.schedules.LearningRateSchedule,
    steps_an_epoch: int,
) -> keras.optimizers.Optimizer:
    options = dict(recipe.optimizer_options)
    if recipe.optimizer == "moving_momentum_sgd":
        options.setdefault("momentum_steps", steps_an_epoch * recipe.epochs)
    return OPTIMIZERS[recipe.optimizer](learning_rate=rate, **options)


def compiled_model(
    config: RunConfig, steps_an_epoch: int, start: str | None, resumed: bool
) -> keras.Model:
    """Build and compile the model of a config, initialised with its seed.

    Args:
        config: of the run.
        steps_an_epoch: number of steps of an epoch.
        start: path of initial weights, or None.
        resumed: whether the weights will be restored from the run's last checkpoint.
    """
    keras.utils.set_random_seed(config.seed)
    if config.backend == TENSORFLOW and not tf.config.list_physical_devices("GPU"):
        tf.config.experimental.enable_op_determinism()
    recipe = config.recipe
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if config.mixed_precision else "float32")
    try:
        pretrained = not (resumed or start or recipe.backbone_weights == "none")
        weights = recipe.backbone_weights if pretrained else None
        model = build_model(config.model, **config.model_options, backbone_weights=weights)
        if start:
            load_weights(model, start)
    finally:
        keras.config.set_dtype_policy(policy)
    rate = _learning_rate(config.model, recipe, steps_an_epoch)
    optimizer = _optimizer(recipe, rate, steps_an_epoch)
    outputs = list(model.output) if isinstance(model.output, dict) else None
    model.compile(
        optimizer,
        make_loss(recipe.loss, outputs, **recipe.loss_options),
        # XLA is slower than TensorFlow's own kernels on CPUs; without it JAX computes step by step.
        jit_compile=config.backend == JAX,
        **_metrics(config.model, outputs),
    )
    optimizer.build(model.trainable_variables)
    return model


def _metrics(name: str, outputs: Sequence[str] | None) -> dict[str, Any]:
    """Return the metrics for `compile`, of the main outputs where there are several.

    Weighted: an image without a mask does not count in the metrics of the object, and one that
    fills a batch up counts in none.
    """
    if outputs is None:
        return {"weighted_metrics": metrics_in_fit(model_record(name).task)}
    watched = {main_output(outputs): metrics_in_fit(Task.OBJECTS)}
    if "fixation" in outputs:
        watched["fixation"] = metrics_in_fit(Task.FIXATIONS)
    return {"weighted_metrics": {output: watched.get(output, []) for output in outputs}}
