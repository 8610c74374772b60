"""The zoo: models by name."""

import importlib

from salzoo.errors import unknown_name

# A new model is one file with RECORD and build(), and one line here.
MODELS = {
    "msinet": "salzoo.models.msinet",
}


def list_models():
    """Return the names of all models, sorted."""
    return sorted(MODELS)


def model_record(name):
    """Return the `ModelRecord` of a registered model."""
    return _module(name).RECORD


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
    module = _module(name)
    check_options(name, options)
    return module.build(**options)


def check_options(name, options):
    """Raise InputError for options that a model's builder cannot take."""
    module = _module(name)
    module.RECORD.check_options(module.build, options)


def _module(name):
    if name not in MODELS:
        raise unknown_name("model", name, MODELS)
    return importlib.import_module(MODELS[name])
