"""A model with optimizer, loss and metrics, as a recipe says."""

import keras
import tensorflow as tf

from salzoo.errors import InputError, unknown_name
from salzoo.losses import LOSSES, make_loss
from salzoo.metrics.in_fit import metrics_in_fit
from salzoo.models import build_model, main_output, model_record
from salzoo.optimizers import MovingMomentumSGD
from salzoo.runs import load_weights
from salzoo.schedules import learning_rate

OPTIMIZERS = {
    **{
        name.lower(): kind
        for name, kind in vars(keras.optimizers).items()
        if isinstance(kind, type) and name not in ("Optimizer", "LossScaleOptimizer")
    },
    "moving_momentum_sgd": MovingMomentumSGD,
}


def check_recipe(model, recipe):
    """Raise InputError for a loss, an optimizer or a schedule that there is not."""
    if recipe.loss not in LOSSES:
        raise unknown_name("--loss", recipe.loss, LOSSES)
    try:
        make_loss(recipe.loss, **recipe.loss_options)
    except TypeError as error:
        raise InputError(f"--loss_option of {recipe.loss}: {error}.") from error
    if recipe.optimizer not in OPTIMIZERS:
        raise unknown_name("--optimizer", recipe.optimizer, OPTIMIZERS)
    try:
        _optimizer(model, recipe, 1)
    except (TypeError, ValueError) as error:
        raise InputError(f"--optimizer_option of {recipe.optimizer}: {error}.") from error


def _optimizer(model, recipe, steps_an_epoch):
    schedule = model_record(model).schedules.get(recipe.schedule, recipe.schedule)
    options = dict(recipe.optimizer_options)
    if recipe.optimizer == "moving_momentum_sgd":
        options.setdefault("momentum_steps", steps_an_epoch * recipe.epochs)
    rate = learning_rate(recipe.learning_rate, schedule, steps_an_epoch, recipe.epochs)
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
        model = build_model(config.model, **config.options, backbone_weights=weights)
        if start:
            load_weights(model, start)
    finally:
        keras.config.set_dtype_policy(policy)
    optimizer = _optimizer(config.model, recipe, steps_an_epoch)
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
    watched = {main_output(outputs): metrics_in_fit("objects")}
    if "fixation" in outputs:
        watched["fixation"] = metrics_in_fit("fixations")
    # Weighted: an image without a mask says nothing about the object.
    return {"weighted_metrics": {each: watched.get(each, []) for each in outputs}}
