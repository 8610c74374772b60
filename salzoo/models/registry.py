"""The zoo: models by name."""

import hashlib
import importlib
import os

from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.task import Task

# name -> (module, its `ModelRecord`); a new model is one file and one line here.
MODELS = {
    "asnet": ("salzoo.models.asnet", "ASNET"),
    "deep_convnet": ("salzoo.models.pan", "DEEP_CONVNET"),
    "msinet": ("salzoo.models.msinet", "MSINET"),
    "msinet_lite": ("salzoo.models.msinet_lite", "MSINET_LITE"),
    "sam_resnet": ("salzoo.models.sam", "SAM_RESNET"),
    "sam_vgg": ("salzoo.models.sam", "SAM_VGG"),
    "shallow_convnet": ("salzoo.models.pan", "SHALLOW_CONVNET"),
}
# of the trained weights that come with salzoo
WEIGHTS_FOLDER = os.path.join(os.path.dirname(__file__), "weights")


def list_models():
    """Return the names of all models, sorted."""
    return sorted(MODELS)


def model_record(name):
    """Return the `ModelRecord` of a registered model."""
    if name not in MODELS:
        raise unknown_name("model", name, MODELS)
    module, record = MODELS[name]
    return getattr(importlib.import_module(module), record)


def build_model(name, **options):
    """Build a registered model; never touches the network unless asked to.

    Args:
        name: one of `list_models()`.
        **options: the builder's, e.g. `aspp=False`, `input_shape=(240, 320, 3)`,
            `backbone_weights="imagenet"` (the default None starts from random
            weights).

    Returns:
        keras.Model from images, float32 RGB 0..255 (batch, rows, columns, 3).

    Raises:
        InputError: unknown model or option, unusable option value.
    """
    record = model_record(name)
    record.check_options(options)
    return record.build(**options)


def models_with_weights():
    """Return the names of the models whose trained weights come with salzoo."""
    return [name for name in sorted(MODELS) if model_record(name).weights]


def shipped_weights(name):
    """Return the path of a model's trained weights, verified by their sha256.

    Raises:
        InputError: none come with salzoo, or the file is damaged.
    """
    expected = model_record(name).weights
    if expected is None:
        others = ", ".join(models_with_weights())
        raise InputError(
            f"{name} comes without trained weights: train it (salzoo train {name} --dataset ...) "
            f"and give the run's folder, or take {others}."
        )
    path = os.path.join(WEIGHTS_FOLDER, f"{name}.weights.h5")
    try:
        with open(path, "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); install salzoo again."
        ) from None
    if found != expected:
        raise InputError(f"{path} is damaged (sha256 {found[:12]}...); install salzoo again.")
    return path


def trained_model(name):
    """Build a model, float32, with the trained weights that come with salzoo.

    Raises:
        InputError: as `shipped_weights`.
    """
    path = shipped_weights(name)
    model = build_model(name)
    model.load_weights(path)
    return model


def main_output(outputs):
    """Return the name, of those of a model with several outputs, of the map that it is asked for.

    The finest map of the object: "object_1" is finer than "object_5".
    """
    return min(name for name in outputs if name.startswith("object_"))


def output_task(output):
    """Return what a map of a model with several outputs shows."""
    return Task.FIXATIONS if output == "fixation" else Task.OBJECTS


def choose_output(model, wanted=None):
    """Return the name of the output that is asked for; None for a model of one output.

    Args:
        wanted: a name, None: `main_output`.

    Raises:
        InputError: the model has no such output.
    """
    several = isinstance(model.output, dict)
    if wanted is None:
        return main_output(model.output) if several else None
    if not several:
        raise InputError(f"--output {wanted}: {model.name} makes one map only; leave it out.")
    if wanted not in model.output:
        raise unknown_name(f"output of {model.name}", wanted, model.output)
    return wanted
