"""A model with optimizer, loss and metrics, as a recipe says."""

import inspect

import keras
import numpy as np
import tensorflow as tf

from salzoo.losses import FIXATION_LOSSES, LOSSES, OBJECT_LOSSES, make_loss
from salzoo.metrics.keras_metrics import metrics_in_fit
from salzoo.models import build_model, main_output, model_record
from salzoo.training.optimizers import DiscriminativeAdamW, MovingMomentumSGD
from salzoo.training.schedules import learning_rate
from salzoo.training.weights import load_weights
from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.task import Task

OPTIMIZERS = {
    **{
        name.lower(): kind
        for name, kind in vars(keras.optimizers).items()
        if isinstance(kind, type) and name not in ("Optimizer", "LossScaleOptimizer")
    },
    "discriminative_adamw": DiscriminativeAdamW,
    "moving_momentum_sgd": MovingMomentumSGD,
}


def check_recipe(model, recipe):
    """Raise InputError for a loss, an optimizer or a schedule that cannot train the model."""
    _check_loss(model, recipe)
    if recipe.optimizer not in OPTIMIZERS:
        raise unknown_name("--optimizer", recipe.optimizer, OPTIMIZERS)
    rate = _learning_rate(model, recipe, 1)
    try:  # Keras looks at many of its options only when they are used
        weight = keras.Variable(np.zeros((2, 2), "float32"))
        optimizer = _optimizer(recipe, rate, 1)
        optimizer.build([weight])
        optimizer.apply([np.ones((2, 2), "float32")])
        if not np.isfinite(weight.numpy()).all():
            raise ValueError("the first step is not finite")
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        options = _in_words(recipe.optimizer_options)
        raise InputError(
            f"--optimizer {recipe.optimizer} cannot take a step with --learning_rate "
            f"{recipe.learning_rate:g} and the options {options} ({reason})."
        ) from error


def _check_loss(model, recipe):
    if recipe.loss not in LOSSES:
        raise unknown_name("--loss", recipe.loss, LOSSES)
    task = model_record(model).task
    fitting = OBJECT_LOSSES if Task.OBJECTS in task else FIXATION_LOSSES
    if recipe.loss not in fitting:
        raise InputError(
            f"--loss {recipe.loss}: {model} predicts {task}; choose from {', '.join(fitting)}."
        )
    known = inspect.signature(LOSSES[recipe.loss]).parameters.keys() - {"name", "reduction"}
    for name, value in recipe.loss_options.items():
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise InputError(f"--loss_options {name}: {recipe.loss} has {names}.")
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e30:
            raise InputError(f"--loss_options {name}={value}: give a number.")


def _in_words(options):
    """Say options in a line."""
    return ", ".join(f"{name}={value}" for name, value in options.items()) or "none"


def _learning_rate(model, recipe, steps_an_epoch):
    named = model_record(model).schedules
    text = named.get(recipe.schedule, recipe.schedule)
    return learning_rate(recipe.learning_rate, text, steps_an_epoch, recipe.epochs, tuple(named))


def _optimizer(recipe, rate, steps_an_epoch):
    options = dict(recipe.optimizer_options)
    if recipe.optimizer == "moving_momentum_sgd":
        options.setdefault("momentum_steps", steps_an_epoch * recipe.epochs)
    return OPTIMIZERS[recipe.optimizer](learning_rate=rate, **options)


def compiled_model(config, steps_an_epoch, start, resumed):
    """Build and compile the model with its seeded random start.

    Args:
        config: `RunConfig`.
        steps_an_epoch: of the training.
        start: path of weights to begin with, or None.
        resumed: the weights will come from the run's own file, not from anybody else's.
    """
    keras.utils.set_random_seed(config.seed)
    if not tf.config.list_physical_devices("GPU"):
        tf.config.experimental.enable_op_determinism()
    recipe = config.recipe
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if config.mixed_precision else "float32")
    try:
        weights = recipe.backbone_weights
        weights = None if resumed or start or weights == "none" else weights
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
        # XLA is slower than TensorFlow's own kernels on CPUs.
        jit_compile=False,
        **_metrics(config.model, outputs),
    )
    optimizer.build(model.trainable_variables)
    return model


def _metrics(name, outputs):
    """Return the arguments of `compile` that watch each output that has a name in the tables."""
    if outputs is None:
        return {"metrics": metrics_in_fit(model_record(name).task)}
    watched = {main_output(outputs): metrics_in_fit(Task.OBJECTS)}
    if "fixation" in outputs:
        watched["fixation"] = metrics_in_fit(Task.FIXATIONS)
    # Weighted: an image without a mask says nothing about the object.
    return {"weighted_metrics": {each: watched.get(each, []) for each in outputs}}
