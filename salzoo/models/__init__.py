"""The zoo: models by name."""

import importlib

from salzoo.errors import InputError, unknown_name

# name -> (module, its `ModelRecord`); a new model is one file and one line here.
MODELS = {
    "asnet": ("salzoo.models.asnet", "ASNET"),
    "deep_convnet": ("salzoo.models.pan", "DEEP_CONVNET"),
    "msinet": ("salzoo.models.msinet", "MSINET"),
    "sam_resnet": ("salzoo.models.sam", "SAM_RESNET"),
    "sam_vgg": ("salzoo.models.sam", "SAM_VGG"),
    "shallow_convnet": ("salzoo.models.pan", "SHALLOW_CONVNET"),
}


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


def main_output(outputs):
    """Return the name, of those of a model with several outputs, of the map that it is asked for.

    The finest map of the object: "object_1" is finer than "object_5".
    """
    return min(name for name in outputs if name.startswith("object_"))


def output_task(output):
    """Return what a map of a model with several outputs shows, "fixations" or "objects"."""
    return "fixations" if output == "fixation" else "objects"


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
